"""A delivery: one event for one webhook, and how far it is. A wake-up in the queue only says that it may be time.

At least once, and under the same id each time: an attempt whose answer was lost is made again. What the record says
decides, so a wake-up that comes twice does nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from quen.instants import format_instant
from quen.webhooks.model.schedule import wait_seconds

LEASE_SECONDS = 30
# A pending delivery of which nothing was heard for so long after its time has lost its wake-up, and may be replayed.
LOST_AFTER = timedelta(hours=1)

TEST_EVENT_TYPE = "webhook.test"
EVENT_VERSION = 1

OK_STATUSES = range(200, 300)
REDIRECTS = range(300, 400)
GONE_STATUS = 410
_PATIENT_STATUSES = frozenset({429, 503})


class DeliveryState(StrEnum):
    """A dead delivery is tried no more, until it is replayed."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class Result(Struct, frozen=True):
    """What came of an attempt: the status of an answer, or the kind of failure where there was none (`status` 0)."""

    status: int = 0
    failure: str = ""
    retry_after_seconds: int = 0

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver has it."""
        return self.status in OK_STATUSES

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no more."""
        return self.status == GONE_STATUS

    @property
    def error(self) -> str:
        """Why it failed, in one word; empty where it did not."""
        if self.is_delivered or not self.status:
            return self.failure
        if self.is_gone:
            return "gone"
        return "redirected" if self.status in REDIRECTS else "refused"


class Delivery(Struct, frozen=True):
    """`attempts` are those that have ended; `begun_at` is when the one began that may be under way. `body` is there for an
    event that only this webhook has.
    """

    webhook_id: str
    event_id: str
    event_type: str
    created_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    next_at: datetime | None = None
    begun_at: datetime | None = None
    last_at: datetime | None = None
    last_status: int = 0
    last_error: str = ""
    body: bytes | None = None
    revision: int = 0

    @property
    def is_pending(self) -> bool:
        """Whether it is still to be tried."""
        return self.state is DeliveryState.PENDING

    def is_in_flight(self, now: datetime) -> bool:
        """Whether somebody else may be sending it at this moment."""
        return self.begun_at is not None and now - self.begun_at < timedelta(seconds=LEASE_SECONDS)

    def is_replayable(self, now: datetime) -> bool:
        """Whether it may be sent anew: not while its own attempts go on."""
        return not self.is_pending or now - max(self.created_at, self.next_at or self.created_at) > LOST_AFTER

    def begun(self, now: datetime) -> Delivery:
        """An attempt begins."""
        return replace(self, begun_at=now, revision=self.revision + 1)

    def ended(self, result: Result, now: datetime, jitter_percent: int) -> Delivery:
        """An attempt has ended: delivered, dead after the last or at a 410, or pending until its next."""
        tried = replace(
            self,
            attempts=self.attempts + 1,
            begun_at=None,
            next_at=None,
            last_at=now,
            last_status=result.status,
            last_error=result.error,
            revision=self.revision + 1,
        )
        if result.is_delivered:
            return replace(tried, state=DeliveryState.DELIVERED)
        wait = wait_seconds(tried.attempts, jitter_percent)
        if result.is_gone or wait is None:
            return replace(tried, state=DeliveryState.DEAD)
        asked_for = result.retry_after_seconds if result.status in _PATIENT_STATUSES else 0
        return replace(tried, next_at=now + timedelta(seconds=max(wait, asked_for)))

    def given_up(self, error: str) -> Delivery:
        """Dead, without another attempt."""
        return replace(
            self, state=DeliveryState.DEAD, next_at=None, begun_at=None, last_error=error, revision=self.revision + 1
        )

    def anew(self, now: datetime) -> Delivery:
        """To be sent from the beginning: the same id, the same body."""
        return replace(
            self,
            state=DeliveryState.PENDING,
            attempts=0,
            next_at=now,
            begun_at=None,
            revision=self.revision + 1,
        )


class Wake(Struct, frozen=True):
    """A message of the queue: it is time for that attempt, once `due_at` has come. Without a webhook: for every one that the
    partner has.
    """

    partner_id: str
    event_id: str
    event_type: str
    webhook_id: str = ""
    attempt: int = 1
    due_at: datetime | None = None

    def body(self) -> dict[str, Any]:
        """As JSON-able values."""
        return {
            "partner_id": self.partner_id,
            "webhook_id": self.webhook_id,
            "event_id": self.event_id,
            "event_type": self.event_type,
            "attempt": self.attempt,
            "due_at": format_instant(self.due_at) if self.due_at else None,
        }

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Wake:
        """What `body` wrote. Raises ValueError for anything else."""
        partner_id, event_id, event_type = (
            str(body.get(name) or "") for name in ("partner_id", "event_id", "event_type")
        )
        if not (partner_id and event_id and event_type):
            raise ValueError("this is no message about a webhook")
        due_at = datetime.fromisoformat(body["due_at"]) if body.get("due_at") else None
        return cls(
            partner_id, event_id, event_type, str(body.get("webhook_id") or ""), int(body.get("attempt", 1)), due_at
        )


def trial_body(webhook_id: str, event_id: str, now: datetime) -> bytes:
    """The body of a test: of the shape that every event has, and about no member."""
    at = format_instant(now.replace(microsecond=0))
    data = {"event_id": event_id, "version": EVENT_VERSION, "webhook_id": webhook_id, "occurred_at": at}
    body = {"type": TEST_EVENT_TYPE, "timestamp": at, "data": data}
    return json.dumps(body, separators=(",", ":")).encode()

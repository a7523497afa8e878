"""Sending: every wake-up of the queue becomes an attempt, or nothing.

Rule: the record decides, not the message. An attempt is begun in the record before anything is sent, and what follows from
it is queued before it is noted: whoever dies in between leaves an event that is sent once more, never one that is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from quen.clock import Clock
from quen.errors import TemporarilyUnavailableError
from quen.log_lines import count, tell_of
from quen.metrics import WEBHOOKS_FAILED, Figure
from quen.webhooks.model import Delivery, Result, Wake, Webhook, headers_of
from quen.webhooks.ports import DeliveryRecords, EventBodies, Receivers, Secrets, WakeQueue, WebhookRecords

QUEUE_DELAY_SECONDS_MAX = 900
SECRETS_KEPT_MAX = 256

_ENTRY_ID = re.compile(rb'"entry_id":"(ent_[a-z2-7]{16})"')


class Sending:
    """Sends what is due. `wall` is the real clock; `draw_jitter` answers a percentage from -20 to 20, a new one each time."""

    def __init__(
        self,
        webhooks: WebhookRecords,
        deliveries: DeliveryRecords,
        secrets: Secrets,
        bodies: EventBodies,
        receivers: Receivers,
        queue: WakeQueue,
        wall: Clock,
        draw_jitter: Callable[[], int],
    ) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._secrets = secrets
        self._bodies = bodies
        self._receivers = receivers
        self._queue = queue
        self._wall = wall
        self._draw_jitter = draw_jitter
        self._kept_secrets: dict[str, bytes] = {}

    def receive(self, body: Mapping[str, Any]) -> None:
        """Handle one message of the queue. Raises TemporarilyUnavailableError: then the queue brings it again; ValueError for
        what is no wake-up.
        """
        wake = Wake.parse(body)
        if not wake.webhook_id:
            self._fan_out(wake)
            return
        webhook = self._webhooks.find(wake.partner_id, wake.webhook_id)
        delivery = self._find_delivery(wake) if webhook else None
        if webhook is None or delivery is None or not delivery.is_pending or wake.attempt <= delivery.attempts:
            return  # deleted, delivered, or a wake-up that has done its work
        if wake.attempt > delivery.attempts + 1:
            raise TemporarilyUnavailableError("The attempt before it is not noted yet.")
        self._deliver(wake, webhook, delivery)

    def _fan_out(self, wake: Wake) -> None:
        webhooks = self._webhooks.list_webhooks(wake.partner_id)
        wanting = [one for one in webhooks if one.is_enabled and one.wants(wake.event_type)]
        self._queue.send([replace(wake, webhook_id=one.webhook_id) for one in wanting])

    def _find_delivery(self, wake: Wake) -> Delivery | None:
        """The delivery; the first attempt of an event begins it."""
        if wake.attempt > 1:
            return self._deliveries.find(wake.webhook_id, wake.event_id)
        new = Delivery(wake.webhook_id, wake.event_id, wake.event_type, self._wall.now())
        return self._deliveries.claim(new)

    def _deliver(self, wake: Wake, webhook: Webhook, delivery: Delivery) -> None:
        now = self._wall.now()
        if not webhook.is_enabled:
            self._note(delivery, delivery.given_up("webhook_disabled"))
            return
        is_resting = webhook.resting_until is not None and webhook.resting_until > now
        due_at = max(delivery.next_at or now, webhook.rested(now) if is_resting else now)
        if due_at > now:
            self._wait(replace(wake, due_at=due_at), now)
            return
        if delivery.is_in_flight(now):
            raise TemporarilyUnavailableError("Another attempt is under way.")
        body = delivery.body or self._bodies.find(webhook.partner_id, delivery.event_id)
        if body is None:
            self._note(delivery, delivery.given_up("event_gone"))
            return
        tried = webhook.tried(now)
        if tried is not webhook and not self._webhooks.replace(webhook, tried):
            self._wait(replace(wake, due_at=webhook.rested(now)), now)  # another worker tries it
            return
        begun = delivery.begun(now)
        self._note(delivery, begun)
        told = tell_of(event_id=delivery.event_id, webhook_id=webhook.webhook_id, entry_id=_entry_id(body))
        result = self._attempt(tried, delivery.event_id, body, now)
        told["is_delivered"] = result.is_delivered
        if not result.is_delivered:
            count(Figure(WEBHOOKS_FAILED, 1))
        self._conclude(wake, tried, begun, result)

    def _attempt(self, webhook: Webhook, event_id: str, body: bytes, now: datetime) -> Result:
        found = [self._find_secret(secret_id) for secret_id in webhook.secret_ids(now)]
        secrets = [secret for secret in found if secret is not None]
        if not secrets:
            return Result(failure="secret_missing")
        return self._receivers.post(webhook.url, headers_of(secrets, event_id, now, body), body, now)

    def _conclude(self, wake: Wake, webhook: Webhook, begun: Delivery, result: Result) -> None:
        now = self._wall.now()
        # The webhook first: what is disabled is disabled though the rest should fail. Who changed it meanwhile knows better.
        changed = webhook.after(is_delivered=result.is_delivered, is_gone=result.is_gone, now=now)
        if changed is not webhook:
            self._webhooks.replace(webhook, changed)
        ended = begun.ended(result, now, self._draw_jitter())
        if ended.is_pending:
            self._wait(replace(wake, attempt=ended.attempts + 1, due_at=ended.next_at), now)
        self._note(begun, ended)

    def _wait(self, wake: Wake, now: datetime) -> None:
        """The wake-up waits in the queue, as long as a queue lets it at a time."""
        due_at = wake.due_at or now
        seconds = -(-(due_at - now).total_seconds() // 1)
        self._queue.send([wake], min(int(seconds), QUEUE_DELAY_SECONDS_MAX))

    def _find_secret(self, secret_id: str) -> bytes | None:
        """The secret, from the process where it was used before: what an id stands for never changes."""
        if secret_id not in self._kept_secrets:
            secret = self._secrets.find(secret_id)
            if secret is None:
                return None
            if len(self._kept_secrets) >= SECRETS_KEPT_MAX:
                self._kept_secrets.pop(next(iter(self._kept_secrets)))
            self._kept_secrets[secret_id] = secret
        return self._kept_secrets[secret_id]

    def _note(self, before: Delivery, after: Delivery) -> None:
        if not self._deliveries.replace(before, after):
            raise TemporarilyUnavailableError("Another wake-up of this delivery was faster.")


def _entry_id(body: bytes) -> str | None:
    """The ledger's entry that an event tells, for the log."""
    found = _ENTRY_ID.search(body)
    return found[1].decode() if found else None

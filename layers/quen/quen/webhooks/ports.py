"""What the use cases of webhooks are given. Every method may raise TemporarilyUnavailableError."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from quen.webhooks.model import Delivery, Result, Wake, Webhook
from quen.writes import Write


class WebhookRecords(Protocol):
    """Webhooks, by their partner."""

    def add(self, webhook: Webhook) -> None:
        """Keep a new one."""

    def find(self, partner_id: str, webhook_id: str) -> Webhook | None:
        """The webhook, read consistently."""

    def list_webhooks(self, partner_id: str) -> Sequence[Webhook]:
        """All of a partner, by id, read consistently."""

    def replace(self, before: Webhook, after: Webhook, others: Sequence[Write] = ()) -> bool:
        """Write what became of it, and in the same transaction the others; False, and nothing written, where it has
        changed since it was read, or is there no more.
        """

    def delete(self, webhook: Webhook) -> None:
        """Once or more often."""


class DeliveryRecords(Protocol):
    """What became of each event, for each webhook; kept for 30 days at least."""

    def claim(self, delivery: Delivery) -> Delivery:
        """Keep a new delivery; where there is one of that event already, answer that one."""

    def find(self, webhook_id: str, event_id: str) -> Delivery | None:
        """The delivery, read consistently."""

    def replace(self, before: Delivery, after: Delivery) -> bool:
        """Write what became of it; False where somebody else has, since it was read."""

    def list_before(self, webhook_id: str, place: str | None, limit: int) -> Sequence[tuple[str, Delivery]]:
        """Deliveries with their places, newest first, from the one before that place on."""

    def list_since(self, webhook_id: str, since: datetime, limit: int) -> Sequence[tuple[str, Delivery]]:
        """The same, oldest first, from that instant on."""


class Secrets(Protocol):
    """The secrets that webhooks are signed with, each kept under an id of its own and never changed."""

    def keep(self, key_id: str, secret: bytes) -> None:
        """Keep a new one."""

    def find(self, key_id: str) -> bytes | None:
        """The secret, or None where it was never there or is deleted."""

    def delete(self, key_id: str) -> None:
        """Once or more often."""


class EventBodies(Protocol):
    """The events of a partner, as the very bytes that its feed shows."""

    def find(self, partner_id: str, event_id: str) -> bytes | None:
        """The body, or None where it is not there (any more)."""


class WakeQueue(Protocol):
    """Where wake-ups wait."""

    def send(self, wakes: Sequence[Wake], delay_seconds: int = 0) -> None:
        """Queue them all, to come after the delay (at most 900 seconds)."""


class Receivers(Protocol):
    """The other side."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Result:
        """One attempt. Raises nothing: a failure is a result."""

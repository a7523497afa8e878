"""Webhooks as their partner, and staff, deal with them: where to send, what of, what became of it, and once more.

Rule: a secret leaves this house in one answer, when it is made; it is kept in the secret store, and never in a table.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from quen.clock import Clock
from quen.errors import ConflictRetryError, NotFoundError, QuenError, ValidationFailedError
from quen.events.model import EVENT_TYPES
from quen.ids import is_id, new_id
from quen.webhooks.addresses import parse_destination
from quen.webhooks.model import (
    SECRET_BYTES,
    TEST_EVENT_TYPE,
    WEBHOOKS_PER_PARTNER_MAX,
    Delivery,
    DeliveryState,
    DisabledBy,
    IssuedWebhook,
    Wake,
    Webhook,
    WebhookDisabledError,
    check_event_types,
    secret_text,
    trial_body,
)
from quen.webhooks.ports import DeliveryRecords, Secrets, WakeQueue, WebhookRecords
from quen.writes import Write

CHANGE_ATTEMPTS_MAX = 3
REPLAYED_AT_A_TIME_MAX = 500
# What is replayed is queued before it is noted; the wake-up comes when that has long been done.
REPLAY_DELAY_SECONDS = 5
REPLAY_CHUNK = 10
PAGES_SEARCHED_MAX = 5
PAGE_SEARCHED = 100


class Replayed(Struct, frozen=True):
    """How many deliveries begin anew, and from when on to ask for the rest; None where that was all."""

    count: int
    next_since: datetime | None


class Webhooks:
    """The use cases. `wall` is the real clock. Every method that is given a webhook's id raises NotFoundError."""

    def __init__(
        self,
        webhooks: WebhookRecords,
        deliveries: DeliveryRecords,
        key_secrets: Secrets,
        queue: WakeQueue,
        wall: Clock,
        *,
        is_sandbox: bool,
    ) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._secrets = key_secrets
        self._queue = queue
        self._wall = wall
        self._is_sandbox = is_sandbox

    def create(self, partner_id: str, url: str, event_types: Sequence[str] = ()) -> IssuedWebhook:
        """A new webhook that is told of these events (none: of all). Raises ValidationFailedError."""
        destination = parse_destination(url, is_sandbox=self._is_sandbox)
        wanted = check_event_types(event_types, EVENT_TYPES)
        if len(self._webhooks.list_webhooks(partner_id)) >= WEBHOOKS_PER_PARTNER_MAX:
            sentence = f"A partner has {WEBHOOKS_PER_PARTNER_MAX} webhooks at most."
            raise ValidationFailedError.at("", "too_many_webhooks", sentence)
        secret_id, secret = self._make_secret()
        webhook = Webhook(new_id("whk"), partner_id, destination.url, wanted, self._wall.now(), secret_id)
        try:
            self._webhooks.add(webhook)
        except QuenError:
            self._secrets.delete(secret_id)
            raise
        return IssuedWebhook(webhook, secret_text(secret))

    def load(self, partner_id: str, webhook_id: str) -> Webhook:
        """The partner's webhook."""
        webhook = self._webhooks.find(partner_id, webhook_id) if is_id("whk", webhook_id) else None
        if webhook is None:
            raise NotFoundError("There is no such webhook.")
        return webhook

    def list_webhooks(self, partner_id: str) -> Sequence[Webhook]:
        """All of the partner's, by id."""
        return self._webhooks.list_webhooks(partner_id)

    def rotate(self, partner_id: str, webhook_id: str, overlap_hours: int) -> IssuedWebhook:
        """A new secret; the one before signs beside it for so many hours, one older than that no more.

        Raises ConflictRetryError.
        """
        before = self.load(partner_id, webhook_id)
        secret_id, secret = self._make_secret()
        after = before.rotated(secret_id, self._wall.now() + timedelta(hours=overlap_hours))
        if not self._webhooks.replace(before, after):
            self._secrets.delete(secret_id)
            raise ConflictRetryError
        for over in [before.previous_secret_id, *([] if overlap_hours else [before.secret_id])]:
            if over:
                self._secrets.delete(over)
        return IssuedWebhook(after, secret_text(secret))

    def enable(self, partner_id: str, webhook_id: str) -> Webhook:
        """Sent to again, from now on. Raises ConflictRetryError."""
        return self._change(partner_id, webhook_id, lambda one: one if one.is_enabled else one.enabled())

    def disable(
        self,
        partner_id: str,
        webhook_id: str,
        by: DisabledBy,
        others: Callable[[Webhook, Webhook], Sequence[Write]] = lambda _before, _after: (),
    ) -> Webhook:
        """Sent to no more; what waited is dead. `others` are made of the webhook as it was and as it is, and written in the
        same transaction; where nothing changes, they are not. Raises ConflictRetryError.
        """
        return self._change(partner_id, webhook_id, lambda one: one.disabled(by) if one.is_enabled else one, others)

    def delete(self, partner_id: str, webhook_id: str) -> Webhook:
        """Gone, with its secrets and its log."""
        webhook = self.load(partner_id, webhook_id)
        self._webhooks.delete(webhook)
        for secret_id in filter(None, (webhook.secret_id, webhook.previous_secret_id)):
            self._secrets.delete(secret_id)
        return webhook

    def list_deliveries(
        self, partner_id: str, webhook_id: str, place: str | None, limit: int, state: DeliveryState | None = None
    ) -> tuple[Sequence[Delivery], str | None]:
        """A page of the log, newest first, and the place before which the next one begins.

        Of one state a page may hold fewer than `limit`, though more follow: it looks at five hundred deliveries.
        """
        webhook = self.load(partner_id, webhook_id)
        found: list[tuple[str, Delivery]] = []
        for _ in range(PAGES_SEARCHED_MAX if state else 1):
            asked = PAGE_SEARCHED if state else limit + 1
            looked_at = self._deliveries.list_before(webhook.webhook_id, place, asked)
            found += [(at, one) for at, one in looked_at if state in (None, one.state)]
            if len(found) > limit:
                return [one for _, one in found[:limit]], found[limit - 1][0]
            if len(looked_at) < asked:
                return [one for _, one in found], None
            place = looked_at[-1][0]
        return [one for _, one in found], place

    def replay_event(self, partner_id: str, webhook_id: str, event_id: str) -> Replayed:
        """That event once more. Raises NotFoundError where the webhook was never told of it, WebhookDisabledError."""
        webhook = self._load_enabled(partner_id, webhook_id)
        delivery = self._deliveries.find(webhook.webhook_id, event_id)
        if delivery is None:
            raise NotFoundError("There is no delivery of such an event.")
        return Replayed(self._replay(webhook, [delivery]), None)

    def replay_since(self, partner_id: str, webhook_id: str, since: datetime) -> Replayed:
        """All that was first sent from that instant on, but what is still being tried: 500 at a time.

        Raises WebhookDisabledError.
        """
        webhook = self._load_enabled(partner_id, webhook_id)
        found = self._deliveries.list_since(webhook.webhook_id, since, REPLAYED_AT_A_TIME_MAX + 1)
        now = [delivery for _, delivery in found[:REPLAYED_AT_A_TIME_MAX]]
        later = [delivery for _, delivery in found[REPLAYED_AT_A_TIME_MAX:]]
        return Replayed(self._replay(webhook, now), later[0].created_at if later else None)

    def send_test(self, partner_id: str, webhook_id: str) -> Delivery:
        """An event about nothing, for this webhook alone. Raises WebhookDisabledError."""
        webhook, event_id, now = self._load_enabled(partner_id, webhook_id), new_id("evt"), self._wall.now()
        body = trial_body(webhook_id, event_id, now)
        delivery = self._deliveries.claim(Delivery(webhook_id, event_id, TEST_EVENT_TYPE, now, body=body))
        self._queue.send([_wake(webhook, delivery)])
        return delivery

    def _replay(self, webhook: Webhook, deliveries: Sequence[Delivery]) -> int:
        """How many begin anew: those that nobody is at work on."""
        asked_at = self._wall.now()
        ready = [delivery for delivery in deliveries if delivery.is_replayable(asked_at)]
        count = 0
        for start in range(0, len(ready), REPLAY_CHUNK):
            some = ready[start : start + REPLAY_CHUNK]
            self._queue.send([_wake(webhook, delivery) for delivery in some], REPLAY_DELAY_SECONDS)
            count += sum(self._deliveries.replace(delivery, delivery.anew(asked_at)) for delivery in some)
        return count

    def _change(
        self,
        partner_id: str,
        webhook_id: str,
        change: Callable[[Webhook], Webhook],
        others: Callable[[Webhook, Webhook], Sequence[Write]] = lambda _before, _after: (),
    ) -> Webhook:
        for _ in range(CHANGE_ATTEMPTS_MAX):
            before = self.load(partner_id, webhook_id)
            after = change(before)
            if after is before or self._webhooks.replace(before, after, others(before, after)):
                return after
        raise ConflictRetryError

    def _load_enabled(self, partner_id: str, webhook_id: str) -> Webhook:
        webhook = self.load(partner_id, webhook_id)
        if not webhook.is_enabled:
            raise WebhookDisabledError
        return webhook

    def _make_secret(self) -> tuple[str, bytes]:
        secret_id, secret = new_id("whs"), secrets.token_bytes(SECRET_BYTES)
        self._secrets.keep(secret_id, secret)
        return secret_id, secret


def _wake(webhook: Webhook, delivery: Delivery) -> Wake:
    return Wake(webhook.partner_id, delivery.event_id, delivery.event_type, webhook.webhook_id)

"""Fakes of the webhooks' ports, and a world with a queue that a test works by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from quen.errors import TemporarilyUnavailableError
from quen.webhooks.model import Delivery, IssuedWebhook, Result, Wake, Webhook
from quen.webhooks.sending import Sending
from quen.webhooks.service import Webhooks
from quen.writes import Write
from unit.partners.fakes import FakeKeySecrets, FixedClock

NOW = datetime(2026, 11, 22, 3, 15, tzinfo=UTC)
PARTNER = "ptn_7k3wq2m9xv4bt8dz"
URL = "https://hooks.example.com/quen"
BODY = b'{"type":"points.earned"}'


@dataclass
class FakeWebhookRecords:
    kept: dict[tuple[str, str], Webhook] = field(default_factory=dict)
    written: list[Write] = field(default_factory=list)
    reads: int = 0

    def add(self, webhook: Webhook) -> None:
        self.kept[webhook.partner_id, webhook.webhook_id] = webhook

    def find(self, partner_id: str, webhook_id: str) -> Webhook | None:
        return self.kept.get((partner_id, webhook_id))

    def list_webhooks(self, partner_id: str) -> Sequence[Webhook]:
        self.reads += 1
        return [webhook for (owner, _), webhook in sorted(self.kept.items()) if owner == partner_id]

    def replace(self, before: Webhook, after: Webhook, others: Sequence[Write] = ()) -> bool:
        key = before.partner_id, before.webhook_id
        if key not in self.kept or self.kept[key].revision != before.revision:
            return False
        self.written += others
        self.kept[key] = after
        return True

    def delete(self, webhook: Webhook) -> None:
        self.kept.pop((webhook.partner_id, webhook.webhook_id), None)


@dataclass
class FakeDeliveryRecords:
    kept: dict[tuple[str, str], Delivery] = field(default_factory=dict)
    is_down: bool = False

    def claim(self, delivery: Delivery) -> Delivery:
        return self.kept.setdefault((delivery.webhook_id, delivery.event_id), delivery)

    def find(self, webhook_id: str, event_id: str) -> Delivery | None:
        return self.kept.get((webhook_id, event_id))

    def replace(self, before: Delivery, after: Delivery) -> bool:
        if self.is_down:
            raise TemporarilyUnavailableError
        key = before.webhook_id, before.event_id
        if self.kept[key].revision != before.revision:
            return False
        self.kept[key] = after
        return True

    def list_before(self, webhook_id: str, place: str | None, limit: int) -> Sequence[tuple[str, Delivery]]:
        found = [one for one in reversed(self._placed(webhook_id)) if place is None or one[0] < place]
        return found[:limit]

    def list_since(self, webhook_id: str, since: datetime, limit: int) -> Sequence[tuple[str, Delivery]]:
        return [one for one in self._placed(webhook_id) if one[1].created_at >= since][:limit]

    def _placed(self, webhook_id: str) -> list[tuple[str, Delivery]]:
        mine = [one for (owner, _), one in self.kept.items() if owner == webhook_id]
        return sorted((f"LOG#{one.created_at:%Y-%m-%dT%H:%M:%S.%f}#{one.event_id}", one) for one in mine)


@dataclass
class FakeQueue:
    clock: FixedClock
    waiting: list[tuple[datetime, Wake]] = field(default_factory=list)
    is_down: bool = False

    def send(self, wakes: Sequence[Wake], delay_seconds: int = 0) -> None:
        if self.is_down:
            raise TemporarilyUnavailableError
        assert 0 <= delay_seconds <= 900
        self.waiting += [(self.clock.now() + timedelta(seconds=delay_seconds), wake) for wake in wakes]


@dataclass
class FakeReceivers:
    """Answers to each URL what it is told to, 204 unless told otherwise; `sent` is what came, in order."""

    results: dict[str, Result] = field(default_factory=dict)
    sent: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def post(self, url: str, headers: Mapping[str, str], body: bytes, _now: datetime) -> Result:
        self.sent.append((url, headers, body))
        return self.results.get(url, Result(204))


@dataclass
class FakeBodies:
    kept: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def find(self, partner_id: str, event_id: str) -> bytes | None:
        return self.kept.get((partner_id, event_id), BODY if event_id.startswith("evt_") else None)


@dataclass
class World:
    """A partner's webhooks, and time that goes on as the test says."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    records: FakeWebhookRecords = field(default_factory=FakeWebhookRecords)
    deliveries: FakeDeliveryRecords = field(default_factory=FakeDeliveryRecords)
    secrets: FakeKeySecrets = field(default_factory=FakeKeySecrets)
    receivers: FakeReceivers = field(default_factory=FakeReceivers)
    bodies: FakeBodies = field(default_factory=FakeBodies)
    jitter_percent: int = 0

    def __post_init__(self) -> None:
        self.queue = FakeQueue(self.clock)
        self.webhooks = Webhooks(self.records, self.deliveries, self.secrets, self.queue, self.clock, is_sandbox=False)
        given = self.records, self.deliveries, self.secrets, self.bodies, self.receivers, self.queue, self.clock
        self.sending = Sending(*given, lambda: self.jitter_percent)

    def make(self, url: str = URL, *event_types: str) -> IssuedWebhook:
        return self.webhooks.create(PARTNER, url, event_types)

    def announce(self, event_id: str = "evt_1", event_type: str = "points.earned") -> None:
        self.queue.send([Wake(PARTNER, event_id, event_type)])

    def advance(self, **by: int) -> None:
        self.clock.instant += timedelta(**by)

    def work(self) -> int:
        """Everything that the queue has for now; how many messages that were. What raises comes again later."""
        handled = 0
        while ready := [one for one in self.queue.waiting if one[0] <= self.clock.now()]:
            self.queue.waiting.remove(ready[0])
            handled += 1
            try:
                self.sending.receive(ready[0][1].body())
            except TemporarilyUnavailableError:
                self.queue.waiting.append((self.clock.now() + timedelta(seconds=540), ready[0][1]))
        return handled

    def work_for(self, **span: int) -> None:
        """The same, from message to message, for so long."""
        end = self.clock.now() + timedelta(**span)
        self.work()
        while self.queue.waiting and (following := min(at for at, _ in self.queue.waiting)) <= end:
            self.clock.instant = following
            self.work()
        self.clock.instant = end

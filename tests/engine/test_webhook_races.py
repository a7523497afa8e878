"""Workers of the webhooks' queue that are given the same, on engines that are faithful about conditions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from quen.errors import TemporarilyUnavailableError
from quen.webhooks.model import DeliveryState, Wake
from quen.webhooks.sending import Sending
from quen.webhooks.store import DeliveryStore, WebhookStore
from unit.webhooks.fakes import NOW, PARTNER, URL, World

WORKERS = 8
EVENTS = 4


def test_of_many_workers_with_the_same_wake_ups_each_event_is_sent_by_one(engine: Any, tables: dict[str, str]) -> None:
    world = World()
    records, deliveries = WebhookStore(engine, tables["messages"]), DeliveryStore(engine, tables["messages"])
    webhook = world.make().webhook
    records.add(webhook)
    others = world.secrets, world.bodies, world.receivers, world.queue, world.clock, lambda: 0

    def work(number: int) -> str:
        wake = Wake(PARTNER, f"evt_{number % EVENTS}", "points.earned", webhook.webhook_id)
        try:
            Sending(records, deliveries, *others).receive(wake.body())
        except TemporarilyUnavailableError:
            return "again"
        return "done"

    with ThreadPoolExecutor(WORKERS) as pool:
        outcomes = list(pool.map(work, range(WORKERS * EVENTS)))
    sent = sorted(headers["webhook-id"] for _, headers, _ in world.receivers.sent)
    assert sent == [f"evt_{number}" for number in range(EVENTS)]
    assert outcomes.count("done") >= EVENTS
    log = [delivery for _, delivery in deliveries.list_before(webhook.webhook_id, None, 100)]
    assert [(one.state, one.attempts, one.created_at) for one in log] == [(DeliveryState.DELIVERED, 1, NOW)] * EVENTS
    assert records.find(PARTNER, webhook.webhook_id) == webhook
    assert {url for url, _, _ in world.receivers.sent} == {URL}

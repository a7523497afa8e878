"""Webhooks as their partner deals with them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from quen.errors import ConflictRetryError, NotFoundError, ValidationFailedError
from quen.webhooks.model import Delivery, DeliveryState, DisabledBy, Result, WebhookDisabledError
from quen.writes import Write
from unit.webhooks.fakes import NOW, PARTNER, URL, World

STRANGER = "ptn_0000000000000000"


def test_a_webhook_has_a_secret_of_its_own_that_no_record_holds() -> None:
    world = World()
    first, second = world.make(), world.make()
    assert first.secret.startswith("whsec_")
    assert first.secret != second.secret
    assert first.secret not in repr(first)
    assert set(world.secrets.kept) == {first.webhook.secret_id, second.webhook.secret_id}


def test_a_partner_has_ten_webhooks_at_most() -> None:
    world = World()
    for _ in range(10):
        world.make()
    with pytest.raises(ValidationFailedError) as refused:
        world.make()
    assert refused.value.faults[0].code == "too_many_webhooks"
    assert len(world.secrets.kept) == 10


def test_what_is_refused_leaves_no_secret_behind() -> None:
    world = World()
    for url, types in (("http://example.com/", ()), (URL, ("nothing",))):
        with pytest.raises(ValidationFailedError):
            world.make(url, *types)
    assert not world.secrets.kept


def test_a_stranger_s_webhook_does_not_exist() -> None:
    world = World()
    webhook_id = world.make().webhook.webhook_id
    asked = [
        lambda: world.webhooks.load(STRANGER, webhook_id),
        lambda: world.webhooks.rotate(STRANGER, webhook_id, 0),
        lambda: world.webhooks.delete(STRANGER, webhook_id),
        lambda: world.webhooks.list_deliveries(STRANGER, webhook_id, None, 10),
        lambda: world.webhooks.replay_since(STRANGER, webhook_id, NOW),
        lambda: world.webhooks.send_test(STRANGER, webhook_id),
        lambda: world.webhooks.load(PARTNER, "whk_none"),
    ]
    for ask in asked:
        with pytest.raises(NotFoundError):
            ask()
    assert world.webhooks.load(PARTNER, webhook_id)


def test_a_rotation_forgets_the_secret_before_the_last_and_without_overlap_the_last_too() -> None:
    world = World()
    first = world.make()
    second = world.webhooks.rotate(PARTNER, first.webhook.webhook_id, 24)
    third = world.webhooks.rotate(PARTNER, first.webhook.webhook_id, 24)
    assert set(world.secrets.kept) == {second.webhook.secret_id, third.webhook.secret_id}
    fourth = world.webhooks.rotate(PARTNER, first.webhook.webhook_id, 0)
    assert set(world.secrets.kept) == {fourth.webhook.secret_id}
    assert len({one.secret for one in (first, second, third, fourth)}) == 4


def test_a_rotation_that_lost_a_race_keeps_no_secret_and_changes_none() -> None:
    world = World()
    webhook = world.make().webhook
    load = world.records.find

    def stale(partner_id: str, webhook_id: str) -> object:
        found = load(partner_id, webhook_id)
        world.records.kept[partner_id, webhook_id] = replace(webhook, revision=9)
        return found

    world.records.find = stale
    with pytest.raises(ConflictRetryError):
        world.webhooks.rotate(PARTNER, webhook.webhook_id, 1)
    assert set(world.secrets.kept) == {webhook.secret_id}


def test_a_webhook_is_disabled_and_enabled_and_again_is_the_same() -> None:
    world = World()
    webhook_id = world.make().webhook.webhook_id
    write = Write("audit", "Put", {})
    for _ in range(2):
        disabled = world.webhooks.disable(PARTNER, webhook_id, DisabledBy.STAFF, lambda _was, _is: [write])
        assert (disabled.is_enabled, disabled.disabled_by) == (False, DisabledBy.STAFF)
    assert world.records.written == [write]
    for _ in range(2):
        assert world.webhooks.enable(PARTNER, webhook_id).is_enabled


def test_deleting_takes_the_secrets_with_it() -> None:
    world = World()
    webhook_id = world.make().webhook.webhook_id
    world.webhooks.rotate(PARTNER, webhook_id, 24)
    world.webhooks.delete(PARTNER, webhook_id)
    assert not world.secrets.kept
    assert not world.records.kept
    with pytest.raises(NotFoundError):
        world.webhooks.delete(PARTNER, webhook_id)


def test_a_test_reaches_the_one_webhook_whatever_it_wants() -> None:
    world = World()
    webhook = world.make(URL, "tier.changed").webhook
    world.make("https://other.example.com/")
    delivery = world.webhooks.send_test(PARTNER, webhook.webhook_id)
    world.work()
    [(url, headers, body)] = world.receivers.sent
    assert (url, headers["webhook-id"], body) == (URL, delivery.event_id, delivery.body)
    assert b'"type":"webhook.test"' in body


def with_log(count: int) -> tuple[World, str]:
    """A webhook whose every third delivery is dead."""
    world = World()
    webhook_id = world.make().webhook.webhook_id
    for number in range(count):
        state = DeliveryState.DELIVERED if number % 3 else DeliveryState.DEAD
        at = NOW + timedelta(minutes=number)
        world.deliveries.claim(Delivery(webhook_id, f"evt_{number:04}", "points.earned", at, state, attempts=1))
    return world, webhook_id


def pages(world: World, webhook_id: str, limit: int, state: DeliveryState | None) -> list[str]:
    found: list[str] = []
    place: str | None = None
    while True:
        page, place = world.webhooks.list_deliveries(PARTNER, webhook_id, place, limit, state)
        found += [delivery.event_id for delivery in page]
        if place is None:
            return found


@pytest.mark.parametrize("limit", [1, 3, 7, 25, 100])
def test_the_log_is_read_newest_first_in_pages_of_any_size(limit: int) -> None:
    world, webhook_id = with_log(25)
    assert pages(world, webhook_id, limit, None) == [f"evt_{number:04}" for number in reversed(range(25))]
    dead = [f"evt_{number:04}" for number in reversed(range(25)) if number % 3 == 0]
    assert pages(world, webhook_id, limit, DeliveryState.DEAD) == dead


def test_a_rare_state_is_found_behind_many_of_another() -> None:
    world, webhook_id = with_log(700)
    assert pages(world, webhook_id, 20, DeliveryState.PENDING) == []
    assert len(pages(world, webhook_id, 20, DeliveryState.DEAD)) == 234


def test_a_dead_event_is_replayed_with_the_same_id_and_is_tried_as_often_as_a_new_one() -> None:
    world = World()
    webhook = world.make().webhook
    world.receivers.results[URL] = Result(500)
    world.announce()
    world.work_for(days=4)
    assert world.webhooks.replay_event(PARTNER, webhook.webhook_id, "evt_1").count == 1
    assert world.webhooks.replay_event(PARTNER, webhook.webhook_id, "evt_1").count == 0, "it is being tried"
    world.work_for(hours=1)
    assert len(world.receivers.sent) == 10 + 4
    world.receivers.results.clear()
    world.work_for(hours=2)
    world.webhooks.replay_event(PARTNER, webhook.webhook_id, "evt_1")
    world.work_for(minutes=1)
    assert len(world.receivers.sent) == 10 + 5 + 1
    assert {headers["webhook-id"] for _, headers, _ in world.receivers.sent} == {"evt_1"}


def test_everything_since_an_instant_is_replayed_five_hundred_at_a_time() -> None:
    world, webhook_id = with_log(1100)
    since, counts = NOW + timedelta(minutes=50), []
    world.advance(days=1)
    while since:
        replayed = world.webhooks.replay_since(PARTNER, webhook_id, since)
        counts.append(replayed.count)
        since = replayed.next_since
    assert counts == [500, 500, 50]
    world.work_for(minutes=1)
    assert len(world.receivers.sent) == 1050


def test_nothing_is_sent_to_a_webhook_that_is_disabled() -> None:
    world, webhook_id = with_log(3)
    world.webhooks.disable(PARTNER, webhook_id, DisabledBy.PARTNER)
    asked = [
        lambda: world.webhooks.replay_since(PARTNER, webhook_id, NOW),
        lambda: world.webhooks.replay_event(PARTNER, webhook_id, "evt_0000"),
        lambda: world.webhooks.send_test(PARTNER, webhook_id),
    ]
    for ask in asked:
        with pytest.raises(WebhookDisabledError):
            ask()
    assert not world.queue.waiting


def test_an_event_that_the_webhook_was_never_told_of_is_not_there() -> None:
    world = World()
    webhook_id = world.make().webhook.webhook_id
    with pytest.raises(NotFoundError):
        world.webhooks.replay_event(PARTNER, webhook_id, "evt_1")

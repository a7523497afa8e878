"""From an announced event to an answer: what is sent, how often, when, and what a crash or a double leaves behind."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from quen.errors import TemporarilyUnavailableError
from quen.webhooks.announcing import Announcements
from quen.webhooks.model import Delivery, DeliveryState, DisabledBy, Result, Wake
from unit.webhooks.fakes import BODY, NOW, PARTNER, URL, World

OTHER = "https://other.example.com/"


def test_an_event_reaches_every_webhook_that_wants_it_and_no_other() -> None:
    world = World()
    world.make()
    world.make(OTHER, "points.")
    world.make("https://tiers.example.com/", "tier.changed")
    off = world.make("https://off.example.com/").webhook
    world.webhooks.disable(PARTNER, off.webhook_id, DisabledBy.PARTNER)
    world.webhooks.create("ptn_0000000000000000", "https://stranger.example.com/")
    world.announce()
    world.work()
    assert sorted(url for url, _, _ in world.receivers.sent) == [URL, OTHER]


def test_what_is_sent_is_signed_with_the_secret_that_was_shown() -> None:
    world = World()
    secret = base64.b64decode(world.make().secret.removeprefix("whsec_"))
    world.announce()
    world.work()
    [(_, headers, body)] = world.receivers.sent
    assert (headers["webhook-id"], headers["webhook-timestamp"], body) == ("evt_1", str(int(NOW.timestamp())), BODY)
    content = f"evt_1.{headers['webhook-timestamp']}.".encode() + body
    signature = base64.b64encode(hmac.digest(secret, content, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{signature}"


def test_an_event_that_was_delivered_is_not_sent_again_however_often_it_is_announced() -> None:
    world = World()
    world.make()
    for _ in range(3):
        world.announce()
        world.work()
    assert len(world.receivers.sent) == 1
    assert not world.queue.waiting


def test_every_attempt_has_the_same_id_and_body_and_a_time_of_its_own() -> None:
    world = World()
    world.make()
    world.receivers.results[URL] = Result(500)
    world.announce()
    world.work_for(minutes=10)
    ids, times, bodies = zip(
        *((one["webhook-id"], one["webhook-timestamp"], body) for _, one, body in world.receivers.sent), strict=True
    )
    assert (set(ids), set(bodies), len(set(times))) == ({"evt_1"}, {BODY}, 3)


def test_a_receiver_that_never_answers_well_is_tried_ten_times_and_then_the_delivery_is_dead() -> None:
    world = World()
    webhook = world.make().webhook
    world.receivers.results[URL] = Result(failure="timed_out")
    world.announce()
    world.work_for(days=4)
    delivery = world.deliveries.kept[webhook.webhook_id, "evt_1"]
    assert (len(world.receivers.sent), delivery.attempts, delivery.state) == (10, 10, DeliveryState.DEAD)
    assert not world.queue.waiting
    times = [int(one["webhook-timestamp"]) for _, one, _ in world.receivers.sent]
    waits = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert waits == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]


def test_a_wait_of_hours_goes_through_the_queue_in_hops_of_fifteen_minutes() -> None:
    world = World()
    world.make()
    world.receivers.results[URL] = Result(503, retry_after_seconds=7200)
    world.announce()
    world.work()
    for _ in range(8):
        [(at, _)] = world.queue.waiting
        assert at - world.clock.now() <= timedelta(minutes=15)
        world.clock.instant = at
        world.work()
    assert len(world.receivers.sent) == 2
    assert world.clock.now() == NOW + timedelta(hours=2)


def test_a_receiver_that_recovers_gets_what_it_missed() -> None:
    world = World()
    world.make()
    world.receivers.results[URL] = Result(500)
    world.announce()
    world.work_for(minutes=10)
    world.receivers.results.clear()
    world.work_for(hours=1)
    [webhook] = world.records.kept.values()
    assert world.deliveries.kept[webhook.webhook_id, "evt_1"].state is DeliveryState.DELIVERED
    assert (webhook.failing_since, webhook.resting_until) == (None, None)


def test_a_receiver_that_is_down_is_tried_twice_a_minute_whatever_waits_for_it() -> None:
    world = World()
    world.make()
    world.make(OTHER)
    world.receivers.results[URL] = Result(failure="timed_out")
    for number in range(50):
        world.announce(f"evt_{number}")
    world.work()
    sent = [url for url, _, _ in world.receivers.sent]
    assert (sent.count(URL), sent.count(OTHER)) == (2, 50)
    world.receivers.results.clear()
    world.work_for(minutes=6)
    assert {one.state for one in world.deliveries.kept.values()} == {DeliveryState.DELIVERED}


def test_of_two_workers_at_a_receiver_that_fails_one_tries_and_the_other_waits() -> None:
    world = World()
    webhook = world.make().webhook
    failing = webhook.after(is_delivered=False, is_gone=False, now=NOW)
    world.records.replace(webhook, failing)
    post, second = world.receivers.post, Wake(PARTNER, "evt_2", "points.earned", webhook.webhook_id)

    def post_while_another_works(*arguments: Any) -> Result:
        world.receivers.post = post
        world.records.find = lambda *_: failing  # as the other has read it
        world.sending.receive(second.body())
        return post(*arguments)

    world.receivers.post = post_while_another_works
    world.sending.receive(Wake(PARTNER, "evt_1", "points.earned", webhook.webhook_id).body())
    assert [headers["webhook-id"] for _, headers, _ in world.receivers.sent] == ["evt_1"]
    assert [(at - NOW, wake.event_id) for at, wake in world.queue.waiting] == [(timedelta(seconds=30), "evt_2")]


def test_two_workers_with_the_same_wake_up_make_one_attempt() -> None:
    world = World()
    webhook = world.make().webhook
    wake, post = Wake(PARTNER, "evt_1", "points.earned", webhook.webhook_id), world.receivers.post

    def post_while_another_works(*arguments: Any) -> Result:
        world.receivers.post = post
        with pytest.raises(TemporarilyUnavailableError):
            world.sending.receive(wake.body())
        return post(*arguments)

    world.receivers.post = post_while_another_works
    world.sending.receive(wake.body())
    assert len(world.receivers.sent) == 1


def test_a_webhook_that_answers_gone_gets_nothing_more() -> None:
    world = World()
    webhook = world.make().webhook
    world.receivers.results[URL] = Result(410)
    for event_id in ("evt_1", "evt_2"):
        world.announce(event_id)
    world.work()
    assert len(world.receivers.sent) == 1
    assert world.webhooks.load(PARTNER, webhook.webhook_id).disabled_by is DisabledBy.GONE
    states = [(one.state, one.last_error) for one in world.deliveries.kept.values()]
    assert sorted(states) == [(DeliveryState.DEAD, "gone"), (DeliveryState.DEAD, "webhook_disabled")]


def test_a_webhook_of_which_every_attempt_fails_for_five_days_is_disabled() -> None:
    world = World()
    webhook = world.make().webhook
    world.receivers.results[URL] = Result(500)
    for day in range(6):
        world.announce(f"evt_{day}")
        world.work_for(days=1)
    found = world.webhooks.load(PARTNER, webhook.webhook_id)
    assert (found.is_enabled, found.disabled_by, found.failing_since) == (False, DisabledBy.FAILING, NOW)


def test_a_lost_note_sends_twice_under_one_id_and_loses_nothing() -> None:
    """At least once: the receiver has it, and the record could not be written."""
    world = World()
    webhook = world.make().webhook
    wake = Wake(PARTNER, "evt_1", "points.earned", webhook.webhook_id)
    post = world.receivers.post

    def post_and_lose_the_table(*arguments: object) -> Result:
        world.deliveries.is_down = True
        return post(*arguments)

    world.receivers.post = post_and_lose_the_table
    with pytest.raises(TemporarilyUnavailableError):
        world.sending.receive(wake.body())
    world.deliveries.is_down = False
    world.receivers.post = post
    with pytest.raises(TemporarilyUnavailableError):
        world.sending.receive(wake.body())  # as far as anybody knows, the first is still at it
    world.advance(seconds=30)
    world.sending.receive(wake.body())
    assert [headers["webhook-id"] for _, headers, _ in world.receivers.sent] == ["evt_1", "evt_1"]
    assert world.deliveries.kept[webhook.webhook_id, "evt_1"].state is DeliveryState.DELIVERED


def test_a_retry_that_could_not_be_queued_is_not_forgotten() -> None:
    world = World()
    webhook = world.make().webhook
    world.receivers.results[URL] = Result(500)
    wake = Wake(PARTNER, "evt_1", "points.earned", webhook.webhook_id)
    world.queue.is_down = True
    with pytest.raises(TemporarilyUnavailableError):
        world.sending.receive(wake.body())
    assert world.deliveries.kept[webhook.webhook_id, "evt_1"].attempts == 0
    world.queue.is_down = False
    world.advance(seconds=540)
    world.sending.receive(wake.body())
    assert world.deliveries.kept[webhook.webhook_id, "evt_1"].attempts == 1
    assert [one.attempt for _, one in world.queue.waiting] == [2]


def test_a_wake_up_that_comes_twice_makes_one_attempt() -> None:
    world = World()
    webhook = world.make().webhook
    world.receivers.results[URL] = Result(500)
    wake = Wake(PARTNER, "evt_1", "points.earned", webhook.webhook_id)
    for _ in range(3):
        world.sending.receive(wake.body())
    assert (len(world.receivers.sent), len(world.queue.waiting)) == (1, 1)


def test_a_wake_up_that_comes_before_the_attempt_before_it_is_noted_waits() -> None:
    world = World()
    webhook = world.make().webhook
    world.deliveries.claim(Delivery(webhook.webhook_id, "evt_1", "points.earned", NOW))
    with pytest.raises(TemporarilyUnavailableError):
        world.sending.receive(Wake(PARTNER, "evt_1", "points.earned", webhook.webhook_id, 2).body())
    assert not world.receivers.sent


def test_a_wake_up_for_what_is_not_there_does_nothing() -> None:
    world = World()
    webhook = world.make().webhook
    strange = [
        Wake(PARTNER, "evt_1", "points.earned", "whk_0000000000000000"),
        Wake("ptn_0000000000000000", "evt_1", "points.earned", webhook.webhook_id),
        Wake(PARTNER, "evt_1", "points.earned", webhook.webhook_id, 5),
        Wake("ptn_0000000000000000", "evt_1", "points.earned"),
    ]
    for wake in strange:
        world.sending.receive(wake.body())
    assert not world.receivers.sent
    assert not world.queue.waiting
    assert not world.deliveries.kept


def test_an_event_whose_body_is_gone_is_dead_and_one_that_brings_its_own_is_sent() -> None:
    world = World()
    webhook = world.make().webhook
    world.announce("gone_1")
    world.work()
    dead = world.deliveries.kept[webhook.webhook_id, "gone_1"]
    assert (dead.state, dead.last_error, dead.attempts) == (DeliveryState.DEAD, "event_gone", 0)
    world.deliveries.claim(replace(dead, event_id="own_1", state=DeliveryState.PENDING, body=b"{}"))
    world.sending.receive(Wake(PARTNER, "own_1", "webhook.test", webhook.webhook_id).body())
    assert [body for _, _, body in world.receivers.sent] == [b"{}"]


def test_without_its_secret_nothing_is_sent_unsigned() -> None:
    world = World()
    webhook = world.make().webhook
    world.secrets.kept.clear()
    world.announce()
    world.work()
    assert not world.receivers.sent
    assert world.deliveries.kept[webhook.webhook_id, "evt_1"].last_error == "secret_missing"


def test_while_a_secret_is_rotated_both_sign() -> None:
    world = World()
    webhook = world.make().webhook
    world.webhooks.rotate(PARTNER, webhook.webhook_id, overlap_hours=1)
    world.announce("evt_1")
    world.work()
    world.advance(hours=1)
    world.announce("evt_2")
    world.work()
    signatures = [headers["webhook-signature"].split(" ") for _, headers, _ in world.receivers.sent]
    assert [len(one) for one in signatures] == [2, 1]


def test_jitter_moves_an_attempt() -> None:
    world = World(jitter_percent=-20)
    world.make()
    world.receivers.results[URL] = Result(500)
    world.announce()
    world.work()
    assert [at - NOW for at, _ in world.queue.waiting] == [timedelta(seconds=4)]


def test_a_partner_s_very_first_webhook_is_told_of_what_happens_right_after_it_was_made() -> None:
    world = World()
    announcements = Announcements(world.records, world.queue, world.clock, lambda _: True)
    events = [("evt_1", "points.earned"), ("evt_2", "tier.changed")]
    announcements.announce(PARTNER, events)
    assert world.queue.waiting == []
    world.make()
    announcements.announce(PARTNER, events)
    announcements.announce(PARTNER, [])
    assert [(wake.event_id, wake.event_type) for _, wake in world.queue.waiting] == events


def test_that_a_partner_listens_is_believed_for_45_seconds() -> None:
    world = World()
    announcements = Announcements(world.records, world.queue, world.clock, lambda _: True)
    webhook = world.make().webhook
    announcements.announce(PARTNER, [("evt_1", "points.earned")])
    reads = world.records.reads
    world.webhooks.disable(PARTNER, webhook.webhook_id, DisabledBy.PARTNER)
    announcements.announce(PARTNER, [("evt_2", "points.earned")])
    assert (len(world.queue.waiting), world.records.reads) == (2, reads)
    world.advance(seconds=45)
    announcements.announce(PARTNER, [("evt_3", "points.earned")])
    assert len(world.queue.waiting) == 2


def test_a_suspended_partner_s_webhooks_are_told_nothing_new() -> None:
    world, suspended = World(), {PARTNER}
    world.make()
    announcements = Announcements(
        world.records, world.queue, world.clock, lambda partner_id: partner_id not in suspended
    )
    announcements.announce(PARTNER, [("evt_1", "points.earned")])
    assert world.queue.waiting == []
    suspended.clear()
    announcements.announce(PARTNER, [("evt_2", "points.earned")])
    assert [wake.event_id for _, wake in world.queue.waiting] == ["evt_2"]


def test_whatever_waits_for_a_receiver_that_is_down_for_long_is_little_work_and_comes_when_it_is_back() -> None:
    world = World()
    world.make()
    world.receivers.results[URL] = Result(500)
    for number in range(300):
        world.announce(f"evt_{number}")
    world.work_for(minutes=30)
    handled, end = 0, world.clock.now() + timedelta(minutes=15)
    while (following := min(at for at, _ in world.queue.waiting)) <= end:
        world.clock.instant = following
        handled += world.work()
    assert handled < 300 * 3
    world.receivers.results.clear()
    world.work_for(minutes=30)
    [webhook] = world.records.kept.values()
    assert webhook.failing_since is None
    states = [delivery.state for delivery in world.deliveries.kept.values()]
    assert states.count(DeliveryState.DELIVERED) > 200

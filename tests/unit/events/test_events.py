"""The ledger's stream as events and intents: complete, in order, the same each time, and nobody's name in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from quen.clock import WallClock
from quen.errors import TemporarilyUnavailableError
from quen.events.model import _TYPES, EVENT_TYPES, Event, events_of
from quen.events.service import Publisher, Told
from quen.events.stream import UnreadableRecordError, read_record
from quen.ledger.model import Entry
from quen.ledger.model.values import Kind
from quen.messages.intents import intents_of
from quen.messages.model import KINDS, Intent
from sample_events import sample_event

MEMBER = "mem_7k3wq2m9xv4bt8dz"


class MemoryBus:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.is_down = False

    def put(self, events: Sequence[Event]) -> None:
        if self.is_down:
            raise TemporarilyUnavailableError
        self.events += events


class MemoryIntents:
    def __init__(self) -> None:
        self.intents: list[Intent] = []

    def send(self, intents: Sequence[Intent], delay_seconds: int = 0) -> None:
        self.intents += intents


class MemoryParking:
    def __init__(self) -> None:
        self.parked: list[Mapping[str, Any]] = []
        self.is_down = False

    def park(self, record: Mapping[str, Any], error: Exception) -> None:
        if self.is_down:
            raise TemporarilyUnavailableError
        self.parked.append(record)


class World:
    def __init__(self, offset: timedelta = timedelta(0), **publishing: Any) -> None:
        self.bus, self.intents, self.parking = MemoryBus(), MemoryIntents(), MemoryParking()
        self.publisher = Publisher(self.bus, self.intents, self.parking, lambda: offset, wall=WallClock(), **publishing)

    def publish(self, event: dict[str, Any]) -> Told:
        return self.publisher.publish(event["Records"])

    @property
    def told(self) -> list[tuple[str, int, int]]:
        return [(event.type, event.detail["sequence"], event.detail["points"]) for event in self.bus.events]


SAMPLES = {
    "enrolment": sample_event("publish_events", "enrolment"),
    "enrolment_without_points": sample_event("publish_events", "enrolment_without_points"),
    "purchase": sample_event("publish_events", "purchase"),
    "birthday": sample_event("publish_events", "birthday"),
    "holiday": sample_event("publish_events", "holiday"),
    "win_back": sample_event("publish_events", "win_back"),
    "review": sample_event("publish_events", "review"),
    "redemption": sample_event("publish_events", "redemption"),
    "expiry": sample_event("publish_events", "expiry"),
    "warnings": sample_event("publish_events", "warnings"),
    "tier": sample_event("publish_events", "tier"),
    "tier_upgrade": sample_event("publish_events", "tier_upgrade"),
    "tier_reviews": sample_event("publish_events", "tier_reviews"),
    "stamps": sample_event("publish_events", "stamps"),
    "card_expiry": sample_event("publish_events", "card_expiry"),
    "membership": sample_event("publish_events", "membership"),
}


@pytest.mark.parametrize(
    ("sample", "told", "intents"),
    [
        ("enrolment", [("member.enrolled", 0, 20), ("points.earned", 1, 20)], ["welcome:enrolment"]),
        ("enrolment_without_points", [("member.enrolled", 0, 0)], ["welcome:enrolment"]),
        ("purchase", [("points.earned", 2, 125)], []),
        ("birthday", [("points.earned", 3, 50), ("birthday.rewarded", 3, 50)], ["birthday:2026"]),
        ("holiday", [("points.earned", 8, 20), ("holiday.rewarded", 8, 20)], ["holiday:tet.2027"]),
        (
            "win_back",  # offered, back, and away again: then of those who are offered nothing
            [
                ("points.earned", 4, 50),
                ("win_back.offered", 4, 50),
                ("points.earned", 5, 60),
                ("member.won_back", 5, 60),
            ],
            ["win_back:2026-08-31"],
        ),
        ("review", [("points.earned", 4, 30)], []),
        (
            "redemption",
            [("points.reserved", 4, 120), ("points.redeemed", 5, 120), ("reward.redeemed", 5, 120)],
            ["reserved:red_5v7x9z1b3d5f7h9k", "redeemed:red_5v7x9z1b3d5f7h9k"],
        ),
        ("expiry", [("points.expired", 6, 75)], ["expired:2027-11-30"]),
        (
            "warnings",  # a gift's is about no points
            [("points.expiring", 18, 75), ("gift.ending", 19, 0)],
            ["expiring:2026-12-31.7", "gift_ending:free-size-up.2026-12-31.7"],
        ),
        ("tier", [("tier.changed", 7, 0)], []),
        ("tier_upgrade", [("points.earned", 1, 125), ("tier.changed", 1, 125)], ["tier_upgraded:1"]),
        (
            "tier_reviews",  # the second one found that all is well
            [("tier.changed", 3, 0), ("tier.at_risk", 4, 0), ("tier.changed", 6, 0)],
            ["tier_at_risk:2027-12-31", "tier_lost:6"],
        ),
        (
            "stamps",
            [
                ("stamps.earned", 8, 0),
                ("card.milestone_reached", 8, 0),
                ("card.milestone_reached", 8, 0),
                ("card.completed", 8, 0),
            ],
            ["milestone:coffee.2.5", "card_complete:coffee.1.12"],
        ),
        ("card_expiry", [("card.expired", 9, 0)], []),
        (
            "membership",
            [
                ("membership.payment_failed", 10, 0),
                ("membership.paid", 11, 0),
                ("membership.payment_due", 12, 0),
                ("membership.past_due", 13, 0),
                ("membership.payment_due", 14, 0),
                ("membership.payment_due", 15, 0),
                ("membership.payment_due", 16, 0),
                ("membership.ended", 17, 0),
            ],
            [
                "payment_failed:vip.2026-11-22",
                "membership_due:vip.2026-12-21",
                "membership_past_due:vip.2026-12-21",
                "membership_ended:vip.2026-11-22.2026-12-21",
            ],
        ),
    ],
)
def test_each_fact_is_told_by_its_events_and_intents(sample, told, intents):
    world = World()
    world.publish(SAMPLES[sample])
    assert world.told == told
    assert [intent.key for intent in world.intents.intents] == intents
    assert {intent.member_id for intent in world.intents.intents} <= {MEMBER}


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_batch_told_again_is_told_by_the_same_ids_and_keys(sample):
    world = World()
    world.publish(SAMPLES[sample])
    first_events, first_intents = list(world.bus.events), list(world.intents.intents)
    world.publish(deepcopy(SAMPLES[sample]))
    assert world.bus.events == first_events * 2
    assert world.intents.intents == first_intents * 2
    ids = [event.detail["event_id"] for event in first_events]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_event_says_what_all_say(sample):
    world = World()
    world.publish(SAMPLES[sample])
    for event in world.bus.events:
        assert event.type in EVENT_TYPES
        detail = event.detail
        assert detail["event_id"].startswith("evt_")
        assert (detail["version"], detail["member_id"]) == (1, MEMBER)
        assert datetime.fromisoformat(detail["occurred_at"]).tzinfo is not None
        json.dumps(detail)


def test_a_purchase_s_event_names_the_till_s_own_id():
    world = World()
    world.publish(SAMPLES["purchase"])
    [event] = world.bus.events
    assert event.detail["reference"] == {"kind": "purchase", "id": "HD-1042"}
    assert event.detail["partner_id"] == "ptn_0q8r5t2y6w9e3k1m"
    assert event.detail["balance_after"] == 145


def test_an_event_of_an_occasion_says_what_was_given():
    world = World()
    world.publish(SAMPLES["holiday"])
    detail = world.bus.events[1].detail
    assert (detail["holiday_id"], detail["reference"]) == ("tet", {"kind": "holiday", "id": "tet:2027"})
    assert detail["given"] == {
        "points": 20,
        "reward": None,
        "voucher": {"id": "lucky-money", "until": "2027-03-07"},
        "perk": {"id": "tet-discount", "until": "2027-02-12"},
    }
    [intent] = world.intents.intents
    assert intent.data == {
        "points": 20,
        "balance": 140,
        "holiday_id": "tet",
        "voucher": {"id": "lucky-money", "until": "2027-03-07"},
        "perk": {"id": "tet-discount", "until": "2027-02-12"},
        "given_at": detail["occurred_at"].replace("Z", "+00:00"),
    }


def test_what_an_event_of_a_partner_s_earned_names_the_partner_s_own_id():
    world = World()
    world.publish(SAMPLES["review"])
    [event] = world.bus.events
    assert event.detail["reference"] == {"kind": "event", "id": "RV-55"}
    assert (event.detail["kind"], event.detail["partner_id"]) == ("bonus", "ptn_0q8r5t2y6w9e3k1m")


def test_a_reward_s_event_names_the_reward():
    world = World()
    world.publish(SAMPLES["redemption"])
    assert {event.detail["reward_id"] for event in world.bus.events} == {"free-coffee"}
    [reserved, redeemed] = world.intents.intents
    assert reserved.data["until"] == "2026-12-25T03:15:00+00:00"
    assert redeemed.data == {"points": 120, "balance": 75, "reward_id": "free-coffee"}


def test_what_becomes_of_a_tier_is_told_with_its_cause_its_figures_and_its_rules():
    world = World()
    world.publish(SAMPLES["tier_upgrade"])
    world.publish(SAMPLES["tier_reviews"])
    told = [event.detail for event in world.bus.events if event.type.startswith("tier.")]
    shown = [(detail["cause"], detail["from"], detail["to"], detail["until"]) for detail in told]
    assert shown == [
        ("upgraded", None, "gold", "2026-12-31"),
        ("prolonged", "gold", "gold", "2027-12-31"),
        ("noticed", "gold", "gold", "2027-12-31"),
        ("downgraded", "gold", "silver", "2028-12-31"),
    ]
    assert [(detail["figures"], detail["period"]) for detail in told] == [
        ({"spend": 1_250_000}, "2026-01"),
        ({"spend": 1_250_000}, "2026-01"),
        ({"spend": 0}, "2027-01"),
        ({"spend": 0}, "2027-01"),
    ]
    assert {detail["rule_version"] for detail in told} == {1}


def test_what_points_earned_says_nothing_of_the_tier_that_the_purchase_brought():
    world = World()
    world.publish(SAMPLES["tier_upgrade"])
    [earned, _] = world.bus.events
    assert {"cause", "from", "to"} & earned.detail.keys() == set()


def test_what_a_message_about_a_tier_carries_is_ids_days_and_numbers():
    world = World()
    world.publish(SAMPLES["tier_upgrade"])
    world.publish(SAMPLES["tier_reviews"])
    assert [intent.data for intent in world.intents.intents] == [
        {"tier": "gold", "last_day": "2026-12-31"},
        {"tier": "gold", "last_day": "2027-12-31", "figures": {"spend": 0}},
        {"tier": "silver", "last_day": "2028-12-31", "before": "gold"},
    ]


def test_a_tier_that_came_with_an_older_system_s_balance_is_an_event_and_no_message():
    [record] = SAMPLES["tier_upgrade"]["Records"]
    bought = read_record(record)
    assert isinstance(bought, Entry)
    brought = replace(bought, kind="opening")
    assert [event.type for event in events_of(brought)] == ["points.opened", "tier.changed"]
    assert intents_of(brought) == []


def test_what_stamps_bring_is_told_by_card():
    world = World()
    world.publish(SAMPLES["stamps"])
    stamps, cone, sundae, full = (event.detail for event in world.bus.events)
    assert (stamps["card_id"], stamps["stamps"], stamps["on_card"]) == ("coffee", 15, 6)
    assert [(told["at"], told["reward_id"], told["times"]) for told in (cone, sundae)] == [
        (5, "cone", 2),
        (12, "sundae", 1),
    ]
    assert full["completed"] == 1
    assert world.intents.intents[1].data == {"card_id": "coffee", "reward_id": "sundae", "on": "2027-02-19"}
    world.publish(SAMPLES["card_expiry"])
    assert (world.bus.events[-1].detail["card_id"], world.bus.events[-1].detail["stamps"]) == ("coffee", 6)


def test_every_kind_of_entry_is_told():
    assert _TYPES.keys() == set(get_args(Kind))


def test_every_kind_of_message_comes_from_somewhere():
    kinds = set()
    for sample in SAMPLES.values():
        world = World()
        world.publish(sample)
        kinds |= {intent.kind for intent in world.intents.intents}
    assert kinds <= KINDS


def test_an_enrolment_happens_in_the_program_s_own_time():
    [record, _] = SAMPLES["enrolment"]["Records"]
    fact = read_record(record, timedelta(days=400))
    assert fact is not None
    [event] = events_of(fact)
    written_at = datetime.fromtimestamp(record["dynamodb"]["ApproximateCreationDateTime"], UTC)
    assert datetime.fromisoformat(event.detail["occurred_at"]) == written_at + timedelta(days=400)


def test_what_can_never_be_read_is_parked_whole_and_holds_up_nobody():
    unreadable = sample_event("publish_events", "unreadable")
    with pytest.raises(UnreadableRecordError):
        read_record(unreadable["Records"][0])
    world = World()
    told = world.publish({"Records": [*unreadable["Records"], *SAMPLES["purchase"]["Records"]]})
    assert told == Told(events=1, intents=0, unreadable=1)
    assert world.parking.parked == unreadable["Records"][:1]


def test_a_record_that_could_not_be_parked_keeps_the_batch():
    world = World()
    world.parking.is_down = True
    with pytest.raises(TemporarilyUnavailableError):
        world.publish(sample_event("publish_events", "unreadable"))
    assert world.bus.events == []


def test_a_bus_that_is_down_keeps_the_batch():
    world = World()
    world.bus.is_down = True
    with pytest.raises(TemporarilyUnavailableError):
        world.publish(SAMPLES["birthday"])
    assert world.intents.intents == []


def test_no_event_and_no_intent_holds_personal_data():
    allowed = {
        *("event_id", "version", "member_id", "sequence", "occurred_at", "points", "entry_id", "kind", "balance_after"),
        *("program_version", "reference", "partner_id", "reward_id"),
        *("cause", "from", "to", "until", "figures", "period", "rule_version", "given", "holiday_id", "lapse", "days"),
        *("card_id", "stamps", "on_card", "at", "times", "completed"),
        *("plan_id", "state", "amount", "on", "saved"),
        *("days_before", "expiring", "pieces"),
    }
    for sample in SAMPLES.values():
        world = World()
        world.publish(sample)
        assert {name for event in world.bus.events for name in event.detail} <= allowed
        assert {name for intent in world.intents.intents for name in intent.data} <= {
            "last_bought_on",
            *("points", "balance", "reward_id", "until", "on", "tier", "before", "last_day", "figures", "card_id"),
            *("holiday_id", "reward", "voucher", "perk", "plan_id", "amount", "given_at"),
            *("through", "days", "stage", "what", "id"),
        }


def test_what_the_stream_wrote_before_the_beginning_of_a_restored_stack_is_not_told() -> None:
    sample = SAMPLES["purchase"]
    written_at = datetime.fromtimestamp(sample["Records"][0]["dynamodb"]["ApproximateCreationDateTime"], UTC)
    for beginning, events in ((written_at + timedelta(seconds=1), 0), (written_at, 1), (None, 1)):
        world = World(read_beginning=lambda beginning=beginning: beginning)
        assert world.publish(sample).events == events

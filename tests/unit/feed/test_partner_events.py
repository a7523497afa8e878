"""What partners are told of each kind of entry: what concerns them, and nothing of anybody else."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

from factories import NOON, make_card, make_event, make_plan, make_program, make_purchase, make_stamping
from quen.events.model import EVENT_TYPES, events_of
from quen.feed.model import PARTNER_EVENT_TYPES, partner_events
from quen.ledger.model import Entry, HoldChange, RecordEvent, RecordPayment, RecordPurchase, Reference, own_entry
from quen.ledger.model.values import Kind
from quen.money import Money
from quen.program.model import EarningRule
from till import Till
from unit.feed.entries import (
    ANN,
    BEN,
    BENS,
    CAT,
    HOLD,
    MEMBER,
    body_for,
    held,
    make_entry,
    purchase,
    redemption,
    shown,
    told,
)

KINDS = get_args(Kind)

# --- what a partner recorded ---


def test_a_purchase_is_told_to_who_recorded_it_by_its_own_id() -> None:
    entry = own_entry(Till().do(RecordPurchase(ANN, make_purchase())))
    assert told(entry) == [(ANN, "recorder", "points.earned", 12, None)]
    body = body_for(ANN, entry)
    data = body["data"]
    assert body == {"type": "points.earned", "timestamp": "2026-11-22T05:00:00Z", "data": data}
    assert data == {
        "event_id": data["event_id"],
        "version": 1,
        "member_id": "mem of ptn_ann",
        "occurred_at": "2026-11-22T05:00:00Z",
        "role": "recorder",
        "kind": "earn",
        "entry_id": events_of(entry)[0].detail["entry_id"],
        "points": 12,
        "reference": {"kind": "purchase", "id": "B-1"},
        "program_version": 1,
    }


def test_the_shop_s_own_tills_are_told_the_order_of_a_member_s_entries_and_the_time_of_all() -> None:
    made = make_entry("expire", purchase(), {"member.active": -9, "partner.ptn_ben.expired": 9}, lots={BENS: -9})
    [event] = [one for one in partner_events(made, lambda _, member_id: member_id) if one.partner_id == BEN]
    data = json.loads(event.body)["data"]
    assert (data["sequence"], data["occurred_at"]) == (7, "2026-11-22T05:00:00Z")


def test_a_purchase_that_earned_nothing_is_told_to_nobody() -> None:
    assert told(own_entry(Till().do(RecordPurchase(ANN, make_purchase(1))))) == []


def test_an_event_is_told_to_who_recorded_it() -> None:
    program = make_program(earning=(EarningRule("review", "review", points=30),))
    entry = own_entry(Till(program).do(RecordEvent(ANN, make_event())))
    assert told(entry) == [(ANN, "recorder", "points.earned", 30, None)]
    assert body_for(ANN, entry)["data"]["reference"] == {"kind": "event", "id": "E-1"}


def test_stamps_and_full_cards_are_told_without_what_is_on_the_card() -> None:
    program = make_stamping(card=make_card(12))
    entry = own_entry(Till(program).do(RecordPurchase(ANN, make_purchase(120_000))))
    bodies = [json.loads(event.body)["data"] for event in partner_events(entry, shown)]
    assert [event.type for event in partner_events(entry, shown)] == [
        "stamps.earned",
        "card.milestone_reached",
        "card.milestone_reached",
        "card.completed",
    ]
    assert [body.get("stamps") for body in bodies] == [12, None, None, None]
    assert [body.get("reward_id") for body in bodies] == [None, "cone", "sundae", None]
    assert all(body["card_id"] == "coffee" and not {"on_card", "completed", "points"} & {*body} for body in bodies)
    assert len({body["event_id"] for body in bodies}) == 4


def test_a_payment_for_a_membership_is_told_to_who_reported_it_without_what_was_saved() -> None:
    till = Till(make_program(plans=(make_plan(),)))
    entry = own_entry(till.do(RecordPayment(ANN, "P-1", "vip", "succeeded", Money(49_000, "VND"), NOON)))
    assert told(entry) == [(ANN, "recorder", "membership.paid", None, None)]
    data = body_for(ANN, entry)["data"]
    assert (data["plan_id"], data["amount"], data["reference"]) == ("vip", 49_000, {"kind": "payment", "id": "P-1"})
    assert not {"saved", "state", "until"} & {*data}


def test_what_no_partner_has_to_do_with_is_told_to_nobody() -> None:
    for kind in KINDS:
        lines = {"member.active": 5, "program.issued": -5}
        entry = make_entry(
            kind, redemption(), lines, lots={"2027-11-30": 5}, hold=HoldChange("red_1", held({"never": 5}), "spent")
        )
        assert told(entry) == [], kind


# --- points that a partner funds ---


def test_points_that_their_recorder_funds_are_told_once_with_how_many_are_its_own() -> None:
    lots = {"2027-11-30@ptn_ann": 12}
    lines = {"member.active": 12, "partner.ptn_ann.funded": -12}
    assert told(make_entry("earn", purchase(), lines, lots=lots)) == [(ANN, "recorder", "points.earned", 12, 12)]
    both = {"member.active": 15, "partner.ptn_ann.funded": -12, "program.issued": -3}
    assert told(make_entry("earn", purchase(), both, lots=lots)) == [(ANN, "recorder", "points.earned", 15, 12)]


@pytest.mark.parametrize(
    ("kind", "entry", "type_", "points"),
    [
        (
            "activate",
            {
                "lines": {"member.pending": -9, "member.active": 9},
                "pending": {f"2026-12-01/{BENS}": -9},
                "lots": {BENS: 9},
            },
            "points.activated",
            9,
        ),
        (
            "expire",
            {"lines": {"member.active": -9, "partner.ptn_ben.expired": 9}, "lots": {BENS: -9}},
            "points.expired",
            9,
        ),
        (
            "redeem",
            {"lines": {"member.held": -100, "program.redeemed": 100}, "hold": HoldChange("r", HOLD, "redeemed")},
            "points.redeemed",
            30,
        ),
        (
            "redeem",
            {
                "lines": {"member.active": -100, "program.redeemed": 100},
                "lots": {BENS: -30, "2027-12-31@ptn_cat": -20, "never": -50},
                "hold": HoldChange("r", HOLD, "spent"),
            },
            "points.redeemed",
            30,
        ),
        (
            "refund",
            {"lines": {"member.active": 100, "program.redeemed": -100}, "lots": {BENS: 30, "never": 70}},
            "points.refunded",
            30,
        ),
        (
            "reverse",
            {"lines": {"member.active": -9, "program.issued": 9}, "lots": {BENS: -4, "never": -5}},
            "points.reversed",
            4,
        ),
        (
            "reverse",
            {"lines": {"member.active": 9, "program.redeemed": -9}, "lots": {BENS: 4, "never": 5}},
            "points.refunded",
            4,
        ),
        (
            "adjust",
            {"lines": {"member.active": -9, "program.adjusted": 9}, "lots": {BENS: -4, "never": -5}},
            "points.adjusted",
            -4,
        ),
        ("bonus", {"lines": {"member.active": 9, "partner.ptn_ben.funded": -9}, "lots": {BENS: 9}}, "points.earned", 9),
    ],
)
def test_a_funder_is_told_how_many_of_its_points_moved_and_nothing_else(
    kind: Kind, entry: dict[str, Any], type_: str, points: int
) -> None:
    made = make_entry(kind, purchase(), **entry)
    [mine] = [one for one in told(made) if one[0] == BEN]
    assert mine == (BEN, "funder", type_, points, points)
    data = body_for(BEN, made)["data"]
    assert data == {
        "event_id": data["event_id"],
        "version": 1,
        "member_id": f"{MEMBER} of {BEN}",
        "occurred_at": "2026-11-22T00:00:00Z",  # the day: by the time, two partners could find what both were told
        "role": "funder",
        "kind": kind,
        "points": points,
        "own_points": points,
        "program_version": 1,
    }


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("reserve", {"hold": HoldChange("r", HOLD, "opened"), "lots": {BENS: -30}}),
        ("release", {"hold": HoldChange("r", HOLD, "returned"), "lots": {BENS: 30}}),
        ("lapse", {"hold": HoldChange("r", HOLD, "returned"), "lots": {BENS: 30}}),
        ("transfer_out", {"lots": {BENS: -30}}),
        ("transfer_in", {"lots": {BENS: 30}}),
        ("merge_out", {"lots": {BENS: -30}}),
        ("merge_in", {"lots": {BENS: 30}}),
    ],
)
def test_points_that_stay_what_they_are_to_their_funder_tell_it_nothing(kind: Kind, fields: dict[str, Any]) -> None:
    assert told(make_entry(kind, redemption(), {"member.active": -1, "member.held": 1}, **fields)) == []


def test_points_that_live_on_as_they_were_tell_their_funder_nothing() -> None:
    """Where lots end later because the member was active, they move from key to key."""
    moved = {"2027-10-31@ptn_ben": -30, "2027-11-30@ptn_ben": 30}
    entry = make_entry("earn", purchase(), {"member.active": 5, "program.issued": -5}, lots={**moved, "2027-11-30": 5})
    assert [partner_id for partner_id, *_ in told(entry)] == [ANN]


def test_a_lot_that_expires_is_named_by_its_last_day() -> None:
    lines = {"member.active": -9, "partner.ptn_ben.expired": 9}
    entry = make_entry("expire", Reference("lot", BENS), lines, lots={BENS: -9})
    assert body_for(BEN, entry)["data"]["reference"] == {"kind": "lot", "id": "2027-11-30"}


# --- for every kind ---


def with_everybody(kind: Kind) -> Entry:
    """An entry in which each of three partners has a part, whether such a one is ever written or not."""
    lines = {
        "member.active": -20,
        "partner.ptn_ann.funded": 10,
        "partner.ptn_ben.redeemed": 20,
        "partner.ptn_cat.expired": 4,
        "program.issued": -14,
    }
    lots = {"2027-11-30@ptn_cat": -4, "2027-11-30@ptn_ann": -10, "never": -6}
    hold = HoldChange("red_1", held({"2027-11-30@ptn_cat": 4, "never@ptn_ann": 10}, reward_id="mug"), "spent", BEN)
    return make_entry(kind, purchase(), lines, lots=lots, hold=hold)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_told_of_another_partner_or_by_another_s_ids(kind: Kind) -> None:
    events = partner_events(with_everybody(kind), shown)
    for event in events:
        text, body = event.body.decode(), json.loads(event.body)
        assert [other for other in {ANN, BEN, CAT} - {event.partner_id} if other in text] == []
        assert body["data"]["member_id"] == f"{MEMBER} of {event.partner_id}"
        assert ("B-1" in text) == (event.partner_id == ANN)
        assert not {"balance_after", "lots", "partner_id", "explanation"} & {*body["data"]}
        assert (event.type, event.event_id) == (body["type"], body["data"]["event_id"])
    ids = [(event.event_id, event.partner_id) for event in events]
    assert len({event_id for event_id, _ in ids}) == len(ids), "one id for two partners would join their members"


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_is_told_twice_is_told_the_same_bytes(kind: Kind) -> None:
    assert partner_events(with_everybody(kind), shown) == partner_events(with_everybody(kind), shown)


def test_what_is_told_is_of_types_that_the_bus_has_too() -> None:
    assert {*PARTNER_EVENT_TYPES} < {*EVENT_TYPES}
    types = {event.type for kind in KINDS for event in partner_events(with_everybody(kind), shown)}
    assert types <= {*PARTNER_EVENT_TYPES}


def test_a_partner_that_nobody_knows_is_told_nothing_and_the_others_are_told() -> None:
    entry = with_everybody("redeem")
    known = [
        event.partner_id for event in partner_events(entry, lambda partner, member: member if partner == CAT else None)
    ]
    assert known == [CAT]

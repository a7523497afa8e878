"""What partners are told of each kind of entry: what concerns them, and nothing of anybody else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

import pytest

from factories import NOON, make_card, make_event, make_plan, make_program, make_purchase, make_stamping
from quen.events.model import EVENT_TYPES, events_of
from quen.feed.model import PARTNER_EVENT_TYPES, partner_events
from quen.ledger.model import (
    Entry,
    Hold,
    HoldChange,
    RecordEvent,
    RecordPayment,
    RecordPurchase,
    Reference,
    ReturnPurchase,
    own_entry,
    seal,
)
from quen.ledger.model.values import Kind
from quen.money import Money
from quen.program.model import EarningRule, Program
from till import Till

ANN, BEN, CAT = "ptn_ann", "ptn_ben", "ptn_cat"
MEMBER = "mem_0000000000000001"
KINDS = get_args(Kind)


def shown(partner_id: str, member_id: str) -> str:
    """As each partner knows the member."""
    return f"{member_id} of {partner_id}"


def told(entry: Entry) -> list[tuple[str, str, str, int | None, int | None]]:
    """To whom, in which role, which type, about how many points, how many of them its own."""
    return [
        (
            event.partner_id,
            (data := json.loads(event.body)["data"])["role"],
            event.type,
            data.get("points"),
            data.get("own_points"),
        )
        for event in partner_events(entry, shown)
    ]


def body_for(partner_id: str, entry: Entry) -> dict[str, Any]:
    """The first body that the partner is told."""
    body: dict[str, Any] = next(
        json.loads(event.body) for event in partner_events(entry, shown) if event.partner_id == partner_id
    )
    return body


def make_entry(kind: Kind, reference: Reference, lines: Mapping[str, int], **fields: Any) -> Entry:
    return seal(Entry(MEMBER, 7, kind, NOON, NOON, reference, 1, lines, balance_after=987_654, **fields))


def redemption(redemption_id: str = "red_1") -> Reference:
    return Reference("redemption", redemption_id)


def purchase(partner_id: str = ANN, purchase_id: str = "B-1") -> Reference:
    return Reference("purchase", f"{partner_id}#{purchase_id}")


def held(lots: Mapping[str, int], **fields: Any) -> Hold:
    return Hold(NOON, lots, **fields)


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
        "sequence": 1,
        "occurred_at": "2026-11-22T05:00:00Z",
        "role": "recorder",
        "kind": "earn",
        "entry_id": events_of(entry)[0].detail["entry_id"],
        "points": 12,
        "reference": {"kind": "purchase", "id": "B-1"},
        "program_version": 1,
    }


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


OWN = "2027-11-30@ptn_ben"
HOLD = held({OWN: 30, "2027-12-31@ptn_cat": 20, "never": 50})


@pytest.mark.parametrize(
    ("kind", "entry", "type_", "points"),
    [
        (
            "activate",
            {
                "lines": {"member.pending": -9, "member.active": 9},
                "pending": {f"2026-12-01/{OWN}": -9},
                "lots": {OWN: 9},
            },
            "points.activated",
            9,
        ),
        (
            "expire",
            {"lines": {"member.active": -9, "partner.ptn_ben.expired": 9}, "lots": {OWN: -9}},
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
                "lots": {OWN: -30, "2027-12-31@ptn_cat": -20, "never": -50},
                "hold": HoldChange("r", HOLD, "spent"),
            },
            "points.redeemed",
            30,
        ),
        (
            "refund",
            {"lines": {"member.active": 100, "program.redeemed": -100}, "lots": {OWN: 30, "never": 70}},
            "points.refunded",
            30,
        ),
        (
            "reverse",
            {"lines": {"member.active": -9, "program.issued": 9}, "lots": {OWN: -4, "never": -5}},
            "points.reversed",
            4,
        ),
        (
            "reverse",
            {"lines": {"member.active": 9, "program.redeemed": -9}, "lots": {OWN: 4, "never": 5}},
            "points.refunded",
            4,
        ),
        (
            "adjust",
            {"lines": {"member.active": -9, "program.adjusted": 9}, "lots": {OWN: -4, "never": -5}},
            "points.adjusted",
            -4,
        ),
        ("bonus", {"lines": {"member.active": 9, "partner.ptn_ben.funded": -9}, "lots": {OWN: 9}}, "points.earned", 9),
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
        "sequence": 7,
        "occurred_at": "2026-11-22T05:00:00Z",
        "role": "funder",
        "kind": kind,
        "points": points,
        "own_points": points,
        "program_version": 1,
    }


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("reserve", {"hold": HoldChange("r", HOLD, "opened"), "lots": {OWN: -30}}),
        ("release", {"hold": HoldChange("r", HOLD, "returned"), "lots": {OWN: 30}}),
        ("lapse", {"hold": HoldChange("r", HOLD, "returned"), "lots": {OWN: 30}}),
        ("transfer_out", {"lots": {OWN: -30}}),
        ("transfer_in", {"lots": {OWN: 30}}),
        ("merge_out", {"lots": {OWN: -30}}),
        ("merge_in", {"lots": {OWN: 30}}),
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
    entry = make_entry("expire", Reference("lot", OWN), lines, lots={OWN: -9})
    assert body_for(BEN, entry)["data"]["reference"] == {"kind": "lot", "id": "2027-11-30"}


# --- points that are spent with a partner ---


def test_points_spent_with_a_partner_are_told_to_it_and_to_each_who_funds_some_of_them() -> None:
    hold = replace(HOLD, reward_id="free-coffee")
    lines = {"member.held": -100, "partner.ptn_ann.redeemed": 100}
    entry = make_entry("redeem", redemption(), lines, hold=HoldChange("red_1", hold, "redeemed"))
    assert told(entry) == [
        (ANN, "acceptor", "points.redeemed", 100, None),
        (ANN, "acceptor", "reward.redeemed", 100, None),
        (BEN, "funder", "points.redeemed", 30, 30),
        (CAT, "funder", "points.redeemed", 20, 20),
    ]
    data = body_for(ANN, entry)["data"]
    assert (data["reference"], "entry_id" in data) == ({"kind": "redemption", "id": "red_1"}, True)


def test_who_accepts_its_own_points_is_told_once_with_how_many_they_are() -> None:
    lines = {"member.held": -100, "partner.ptn_ben.redeemed": 100}
    entry = make_entry("redeem", redemption(), lines, hold=HoldChange("red_1", HOLD, "redeemed"))
    assert [one for one in told(entry) if one[0] == BEN] == [(BEN, "acceptor", "points.redeemed", 100, 30)]


def test_a_refund_is_told_to_who_had_accepted_the_points() -> None:
    lines = {"member.active": 100, "partner.ptn_ben.redeemed": -100}
    entry = make_entry("refund", redemption(), lines, lots={OWN: 30, "never": 70})
    assert told(entry) == [(BEN, "acceptor", "points.refunded", 100, 30)]


def test_a_return_tells_its_partner_what_was_taken_back_and_what_it_gave_back() -> None:
    lines = {"member.active": 90, "partner.ptn_ann.funded": 10, "partner.ptn_ann.redeemed": -100}
    entry = make_entry("reverse", purchase(), lines, lots={"2027-11-30@ptn_ann": -10, "never": 100})
    assert told(entry) == [
        (ANN, "recorder", "points.reversed", 10, 10),
        (ANN, "acceptor", "points.refunded", 100, None),
    ]
    assert len({event.event_id for event in partner_events(entry, shown)}) == 2


def test_what_a_return_could_not_take_back_is_told_to_who_recorded_it() -> None:
    lines = {"program.written_off": -5, "partner.ptn_ann.funded": 5}
    entry = make_entry("write_off", purchase(), lines)
    assert told(entry) == [(ANN, "recorder", "points.written_off", 5, 5)]


def test_a_real_return_is_told_to_who_recorded_it(program: Program) -> None:
    till = Till(program)
    bought = make_purchase()
    till.do(RecordPurchase(ANN, bought))
    rest = replace(bought, total=Money(0, "VND"))
    command = ReturnPurchase(
        ANN, "B-1", "R-1", program, bought, rest, {"points": 12}, own={"2027-11-30": 12}, is_whole=True
    )
    assert told(own_entry(till.do(command))) == [(ANN, "recorder", "points.reversed", 12, None)]


@pytest.fixture
def program() -> Program:
    return make_program()


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
    hold = HoldChange("red_1", held({"2027-11-30@ptn_cat": 4, "never@ptn_ann": 10}, reward_id="mug"), "spent")
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

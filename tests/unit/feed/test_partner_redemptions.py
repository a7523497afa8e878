"""What partners are told where points are spent, come back or end: step by step, each in its role."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from factories import NOON, make_program, make_purchase
from quen.events.stream import read_record
from quen.feed.model import partner_events
from quen.ledger.model import (
    Entry,
    HoldChange,
    RecordPurchase,
    Redeem,
    Reference,
    Release,
    Reserve,
    ReturnPurchase,
    own_entry,
)
from quen.ledger.model.draft import Draft
from quen.money import Money
from sample_events import sample_event
from till import Till
from unit.feed.entries import (
    ANN,
    BEN,
    BENS,
    CAT,
    HOLD,
    body_for,
    make_entry,
    purchase,
    redemption,
    shown,
    told,
)

TOMORROW = NOON + timedelta(days=1)


def test_points_spent_with_a_partner_are_told_to_it_and_to_each_who_funds_some_of_them() -> None:
    hold = replace(HOLD, reward_id="free-coffee")
    lines = {"member.held": -100, "partner.ptn_ann.redeemed": 100}
    entry = make_entry("redeem", redemption(), lines, hold=HoldChange("red_1", hold, "redeemed", ANN))
    assert told(entry) == [
        (ANN, "acceptor", "points.redeemed", 100, None),
        (ANN, "acceptor", "reward.redeemed", 100, None),
        (BEN, "funder", "points.redeemed", 30, 30),
        (CAT, "funder", "points.redeemed", 20, 20),
    ]
    data = body_for(ANN, entry)["data"]
    assert (data["reference"], "entry_id" in data) == ({"kind": "redemption", "id": "red_1"}, True)
    assert data["reward_id"] == "free-coffee"


def test_who_accepts_its_own_points_is_told_once_with_how_many_they_are() -> None:
    lines = {"member.held": -100, "partner.ptn_ben.redeemed": 100}
    hold = replace(HOLD, partner_id=BEN)
    entry = make_entry("redeem", redemption(), lines, hold=HoldChange("red_1", hold, "redeemed"))
    assert [one for one in told(entry) if one[0] == BEN] == [(BEN, "acceptor", "points.redeemed", 100, 30)]


@pytest.fixture
def saver() -> Till:
    """A member with 125 points that Ann's purchase brought and Ann stands behind."""
    till = Till(make_program())
    till.do(RecordPurchase(ANN, make_purchase(1_250_000), funder=ANN))
    return till


def test_a_redemption_of_a_till_is_told_to_its_partner_step_by_step(saver: Till) -> None:
    reserved = own_entry(saver.do(Reserve("red_1", 100, TOMORROW, "free-coffee", partner_id=BEN)))
    redeemed = own_entry(saver.do(Redeem("red_1", partner_id=BEN)))
    saver.do(Reserve("red_2", 20, TOMORROW, partner_id=BEN))
    released = own_entry(saver.do(Release("red_2")))
    assert [told(entry) for entry in (reserved, redeemed, released)] == [
        [(BEN, "acceptor", "points.reserved", 100, None)],
        [
            (BEN, "acceptor", "points.redeemed", 100, None),
            (BEN, "acceptor", "reward.redeemed", 100, None),
            (ANN, "funder", "points.redeemed", 100, 100),
        ],
        [(BEN, "acceptor", "points.released", 20, None)],
    ]


def test_a_redemption_of_a_till_that_lapses_is_told_to_its_partner(saver: Till) -> None:
    saver.do(Reserve("red_1", 20, TOMORROW, partner_id=BEN))
    saver.now = TOMORROW
    saver.keep_up()
    assert told(saver.entries[-1]) == [(BEN, "acceptor", "points.released", 20, None)]


def test_a_member_s_own_redemption_is_told_to_who_redeems_it_and_before_that_to_nobody(saver: Till) -> None:
    reserved = own_entry(saver.do(Reserve("red_1", 20, TOMORROW, "mug")))
    redeemed = own_entry(saver.do(Redeem("red_1", payee=BEN, partner_id=BEN)))
    assert told(reserved) == []
    assert [one[:3] for one in told(redeemed)] == [
        (BEN, "acceptor", "points.redeemed"),
        (BEN, "acceptor", "reward.redeemed"),
        (ANN, "funder", "points.redeemed"),
    ]


def test_gifts_that_are_had_at_a_till_are_told_to_its_partner_without_points() -> None:
    till = Till(make_program())
    draft = Draft(till.account, "bonus", till.program, NOON, Reference("card", "coffee"))
    till.keep([draft.sealed(gifts={"mug/2026-12-31": 1})])
    till.do(Reserve("red_1", 30, TOMORROW, "mug", is_gift=True, partner_id=BEN))
    assert told(own_entry(till.do(Redeem("red_1", partner_id=BEN)))) == [
        (BEN, "acceptor", "gift.redeemed", None, None),
        (BEN, "acceptor", "reward.redeemed", None, None),
    ]


def test_points_that_nobody_spent_are_told_to_who_stood_behind_them(saver: Till) -> None:
    saver.now = NOON + timedelta(days=800)
    saver.keep_up()
    assert told(saver.entries[-1]) == [(ANN, "funder", "points.expired", 125, 125)]


def test_a_refund_is_told_to_who_had_accepted_the_points() -> None:
    lines = {"member.active": 100, "partner.ptn_ben.redeemed": -100}
    entry = make_entry("refund", redemption(), lines, lots={BENS: 30, "never": 70})
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


@pytest.mark.parametrize(("funder", "own"), [("", None), (ANN, 12)])
def test_a_return_is_told_to_who_recorded_it_once(funder: str, own: int | None) -> None:
    program, bought = make_program(), make_purchase()
    till = Till(program)
    till.do(RecordPurchase(ANN, bought, funder=funder))
    rest = replace(bought, total=Money(0, "VND"))
    goods: dict[str, Any] = {"own": till.account.lots, "is_whole": True, "funder": funder}
    command = ReturnPurchase(ANN, "B-1", "R-1", program, bought, rest, {"points": 12}, **goods)
    assert told(own_entry(till.do(command))) == [(ANN, "recorder", "points.reversed", 12, own)]


def test_the_stream_s_own_records_tell_each_partner_its_part() -> None:
    """Ann's points, a reward for them with Ben, and what was left of them in the end."""
    facts = [read_record(record) for record in sample_event("publish_events", "partners_points")["Records"]]
    entries = [fact for fact in facts if isinstance(fact, Entry)]
    ann, ben = "ptn_0q8r5t2y6w9e3k1m", "ptn_3v7c1n5z9x2b6h4j"
    assert [one[:4] for entry in entries for one in told(entry)] == [
        (ann, "recorder", "points.earned", 125),
        (ben, "acceptor", "points.reserved", 120),
        (ben, "acceptor", "points.redeemed", 120),
        (ben, "acceptor", "reward.redeemed", 120),
        (ann, "funder", "points.redeemed", 120),
        (ann, "funder", "points.expired", 5),
    ]

"""Whose points are whose: what a partner funds stays told apart, from the purchase to the last day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import make_program
from quen.errors import QuenError
from quen.ledger.model import ReceivePoints, Redeem, Refund, Reserve, parse_entry, rebuild, sealed_form
from quen.ledger.model.funding import by_last_day, funder_of, issued, last_day_of, lot_funder, lot_key, redeemed
from quen.ledger.views import account_view, lots_view
from quen.program.model import Expiry
from till import Till

LAST_DAY = "2027-11-30"
WITHIN_A_YEAR = replace(
    make_program(), points=replace(make_program().points, expiry=Expiry("months", 12, "end_of_month"))
)


def till_with(*bought: tuple[int, str]) -> Till:
    """A member who bought for so much, each of it funded by that partner."""
    till = Till(WITHIN_A_YEAR)
    for number, (amount, funder) in enumerate(bought):
        till.buy(amount, f"B-{number}", funder=funder)
    return till


def reserve(till: Till, points: int, redemption_id: str = "red_1") -> None:
    till.do(Reserve(redemption_id, points, till.now + timedelta(minutes=15)))


def test_points_of_a_partner_come_from_its_own_account_into_a_lot_of_its_own() -> None:
    till = till_with((1_000_000, "ptn_a"))
    [entry] = till.entries
    assert entry.lines == {"partner.ptn_a.funded": -100, "member.active": 100}
    assert till.account.lots == {f"{LAST_DAY}@ptn_a": 100}
    assert (funder_of(entry), issued(entry)) == ("ptn_a", 100)


def test_a_partner_that_does_not_settle_leaves_the_program_behind_its_points() -> None:
    till = till_with((1_000_000, ""))
    assert till.entries[0].lines == {"program.issued": -100, "member.active": 100}
    assert till.account.lots == {LAST_DAY: 100}


def test_of_one_day_the_program_s_own_points_are_spent_first() -> None:
    till = till_with((300_000, "ptn_b"), (200_000, ""), (400_000, "ptn_a"))
    reserve(till, 60)
    assert till.account.holds["red_1"].lots == {LAST_DAY: 20, f"{LAST_DAY}@ptn_a": 40}
    assert till.account.lots == {f"{LAST_DAY}@ptn_b": 30}


def test_spent_points_are_the_partner_s_who_took_them_and_come_back_to_who_funded_them() -> None:
    till = till_with((1_000_000, "ptn_a"))
    reserve(till, 70)
    hold = till.account.holds["red_1"]
    [entry] = till.do(Redeem("red_1", "ptn_b"))
    assert entry.lines == {"member.held": -70, "partner.ptn_b.redeemed": 70}
    assert redeemed(entry) == 70
    [back] = till.do(Refund("red_1", hold, hold.lots, payee="ptn_b"))
    assert back.lines == {"partner.ptn_b.redeemed": -70, "member.active": 70}
    assert till.account.lots == {f"{LAST_DAY}@ptn_a": 100}


def test_what_nobody_spends_expires_for_who_funded_it() -> None:
    till = till_with((1_000_000, "ptn_a"), (500_000, ""))
    till.now += timedelta(days=400)
    till.keep_up()
    lines = {name: points for entry in till.entries[2:] for name, points in entry.lines.items() if points > 0}
    assert lines == {"partner.ptn_a.expired": 100, "program.expired": 50}
    assert not till.account.lots


def test_a_return_takes_the_partner_s_own_points_back_to_it() -> None:
    till = till_with((500_000, ""), (1_000_000, "ptn_a"))
    [entry] = till.bring_back(400_000, "B-1")
    assert entry.lines == {"partner.ptn_a.funded": 40, "member.active": -40}
    assert till.account.lots == {LAST_DAY: 50, f"{LAST_DAY}@ptn_a": 60}


def test_a_return_of_what_was_spent_gives_the_partner_all_of_it_back_and_the_member_owes() -> None:
    till = till_with((1_000_000, "ptn_a"))
    reserve(till, 100)
    till.do(Redeem("red_1"))
    [entry] = till.bring_back(1_000_000, "B-0")
    assert entry.lines == {"partner.ptn_a.funded": 100, "member.debt": -100}


def test_what_cannot_be_owed_any_more_the_program_bears_not_the_partner() -> None:
    till = Till(replace(WITHIN_A_YEAR, points=replace(WITHIN_A_YEAR.points, debt_limit=30)))
    till.buy(1_000_000, "B-0", funder="ptn_a")
    reserve(till, 100)
    till.do(Redeem("red_1"))
    reverse, write_off = till.bring_back(1_000_000, "B-0")
    assert reverse.lines == {"partner.ptn_a.funded": 30, "member.debt": -30}
    assert write_off.lines == {"partner.ptn_a.funded": 70, "program.written_off": -70}


def test_pending_points_and_points_that_are_given_on_keep_their_funder() -> None:
    program = replace(WITHIN_A_YEAR, points=replace(WITHIN_A_YEAR.points, pending_days=3))
    till = Till(program)
    till.buy(1_000_000, "B-0", funder="ptn_a")
    [key] = till.account.pending
    assert key.endswith("@ptn_a")
    till.now += timedelta(days=4)
    till.keep_up()
    [lot] = till.account.lots
    other = Till(program)
    other.do(ReceivePoints("trf_1", {lot: 40}, "mem_a"))
    assert [lot_funder(key) for key in other.account.lots] == ["ptn_a"]


def test_points_that_live_as_long_as_the_member_is_active_keep_their_funder_when_they_move_on() -> None:
    expiry = Expiry("inactive_months", 1, activities=frozenset({"purchase"}))
    till = Till(replace(WITHIN_A_YEAR, points=replace(WITHIN_A_YEAR.points, expiry=expiry)))
    till.buy(1_000_000, "B-0", funder="ptn_a")
    till.now += timedelta(days=10)
    till.buy(1_000_000, "B-1", funder="ptn_b")
    assert {lot_funder(lot): points for lot, points in till.account.lots.items()} == {"ptn_a": 100, "ptn_b": 100}
    assert len(by_last_day(till.account.lots)) == 1


def test_a_return_takes_a_purchase_s_own_points_where_later_activity_has_moved_them_on() -> None:
    expiry = Expiry("inactive_months", 1, activities=frozenset({"purchase"}))
    till = Till(replace(WITHIN_A_YEAR, points=replace(WITHIN_A_YEAR.points, expiry=expiry)))
    till.buy(1_000_000, "B-0", funder="ptn_a")
    till.now += timedelta(days=10)
    till.buy(1_000_000, "B-1")
    till.bring_back(1_000_000, "B-0")
    assert {lot_funder(lot): points for lot, points in till.account.lots.items() if points} == {"": 100}
    till.now += timedelta(days=60)
    till.keep_up()
    assert not any("partner.ptn_a.expired" in entry.lines for entry in till.entries)


def test_a_member_sees_days_and_not_funders() -> None:
    till = till_with((300_000, "ptn_b"), (200_000, ""))
    assert account_view(till.account, WITHIN_A_YEAR, till.now)["expiring"] == [{"on": LAST_DAY, "points": 50}]
    assert lots_view({"never@ptn_a": 5, "never": 1, LAST_DAY: -2}) == [
        {"on": LAST_DAY, "points": -2},
        {"on": None, "points": 6},
    ]


@pytest.mark.parametrize("funder", ["", "ptn_a"])
def test_a_lot_s_key_says_its_last_day_and_its_funder(funder: str) -> None:
    key = lot_key("never", funder)
    assert (last_day_of(key), lot_funder(key)) == ("never", funder)


STEPS = st.lists(
    st.tuples(st.sampled_from(["buy", "spend", "wait"]), st.integers(1, 60), st.sampled_from(["", "ptn_a", "ptn_b"])),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_who_funds_points_changes_no_member_s_balance_on_any_day(steps: list[tuple[str, int, str]]) -> None:
    def live(*, is_funded: bool) -> Till:
        till = Till(WITHIN_A_YEAR)
        for number, (step, size, partner) in enumerate(steps):
            if step == "buy":
                till.buy(size * 10_000, f"B-{number}", funder=partner if is_funded else "")
            elif step == "wait":
                till.now += timedelta(days=size * 4)
                till.keep_up()
            else:
                try:
                    reserve(till, size, f"red_{number}")
                except QuenError:
                    continue
                till.do(Redeem(f"red_{number}", partner if is_funded else ""))
        return till

    funded, plain = live(is_funded=True), live(is_funded=False)
    assert by_last_day(funded.account.lots) == plain.account.lots
    assert (funded.account.held, funded.account.debt) == (plain.account.held, plain.account.debt)
    assert rebuild("mem", funded.entries) == funded.account


def test_a_redemption_says_whose_till_made_it_and_who_else_has_redeemed_it() -> None:
    till = till_with((1_000_000, ""))
    lapses_at = till.now + timedelta(days=1)
    [own] = till.do(Reserve("red_1", 10, lapses_at, partner_id="ptn_a"))
    assert own.hold
    assert (own.hold.hold.partner_id, own.hold.hold.at_till) == ("ptn_a", True)
    till.do(Reserve("red_2", 10, lapses_at))
    closed = [till.do(Redeem(each, partner_id="ptn_a"))[0].hold for each in ("red_1", "red_2")]
    assert [(change.hold.partner_id, change.by) for change in closed if change] == [("ptn_a", ""), ("", "ptn_a")]
    kept = [sealed_form(entry) for entry in till.entries]
    assert [parse_entry(*sealed) for sealed in kept] == till.entries

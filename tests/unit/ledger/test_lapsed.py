"""Lapses of an account: found by its rhythm, handled once, over with the next purchase."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from factories import NOON, make_program
from quen.errors import MemberNotActiveError
from quen.ledger.items import account_item, read_account
from quen.ledger.model import (
    Entry,
    GrantBonus,
    HandledLapse,
    LapseOutcome,
    NoteLapse,
    NothingGivenError,
    SetState,
    days_away,
    has_returned,
    next_lapse_on,
    outcome_of,
    own_entry,
    parse_entry,
    rebuild,
    sealed_form,
)
from quen.ledger.ports import Change
from quen.program.model import Gift, Gifts, Program, WinBackPolicy
from till import Till, merge, undo

LAST = date(2026, 11, 22)
LAPSES = date(2026, 12, 28)
"""Three purchases in a fortnight, so 30 days at least, on 22 December; the Monday after it."""
OFFER = WinBackPolicy(Fraction(2), Gifts(Gift(50)))


def make_winning(offer: WinBackPolicy | None = OFFER) -> Program:
    return make_program(win_back=offer, accepted_days=92)


def regular(offer: WinBackPolicy | None = OFFER, days_ago: int = 0) -> Till:
    """Somebody who has bought every week, the last time so many days before LAST."""
    till = Till(make_winning(offer))
    for number in (2, 1, 0):
        till.buy(50_000, f"B-{number}-{days_ago}", NOON - timedelta(days=7 * number + days_ago), "HCM-01")
    return till


def make_offer(bought_on: date = LAST) -> GrantBonus:
    return GrantBonus("win_back", 0, bought_on.isoformat(), "win_back", gifts=OFFER.gifts, day=bought_on)


def later(till: Till, days: int) -> Till:
    till.now += timedelta(days=days)
    return till


def lapse_of(till: Till) -> date | None:
    return next_lapse_on(till.account, till.program)


class TestWhen:
    def test_the_index_has_the_monday_from_which_on_the_member_has_lapsed(self):
        till = regular()
        item = account_item(Change(till.account, till.account, [], till.program))
        assert lapse_of(till) == LAPSES
        assert (item.lapse_on, str(item.lapse_shard)[:6]) == ("2026-12-28", "lapse#")

    @pytest.mark.parametrize("offer", [None, WinBackPolicy(Fraction(2), Gifts())])
    def test_a_program_that_offers_nothing_has_nobody_in_it(self, offer: WinBackPolicy | None):
        till = regular(offer)
        item = account_item(Change(till.account, till.account, [], till.program))
        assert (lapse_of(till), item.lapse_on, item.lapse_shard) == (None, None, None)

    def test_nobody_lapses_before_they_have_a_rhythm(self):
        till = Till(make_winning())
        till.buy(50_000, "B-1", NOON - timedelta(days=1))
        till.buy(50_000, "B-2")
        assert lapse_of(till) is None

    def test_goods_that_come_back_whole_were_never_bought(self):
        till = regular()
        till.bring_back(50_000, "B-1-0")
        assert lapse_of(till) is None

    def test_who_may_not_buy_has_not_lapsed(self):
        till = regular()
        till.do(SetState("blocked", "blocked"))
        assert lapse_of(till) is None
        till.do(SetState("active", "active"))
        assert lapse_of(till) == LAPSES


class TestHandling:
    def test_an_offer_is_made_once_a_lapse_and_takes_the_member_out_of_the_index(self):
        till = later(regular(), 40)
        [entry] = till.do(make_offer())
        assert (entry.kind, entry.points, till.account.win_back) == (
            "bonus",
            50,
            HandledLapse("2026-11-22", "2027-01-01", "offered"),
        )
        assert lapse_of(till) is None
        for again in (make_offer(), NoteLapse(LAST, "held_out")):
            with pytest.raises(NothingGivenError):
                till.do(again)

    @pytest.mark.parametrize("outcome", ["held_out", "unasked", "not_meant"])
    def test_a_lapse_that_is_noted_moves_no_point(self, outcome: LapseOutcome):
        till = later(regular(), 40)
        before = till.account.active
        [entry] = till.do(NoteLapse(LAST, outcome))
        assert (entry.kind, entry.reason, dict(entry.lines), till.account.active) == ("win_back", outcome, {}, before)
        assert (lapse_of(till), till.account.win_back.outcome) == (None, outcome)

    def test_who_is_back_is_neither_offered_anything_nor_noted(self):
        till = later(regular(), 40)
        till.buy(50_000, "B-back")
        for command in (make_offer(), NoteLapse(LAST, "held_out")):
            with pytest.raises(NothingGivenError):
                till.do(command)

    def test_a_member_who_may_not_buy_is_offered_nothing(self):
        till = later(regular(), 40)
        till.do(SetState("inactive", "inactive"))
        with pytest.raises(MemberNotActiveError):
            till.do(make_offer())
        with pytest.raises(NothingGivenError):
            till.do(NoteLapse(LAST, "held_out"))

    def test_who_comes_back_and_stays_away_again_has_lapsed_anew(self):
        till = later(regular(), 40)
        till.do(make_offer())
        till.buy(50_000, "B-back")
        assert lapse_of(till) is not None
        later(till, 60)
        till.do(make_offer(date(2027, 1, 1)))
        assert till.account.win_back.bought_on == "2027-01-01"

    def test_the_history_and_the_item_say_all_of_it(self):
        till = later(regular(), 40)
        till.do(make_offer())
        till.buy(50_000, "B-back")
        read = [parse_entry(*sealed_form(entry)) for entry in till.entries]
        assert (read, rebuild("mem", read)) == (till.entries, till.account)
        item = account_item(Change(till.account, till.account, [], till.program))
        assert read_account("mem", item) == till.account


class TestReturning:
    def back(self, till: Till, at: datetime) -> Entry:
        till.buy(50_000, "B-back", at)
        return own_entry(till.entries[-1:])

    @pytest.mark.parametrize("command", [make_offer(), NoteLapse(LAST, "held_out")])
    def test_the_first_purchase_afterwards_says_what_it_has_ended(self, command: GrantBonus | NoteLapse):
        till = later(regular(), 40)
        till.do(command)
        handled = till.account.win_back
        entry = self.back(later(till, 9), till.now)
        assert (entry.win_back, days_away(entry), till.account.win_back) == (handled, 9, handled)
        till.buy(50_000, "B-next")
        assert till.entries[-1].win_back is None

    def test_a_late_receipt_of_a_day_before_the_offer_is_no_return(self):
        till = later(regular(), 40)
        till.do(make_offer())
        assert self.back(later(till, 1), till.now - timedelta(days=10)).win_back is None

    def test_a_purchase_of_who_never_lapsed_ends_nothing(self):
        till = regular()
        assert {entry.win_back for entry in till.entries} == {None}

    def test_a_member_has_returned_with_a_purchase_after_that_day(self):
        till = regular()
        assert not has_returned(till.account, LAST)
        assert has_returned(till.account, LAST - timedelta(days=1))
        assert not has_returned(Till(make_winning()).account, LAST)


class TestMerging:
    def test_the_survivor_stays_away_only_where_both_do(self):
        survivor, merged = regular(days_ago=30), regular()
        survivor.do(NoteLapse(LAST - timedelta(days=30), "held_out"))
        merge(survivor, merged)
        assert survivor.account.last_bought_on == LAST
        assert lapse_of(survivor) is not None
        assert lapse_of(merged) is None

    def test_the_survivor_was_asked_where_the_merged_member_was(self):
        survivor, merged = later(regular(days_ago=30), 40), later(regular(), 40)
        merged.do(make_offer())
        back = merge(survivor, merged)
        assert (survivor.account.win_back, lapse_of(survivor)) == (merged.account.win_back, None)
        undo(survivor, merged, back)
        assert (lapse_of(survivor), lapse_of(merged)) == (None, None)


class TestChoice:
    DAY = date(2027, 1, 4)

    @pytest.mark.parametrize(
        ("gifts", "hold_out", "may_profile", "outcome"),
        [
            (Gifts(Gift(50)), 0, True, "offered"),
            (Gifts(Gift(50)), 1, True, "held_out"),
            (Gifts(Gift(50)), 1, False, "unasked"),
            (Gifts(by_tier={"gold": Gift(50)}), 1, True, "not_meant"),
            (Gifts(by_tier={"gold": Gift(50)}), 0, False, "unasked"),
        ],
    )
    def test_what_becomes_of_a_member(self, gifts: Gifts, hold_out: int, may_profile: bool, outcome: str):
        till = regular(WinBackPolicy(Fraction(2), gifts, hold_out=Fraction(hold_out)))
        assert outcome_of(till.account, till.program, self.DAY, may_profile=may_profile) == outcome


def test_days_are_the_program_s_own() -> None:
    """An offer of the evening in UTC is one of the next day in Saigon."""
    till = regular()
    till.now = datetime(2026, 12, 31, 20, tzinfo=UTC)
    till.do(make_offer())
    assert till.account.win_back.handled_on == "2027-01-01"

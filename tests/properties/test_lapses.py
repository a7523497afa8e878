"""Lapses are what a plain recount of the receipts says, and nobody is handled twice for one, or while they keep buying."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories import NOON, make_program
from quen.ledger.items import account_item
from quen.ledger.model import GrantBonus, NoteLapse, NothingGivenError, next_lapse_on, rebuild
from quen.ledger.ports import Change
from quen.program.model import Gift, Gifts, WinBackPolicy
from till import Till

FIRST = date(2026, 11, 22)  # of NOON
afters = st.sampled_from(["0.5", "1", "1.333", "2.5", "10"])
bounds = st.tuples(st.integers(1, 60), st.integers(0, 90)).map(lambda pair: (pair[0], pair[0] + pair[1]))
days = st.lists(st.integers(0, 400), min_size=0, max_size=8)


def recounted(bought: list[int], after: str, least: int, most: int, purchases_min: int) -> date | None:
    """The Monday of a lapse, day by day and in thousandths: as a person would count it."""
    if not bought or len(bought) < purchases_min:
        return None
    span, gaps = max(bought) - min(bought), len(bought) - 1
    thousandths = int(Fraction(after) * 1000)
    waited = 0
    # waited >= after × max(1, span / gaps), without a fraction
    while waited * 1000 * gaps < thousandths * max(span, gaps):
        waited += 1
    day = FIRST + timedelta(days=max(bought)) + timedelta(days=max(least, min(most, waited)))
    while day.isoweekday() != 1:
        day += timedelta(days=1)
    return day


@settings(max_examples=40)
@given(days, afters, bounds, st.integers(2, 5))
def test_a_lapse_is_what_a_recount_of_the_receipts_says(
    bought: list[int], after: str, bounds: tuple[int, int], purchases_min: int
) -> None:
    offer = WinBackPolicy(Fraction(after), Gifts(Gift(1)), *bounds, purchases_min)
    till = Till(make_program(win_back=offer, accepted_days=92))
    for number, day in enumerate(sorted(bought)):
        till.now = NOON + timedelta(days=day)
        till.buy(10_000, f"B-{number}", store=f"S-{number % 3}")
    lapse = recounted(bought, after, *bounds, purchases_min)
    item = account_item(Change(till.account, till.account, [], till.program))
    assert next_lapse_on(till.account, till.program) == lapse
    assert item.lapse_on == (lapse.isoformat() if lapse else None)


@dataclass
class Member:
    """One member's time, as a plain model keeps it: on which days they bought, and which lapses were handled."""

    till: Till
    bought: list[int] = field(default_factory=list)
    handled: set[int] = field(default_factory=set)

    @property
    def lapse(self) -> int | None:
        """On which day, counted from the first, a job finds them; it is what the account says."""
        is_handled = not self.bought or max(self.bought) in self.handled
        day = None if is_handled else recounted(self.bought, "2", 10, 60, 2)
        assert next_lapse_on(self.till.account, self.till.program) == day
        return (day - FIRST).days if day else None

    def at(self, day: int) -> None:
        self.till.now = NOON + timedelta(days=day)

    def buy(self, today: int) -> None:
        self.at(today)
        self.till.buy(10_000, f"B-{len(self.bought)}")
        is_back = bool(self.bought) and max(self.bought) in self.handled
        assert (self.till.entries[-1].win_back is not None) == is_back
        self.bought.append(today)

    def handle(self, today: int, *, offered: bool) -> None:
        self.at(today)
        last = FIRST + timedelta(days=max(self.bought))
        bonus = GrantBonus("win_back", 0, last.isoformat(), "win_back", gifts=Gifts(Gift(1)))
        self.till.do(bonus if offered else NoteLapse(last, "held_out"))
        self.handled.add(max(self.bought))
        for again in (bonus, NoteLapse(last, "unasked")):
            with pytest.raises(NothingGivenError):
                self.till.do(again)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 80), st.booleans()), max_size=8))
def test_coming_and_staying_away_is_handled_as_a_plain_model_says(steps: list[tuple[int, bool]]) -> None:
    offer = WinBackPolicy(Fraction(2), Gifts(Gift(1)), 10, 60, purchases_min=2)
    member = Member(Till(make_program(win_back=offer)))
    today = 0
    for wait, offered in steps:
        lapse = member.lapse
        if lapse is not None and lapse <= today + wait:
            member.handle(lapse, offered=offered)
            assert member.lapse is None
        today += wait
        member.buy(today)
    assert rebuild("mem", member.till.entries) == member.till.account

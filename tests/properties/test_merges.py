"""Two random lives become one and two again: nothing is made and nothing is lost, whoever owes, waits or lets points expire."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import NOON, make_program
from quen.errors import InsufficientPointsError, InsufficientStoredValueError, QuenError
from quen.ledger.model import (
    Account,
    Adjust,
    Entry,
    GiveUp,
    MergeAway,
    MoveStoredValue,
    Release,
    Reserve,
    TakeOver,
    coming_back,
    decide,
    folded,
    own_entry,
    rebuild,
)
from quen.ledger.model.privileges import privileges_of
from quen.ledger.model.values import OTHER_UNITS, TRANSFERRED
from quen.program.model import Cap, EarningRule, Expiry, StoredValuePolicy
from till import Till

RULES = (
    EarningRule("base", "purchase", points=1, per=10_000),
    EarningRule("slow", "purchase", points=1, per=30_000, pending_days=9),
    EarningRule("double", "purchase", multiplier=Fraction(2), caps=(Cap(40, "day"),)),
    EarningRule("status", "purchase", points=1, per=1_000, wallet="qualifying"),
    EarningRule("stamp", "purchase", points=1, wallet="stamps"),
)
EXPIRIES = [
    Expiry(),
    Expiry("days", 12),
    Expiry("months", 1, "end_of_month"),
    Expiry("inactive_months", 1, activities=frozenset({"purchase", "redemption"})),
]
SURVIVOR, MERGED = 0, 1
HABITS = ("purchases", "spend", "visits")

Step = tuple[str, int, int]
gains = st.tuples(st.just("buy"), st.integers(0, 1_500_000), st.integers(0, 90)) | st.tuples(
    st.just("adjust"), st.integers(1, 200), st.integers(0, 40)
)
losses = (
    st.tuples(st.just("bring_back"), st.integers(1, 1_500_000), st.just(0))
    | st.tuples(st.just("adjust"), st.integers(-200, -1), st.just(0))
    | st.tuples(st.just("reserve"), st.integers(1, 100), st.integers(1, 48))
)
moves = gains | losses | st.tuples(st.just("load"), st.integers(1, 50_000), st.just(0))
passing = st.tuples(st.just("wait"), st.integers(1, 24 * 6), st.just(0))
lives = st.lists(moves | passing, max_size=8)


class Couple:
    """Two accounts of one program under one clock."""

    def __init__(self, expiry: Expiry, pending_days: int) -> None:
        program = make_program(earning=RULES, stored_value=StoredValuePolicy(10_000_000))
        points = replace(program.points, expiry=expiry, pending_days=pending_days)
        self.program = replace(program, points=points)
        self.tills = [Till(self.program, Account(f"mem_{name}"), NOON) for name in "ab"]
        self.number = 0

    @property
    def accounts(self) -> list[Account]:
        return [till.account for till in self.tills]

    def live(self, who: int, steps: list[Step]) -> None:
        """What is refused changes nothing, and life goes on."""
        for step in steps:
            try:
                self._step(self.tills[who], *step)
            except QuenError:
                continue

    def _step(self, till: Till, what: str, size: int, detail: int) -> None:
        self.number += 1
        name = f"{what}_{self.number}"
        if what == "wait":
            for each in self.tills:
                each.now += timedelta(hours=size)
                each.keep_up()
        elif what == "buy":
            till.buy(size, name, till.now - timedelta(days=detail))
        elif what == "bring_back" and till.sales:
            till.bring_back(size, [*till.sales][-1])
        elif what == "adjust":
            last_day = (till.now + timedelta(days=detail)).date() if size > 0 else None
            till.do(Adjust(name, size, "goodwill", last_day))
        elif what == "reserve":
            till.do(Reserve(name, size, till.now + timedelta(hours=detail)))
        elif what == "load":
            till.do(MoveStoredValue(name, "load", size))

    def settle(self) -> None:
        """Nobody merges with a redemption open."""
        for till in self.tills:
            for redemption_id in [*till.account.holds]:
                till.do(Release(redemption_id))

    def pair(self, one: int, command: Any, reply: Callable[[Account, Entry], Any]) -> None:
        """Both halves or neither, as the ledger commits them."""
        first, second = self.tills[one], self.tills[1 - one]
        entries = decide(first.account, command, self.program, first.now)
        replies = decide(
            second.account, reply(folded(first.account, entries[:-1]), own_entry(entries)), self.program, first.now
        )
        for till, written in ((first, entries), (second, replies)):
            till.keep(written)
            till.keep_up()

    def merge(self) -> GiveUp:
        """The merged account's sales come along, as its documents do; answers what undoes the merge."""
        owed, before = self.accounts[SURVIVOR].debt, privileges_of(self.accounts[SURVIVOR])
        carried: list[Account] = []

        def take_over(whole: Account, _: Entry) -> TakeOver:
            carried.append(whole)
            return TakeOver("mrg_1", whole)

        self.pair(MERGED, MergeAway("mrg_1", "mem_a"), take_over)
        return GiveUp("mrg_1", carried[0], owed, before)

    def undo(self, command: GiveUp) -> None:
        self.pair(SURVIVOR, command, lambda before, gave: coming_back(before, command, gave, self.program))

    def totals(self) -> Counter[str]:
        """What both have together, in every ledger account of a member."""
        total = Counter[str]()
        for account in self.accounts:
            total["worth"] += account.active + account.pending_points + account.held - account.debt
            total.update({unit: account.wallet(unit) for unit in OTHER_UNITS})
            for tally in account.habits.values():
                total.update(dict(zip(HABITS, tally, strict=True)))
        return total

    def happened(self, since: list[int]) -> Counter[str]:
        """What has come from outside, or gone there, since those numbers of entries."""
        total = Counter[str]()
        for till, start in zip(self.tills, since, strict=True):
            for entry in till.entries[start:]:
                for name, amount in entry.lines.items():
                    side, _, unit = name.partition(".")
                    if side == "program":
                        total[unit if unit in OTHER_UNITS else "worth"] -= amount
                for tally in entry.habits.values() if entry.kind in {"earn", "reverse"} else ():
                    total.update(dict(zip(HABITS, tally, strict=True)))
        return total


couples = st.builds(Couple, st.sampled_from(EXPIRIES), st.integers(0, 3))


def check(couple: Couple) -> None:
    """The books of both are right, and what went from one to the other is the same on both sides."""
    moved = sum(entry.lines.get(TRANSFERRED, 0) for till in couple.tills for entry in till.entries)
    assert moved == 0
    for till in couple.tills:
        assert rebuild(till.account.member_id, till.entries) == till.account
        assert not (till.account.debt and till.account.active)


def same(before: Account, after: Account) -> bool:
    """All but the place in the chain."""
    return replace(after, sequence=before.sequence, head=before.head) == before


@settings(max_examples=150, deadline=None)
@given(couple=couples, before=st.tuples(lives, lives), between=lives, after=st.tuples(lives, lives))
def test_over_both_the_sums_are_what_they_were_and_what_happened(
    couple: Couple, before: tuple[list[Step], list[Step]], between: list[Step], after: tuple[list[Step], list[Step]]
) -> None:
    for who in (SURVIVOR, MERGED):
        couple.live(who, before[who])
    couple.settle()
    start, totals = [len(till.entries) for till in couple.tills], couple.totals()
    undoing = couple.merge()
    check(couple)
    assert couple.totals() == totals
    assert couple.accounts[MERGED].state == "closed"
    couple.live(SURVIVOR, between)
    try:
        couple.undo(undoing)
    except (InsufficientPointsError, InsufficientStoredValueError):
        assert couple.accounts[MERGED].state == "closed"
    else:
        for who in (SURVIVOR, MERGED):
            couple.live(who, after[who])
    check(couple)
    expected = Counter(totals)
    expected.update(couple.happened(start))
    assert couple.totals() == expected


@settings(max_examples=150, deadline=None)
@given(couple=couples, before=st.tuples(lives, lives))
def test_a_merge_undone_at_once_leaves_both_as_they_were(couple: Couple, before: tuple[list[Step], list[Step]]) -> None:
    for who in (SURVIVOR, MERGED):
        couple.live(who, before[who])
    couple.settle()
    ours, theirs = couple.accounts
    couple.undo(couple.merge())
    for was, now in zip((ours, theirs), couple.accounts, strict=True):
        assert (was.active, was.pending, was.debt) == (now.active, now.pending, now.debt)
        assert (was.counters, was.caps, was.rewards, was.state) == (now.counters, now.caps, now.rewards, now.state)
        assert (was.habits, was.seen) == (now.habits, now.seen)
    assert same(theirs, couple.accounts[MERGED])


@settings(max_examples=150, deadline=None)
@given(couple=couples, before=st.tuples(lives, lives), between=st.lists(gains | passing, max_size=6))
def test_a_merge_after_which_nothing_was_spent_can_always_be_undone(
    couple: Couple, before: tuple[list[Step], list[Step]], between: list[Step]
) -> None:
    for who in (SURVIVOR, MERGED):
        couple.live(who, before[who])
    couple.settle()
    undoing = couple.merge()
    couple.live(SURVIVOR, between)
    couple.undo(undoing)
    check(couple)


def test_who_was_merged_away_cannot_give_up_what_came_before() -> None:
    couple = Couple(Expiry(), 0)
    undoing = couple.merge()
    till = couple.tills[SURVIVOR]
    till.do(MergeAway("mrg_2", "mem_c"))
    with pytest.raises(QuenError, match="undo that merge first"):
        couple.undo(undoing)

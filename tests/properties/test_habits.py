"""Habits do not depend on the order in which receipts come, and are what a plain recount of them says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from factories import NOON, make_program
from quen.ledger.model import Account, behaviour_of
from till import Till, merge, undo

STORES = [None, *(f"S-{number:02d}" for number in range(14))]
PROGRAM = make_program(accepted_days=92)


@dataclass(frozen=True)
class Receipt:
    """What was bought, how long ago, and where."""

    amount: int
    hours_ago: int
    store: str | None

    @property
    def at(self) -> datetime:
        return NOON - timedelta(hours=self.hours_ago)


receipts = st.lists(
    st.builds(Receipt, st.integers(0, 500_000), st.integers(0, 24 * 91), st.sampled_from(STORES)), max_size=30
)
orders = st.randoms(use_true_random=False)


def report(till: Till, bought: list[Receipt], order: list[int]) -> Till:
    for number in order:
        till.buy(bought[number].amount, str(number), bought[number].at, bought[number].store)
    return till


def numbers(bought: list[Receipt]) -> list[int]:
    return list(range(len(bought)))


@given(receipts, orders)
def test_receipts_in_any_order_leave_the_same_habits(bought: list[Receipt], random: Random) -> None:
    one = report(Till(PROGRAM), bought, numbers(bought)).account
    other = report(Till(PROGRAM), bought, random.sample(numbers(bought), len(bought))).account
    assert (one.habits, one.seen) == (other.habits, other.seen)


@given(receipts)
def test_habits_are_what_a_recount_says(bought: list[Receipt]) -> None:
    months: dict[str, Counter[str]] = {}
    visits: set[tuple[object, str | None]] = set()
    last: dict[str, object] = {}
    for receipt in bought:
        day = PROGRAM.local_day(receipt.at)
        is_visit = (day, receipt.store) not in visits
        visits.add((day, receipt.store))
        months.setdefault(f"{day:%Y-%m}", Counter()).update(purchases=1, spend=receipt.amount, visits=int(is_visit))
        if receipt.store:
            last[receipt.store] = max(str(last.get(receipt.store, "")), day.isoformat())
    seen = behaviour_of(report(Till(PROGRAM), bought, numbers(bought)).account, PROGRAM, NOON.date())
    assert seen.months == {month: tuple(tally.values()) for month, tally in months.items()}
    days = [PROGRAM.local_day(receipt.at) for receipt in bought]
    assert (seen.first_on, seen.last_on) == (min(days, default=None), max(days, default=None))
    assert seen.stores == tuple(sorted(last, key=lambda store: (str(last[store]), store)))[-10:]


@given(receipts, orders)
def test_what_came_back_whole_was_never_bought(bought: list[Receipt], random: Random) -> None:
    kept = [number for number in numbers(bought) if random.random() < 0.5]
    back = [number for number in numbers(bought) if number not in kept]
    till = report(Till(PROGRAM), bought, numbers(bought))
    for number in random.sample(back, len(back)):
        till.bring_back(bought[number].amount, str(number))
    rest = report(Till(PROGRAM), bought, kept)
    assert till.account.habits == rest.account.habits
    assert till.account.purchases == len(kept)


@given(receipts, receipts, receipts)
def test_who_merges_and_parts_has_their_own_habits_and_what_was_bought_between(
    ours: list[Receipt], theirs: list[Receipt], between: list[Receipt]
) -> None:
    survivor, merged = (Till(PROGRAM, Account(f"mem_{name}")) for name in "ab")
    report(survivor, ours, numbers(ours))
    report(merged, theirs, numbers(theirs))
    before = merged.account
    undoing = merge(survivor, merged)
    for number, receipt in enumerate(between):
        survivor.buy(receipt.amount, f"between-{number}", receipt.at, receipt.store)
    undo(survivor, merged, undoing)
    alone = report(Till(PROGRAM), [*ours, *between], numbers([*ours, *between])).account
    assert (merged.account.habits, merged.account.seen) == (before.habits, before.seen)
    assert survivor.account.seen == alone.seen
    # But for visits: where both were at a store on one day, it was one visit while they were one.
    assert [sum(tally[:2]) for tally in survivor.account.habits.values()] == [
        sum(tally[:2]) for tally in alone.habits.values()
    ]

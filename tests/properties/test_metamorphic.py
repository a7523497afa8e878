"""The same day told in another way leaves the same balances: receipts shuffled, delivered twice, returns in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import make_program
from quen.ledger.model import Account
from quen.program.model import Cap, EarningRule, Expiry, OnWeekdays, Program
from till import Till

MORNING = datetime(2026, 11, 23, 1, tzinfo=UTC)  # a Monday in Saigon
EVENING = MORNING + timedelta(hours=14)

RULES = (
    EarningRule("base", "purchase", points=1, per=10_000),
    EarningRule("slow", "purchase", points=1, per=30_000, pending_days=9),
    EarningRule("double", "purchase", multiplier=Fraction(2), when=OnWeekdays(frozenset({0})), caps=(Cap(40, "day"),)),
    EarningRule("status", "purchase", points=1, per=1_000, wallet="qualifying"),
    EarningRule("stamp", "purchase", points=1, wallet="stamps"),
)


@dataclass(frozen=True)
class Bill:
    """A receipt of the day, and in which pieces its goods came back in the evening."""

    amount: int
    minute: int
    back: tuple[int, ...] = ()
    store: str | None = None


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    amount = draw(st.integers(0, 900_000))
    back, left = [], amount
    for part in draw(st.lists(st.integers(1, 400_000), max_size=4)):
        if part <= left:
            back.append(part)
            left -= part
    return Bill(amount, draw(st.integers(0, 600)), tuple(back), draw(st.sampled_from([None, "HCM-01", "HCM-02"])))


@st.composite
def programs(draw: st.DrawFn) -> Program:
    program = make_program(earning=RULES)
    expiry = draw(
        st.sampled_from(
            [
                Expiry(),
                Expiry("months", 12, "end_of_quarter"),
                Expiry("inactive_months", 6, activities=frozenset({"purchase"})),
            ]
        )
    )
    return replace(program, points=replace(program.points, expiry=expiry, pending_days=draw(st.sampled_from([0, 7]))))


days = st.lists(bills(), min_size=1, max_size=8)
orders = st.randoms(use_true_random=False)


def live(program: Program, day: Sequence[Bill], order: Sequence[int]) -> Till:
    """The day's receipts arrive in that order."""
    till = Till(program, Account("mem"), EVENING)
    for number in order:
        bill = day[number]
        till.buy(bill.amount, str(number), MORNING + timedelta(minutes=bill.minute), bill.store)
    return till


def books(till: Till) -> tuple[object, ...]:
    account = till.account
    pockets = account.lots, account.pending, account.caps, account.counters, account.debt, account.active_on
    return *pockets, account.habits, account.seen


@given(programs(), days, orders)
def test_a_day_of_receipts_in_any_order_leaves_the_same_account(
    program: Program, day: list[Bill], random: Random
) -> None:
    in_order = range(len(day))
    shuffled = random.sample(in_order, len(day))
    assert books(live(program, day, shuffled)) == books(live(program, day, in_order))


@given(programs(), days, orders)
def test_returns_in_any_order_leave_the_same_account(program: Program, day: list[Bill], random: Random) -> None:
    pieces = [(str(number), part) for number, bill in enumerate(day) for part in bill.back]
    ends = []
    for order in (pieces, random.sample(pieces, len(pieces))):
        till = live(program, day, range(len(day)))
        for purchase_id, part in order:
            till.bring_back(part, purchase_id)
        ends.append(books(till))
    assert ends[0] == ends[1]


@given(programs(), days)
def test_a_return_in_pieces_leaves_what_one_return_leaves(program: Program, day: list[Bill]) -> None:
    in_pieces, at_once = (live(program, day, range(len(day))) for _ in range(2))
    for number, bill in enumerate(day):
        for part in bill.back:
            in_pieces.bring_back(part, str(number))
        if bill.back:
            at_once.bring_back(sum(bill.back), str(number))
    assert books(in_pieces) == books(at_once)


@given(programs(), days)
def test_everything_brought_back_leaves_nothing(program: Program, day: list[Bill]) -> None:
    till = live(program, day, range(len(day)))
    for number, bill in enumerate(day):
        till.bring_back(bill.amount, str(number))
    account = till.account
    assert (account.lots, account.pending, account.caps, account.debt) == ({}, {}, {}, 0)
    assert (account.counters, account.habits) == ({}, {})

"""What a line of a receipt has earned: its part of every rule that counted it, and all parts come to the whole."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import NOON, make_program
from quen.earning.lines import points_by_line
from quen.earning.model import Purchase, PurchaseLine, price_purchase
from quen.money import Money
from quen.program.model import EarningRule, Facts, Goods, Program

COFFEE = Goods(frozenset({"coffee"}))
BASE = EarningRule("base", "purchase", points=1, per=10_000)
RULES = (
    replace(BASE, combine="best"),
    EarningRule("coffee", "purchase", points=3, per=10_000, goods=COFFEE, combine="best"),
    EarningRule("double-coffee", "purchase", multiplier=Fraction(2), goods=COFFEE),
    EarningRule("bonus", "purchase", bonus=7),
)


def bill(*lines: tuple[str, int], total: int | None = None) -> Purchase:
    """A purchase of lines (category, amount)."""
    made = tuple(
        PurchaseLine(f"L{number}", category, 1, Money(amount, "VND"), category)
        for number, (category, amount) in enumerate(lines)
    )
    whole = sum(amount for _, amount in lines) if total is None else total
    return Purchase("B-1", NOON, Money(whole, "VND"), None, made)


def by_line(program: Program, purchase: Purchase) -> dict[str, int]:
    award = price_purchase(program, purchase)
    return points_by_line(program, purchase, Facts(), award.explanation)


def test_a_rule_s_points_go_to_the_lines_that_it_looked_at() -> None:
    purchase = bill(("coffee", 40_000), ("cake", 60_000))
    assert by_line(make_program(earning=RULES), purchase) == {"L0": 12 + 12 + 3, "L1": 6 + 4}


def test_what_no_line_names_earns_for_no_line() -> None:
    assert by_line(make_program(earning=(BASE,)), bill(("cake", 60_000), total=100_000)) == {"L0": 6}


def test_a_receipt_without_lines_tells_none() -> None:
    assert by_line(make_program(earning=(BASE,)), bill(total=100_000)) == {}


@given(st.lists(st.tuples(st.sampled_from(["coffee", "cake"]), st.integers(0, 200_000)), min_size=1, max_size=8))
def test_the_lines_come_to_the_whole(lines: list[tuple[str, int]]) -> None:
    program, purchase = make_program(earning=RULES), bill(*lines)
    assert sum(by_line(program, purchase).values()) == price_purchase(program, purchase).points

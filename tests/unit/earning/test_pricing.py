"""What purchases earn: base rules add, multipliers add on top, caps cut, one rounding at the end."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from msgspec.structs import replace

from factories import make_program, make_purchase
from quen.earning.model import PurchaseLine, price_enrolment, price_purchase
from quen.errors import CurrencyMismatchError
from quen.money import Money
from quen.program.model import Cap, EarningRule, OnWeekdays, Period, Program, Rounding

SUNDAY = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def with_rules(*rules: EarningRule, rounding: Rounding = "floor") -> Program:
    program = make_program(earning=rules)
    return replace(program, points=replace(program.points, rounding=rounding))


def base(rule_id: str = "base", points: int = 1, per: int = 10_000, *weekdays: int) -> EarningRule:
    return EarningRule(
        rule_id, "purchase", points=points, per=per, when=OnWeekdays(frozenset(weekdays)) if weekdays else None
    )


def times(multiplier: str, rule_id: str = "times", cap: int | None = None, per: Period = "day") -> EarningRule:
    return EarningRule(rule_id, "purchase", multiplier=Fraction(multiplier), caps=(Cap(cap, per),) if cap else ())


@pytest.mark.parametrize(
    ("amount", "points"), [(0, 0), (9_999, 0), (10_000, 1), (125_000, 12), (129_999, 12), (10**12, 10**8)]
)
def test_points_are_rounded_down_at_the_end(amount: int, points: int) -> None:
    award = price_purchase(make_program(), make_purchase(amount, at=SUNDAY))
    assert award.points == points
    assert [(share.rule_id, share.rule_version, share.basis, share.points) for share in award.explanation] == [
        ("base", 1, amount, points)
    ]
    assert award.capped == {}


def test_a_multiplier_adds_what_the_base_rules_give_once_more_before_rounding() -> None:
    award = price_purchase(make_program(), make_purchase(125_000, at=MONDAY))
    assert award.points == 25  # 12.5 + 12.5, where two roundings would have lost a point
    assert {share.rule_id: share.points for share in award.explanation} == {"base": 12, "double-star": 13}
    assert award.capped == {"double-star": 13}


@pytest.mark.parametrize(
    ("at", "points"),
    [
        ("2026-11-22T16:59:59Z", 12),  # Sunday, 23:59:59 in Saigon
        ("2026-11-22T17:00:00Z", 25),  # Monday, 00:00 in Saigon
        ("2026-11-23T16:59:59Z", 25),
        ("2026-11-23T17:00:00Z", 12),
    ],
)
def test_the_weekday_is_the_programs_own(at: str, points: int) -> None:
    assert price_purchase(make_program(), make_purchase(125_000, at=datetime.fromisoformat(at))).points == points


@pytest.mark.parametrize(("had", "added"), [(0, 200), (150, 50), (199, 1), (200, 0), (300, 0)])
def test_a_cap_per_day_counts_what_the_member_has_had_that_day(had: int, added: int) -> None:
    purchase = make_purchase(5_000_000, at=MONDAY)
    award = price_purchase(make_program(), purchase, rooms={"double-star": 200 - had})
    assert award.points == 500 + added
    assert award.capped == {"double-star": added}


def test_many_small_bills_do_not_slip_under_a_cap_per_day() -> None:
    program = with_rules(base(), times("2", cap=10, per="day"))
    whole = price_purchase(program, make_purchase(600_000)).points
    split, used = 0, 0
    for _ in range(100):
        award = price_purchase(program, make_purchase(6_000), rooms={"times": 10 - used})
        split, used = split + award.points, used + award.capped.get("times", 0)
    assert whole == 60 + 10
    assert split <= whole


def test_a_cap_per_purchase_looks_at_this_purchase_only() -> None:
    program = with_rules(base(), times("3", cap=7, per="purchase"))
    award = price_purchase(program, make_purchase(50_000), rooms={"times": 0})
    assert [share.points for share in award.explanation] == [5, 7]
    assert award.capped == {}


def test_several_multipliers_add_and_do_not_multiply() -> None:
    program = with_rules(base(), times("2", "double"), times("1.5", "half-more"))
    assert price_purchase(program, make_purchase(100_000)).points == 10 + 10 + 5


def test_several_base_rules_add_up_and_are_multiplied_together() -> None:
    program = with_rules(base(), base("sunday", 1, 20_000, 6), times("2"))
    assert price_purchase(program, make_purchase(100_000, at=SUNDAY)).points == (10 + 5) * 2
    assert price_purchase(program, make_purchase(100_000, at=MONDAY)).points == 10 * 2


@pytest.mark.parametrize(
    ("rounding", "points"), [("floor", (0, 0, 1, 1)), ("half_up", (0, 1, 1, 2)), ("ceiling", (1, 1, 1, 2))]
)
def test_the_program_says_how_to_round(rounding: Rounding, points: tuple[int, ...]) -> None:
    program = with_rules(base(), rounding=rounding)
    found = tuple(price_purchase(program, make_purchase(amount)).points for amount in (1, 5_000, 10_000, 15_000))
    assert found == points


@pytest.mark.parametrize("rounding", ["floor", "half_up", "ceiling"])
def test_nothing_bought_earns_nothing_and_says_so(rounding: Rounding) -> None:
    award = price_purchase(with_rules(base(), rounding=rounding), make_purchase(0))
    assert (award.points, [share.points for share in award.explanation]) == (0, [0])


def test_a_program_without_rules_earns_nothing() -> None:
    award = price_purchase(with_rules(), make_purchase(100_000))
    assert (award.points, award.explanation) == (0, ())


def test_every_amount_is_in_the_programs_currency() -> None:
    with pytest.raises(CurrencyMismatchError):
        price_purchase(make_program(), replace(make_purchase(), total=Money(100, "USD")))
    line = PurchaseLine("1", "latte", 1, Money(100, "USD"))
    with pytest.raises(CurrencyMismatchError):
        price_purchase(make_program(), replace(make_purchase(), lines=(line,)))


def test_joining_earns_what_the_enrolment_rules_give() -> None:
    program = with_rules(base(), EarningRule("a", "enrolment", points=20), EarningRule("b", "enrolment", points=5))
    award = price_enrolment(program)
    assert award.points == 25
    assert [(share.rule_id, share.basis, share.points) for share in award.explanation] == [("a", 0, 20), ("b", 0, 5)]
    assert price_enrolment(with_rules(base())).points == 0

"""Pricing under any program: whole points, never fewer for more money, never more for many small bills, all explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from factories import make_program, make_purchase
from quen.earning.model import price_purchase, skipped_rules
from quen.money import AMOUNT_MAX
from quen.program.model import Cap, EarningRule, OnWeekdays, Program

amounts = st.integers(0, AMOUNT_MAX)
multipliers = st.integers(1000, 100_000).map(lambda thousandths: Fraction(thousandths, 1000))
weekdays = st.none() | st.frozensets(st.integers(0, 6), min_size=1).map(OnWeekdays)
caps = st.none() | st.builds(Cap, st.integers(1, 1000), st.sampled_from(["day", "purchase"]))
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


@st.composite
def rules(draw: st.DrawFn) -> tuple[EarningRule, ...]:
    """One to three base rules and up to three multipliers, some of them capped."""
    found = []
    for number in range(draw(st.integers(1, 3))):
        points, per = draw(st.integers(1, 1000)), draw(st.integers(1, 100_000))
        found.append(EarningRule(f"base-{number}", "purchase", points=points, per=per, when=draw(weekdays)))
    for number in range(draw(st.integers(0, 3))):
        cap = draw(caps)
        found.append(
            EarningRule(
                f"times-{number}",
                "purchase",
                multiplier=draw(multipliers),
                when=draw(weekdays),
                caps=(cap,) if cap else (),
            )
        )
    return tuple(found)


@st.composite
def programs(draw: st.DrawFn, rounding: str | None = None) -> Program:
    program = make_program(earning=draw(rules()))
    chosen = rounding or draw(st.sampled_from(["floor", "half_up", "ceiling"]))
    return replace(program, points=replace(program.points, rounding=chosen))  # type: ignore[arg-type]


rooms_left = st.dictionaries(st.sampled_from(["times-0", "times-1", "times-2"]), st.integers(0, 1_500))


@given(programs(), amounts, instants, rooms_left)
def test_points_are_whole_not_negative_and_the_shares_add_up(
    program: Program, amount: int, at: datetime, rooms: dict[str, int]
) -> None:
    award = price_purchase(program, make_purchase(amount, at=at), rooms=rooms)
    assert type(award.points) is int
    assert award.points == sum(share.points for share in award.explanation)
    assert all(type(share.points) is int and share.points >= 0 for share in award.explanation)
    assert amount > 0 or award.points == 0


@given(programs(), amounts, amounts, instants, rooms_left)
def test_more_money_never_earns_fewer_points(
    program: Program, one: int, other: int, at: datetime, rooms: dict[str, int]
) -> None:
    less, more = sorted((one, other))
    first = price_purchase(program, make_purchase(less, at=at), rooms=rooms)
    second = price_purchase(program, make_purchase(more, at=at), rooms=rooms)
    assert first.points <= second.points


@given(programs(), amounts, instants, rooms_left)
def test_no_share_passes_its_cap(program: Program, amount: int, at: datetime, rooms: dict[str, int]) -> None:
    award = price_purchase(program, make_purchase(amount, at=at), rooms=rooms)
    points = {share.rule_id: share.points for share in award.explanation}
    for rule in program.earning:
        for cap in rule.caps:
            room = rooms.get(rule.id, cap.points) if cap.per == "day" else cap.points
            assert points.get(rule.id, 0) <= room


def caps_per_day(program: Program) -> dict[str, int]:
    return {rule.id: cap.points for rule in program.earning for cap in rule.caps if cap.per == "day"}


bills_of_a_day = st.lists(st.integers(0, 10**7), max_size=30)


def earn_all(program: Program, bills: Sequence[int], at: datetime) -> tuple[int, dict[str, int]]:
    """What a day's bills earn one after the other, in all and by rule."""
    daily = caps_per_day(program)
    total, by_rule = 0, dict.fromkeys([rule.id for rule in program.earning], 0)
    for bill in bills:
        rooms = {rule_id: cap - by_rule[rule_id] for rule_id, cap in daily.items()}
        award = price_purchase(program, make_purchase(bill, at=at), rooms=rooms)
        assert award.capped == {share.rule_id: share.points for share in award.explanation if share.rule_id in daily}
        total += award.points
        for share in award.explanation:
            by_rule[share.rule_id] += share.points
    return total, by_rule


@given(programs(), bills_of_a_day, instants)
def test_over_a_whole_day_no_rule_gives_more_than_its_cap(program: Program, bills: Sequence[int], at: datetime) -> None:
    _, by_rule = earn_all(program, bills, at)
    assert all(by_rule[rule_id] <= cap for rule_id, cap in caps_per_day(program).items())


@given(programs(), bills_of_a_day, instants, st.randoms(use_true_random=False))
def test_the_order_of_a_days_receipts_does_not_change_what_the_day_earns(
    program: Program, bills: list[int], at: datetime, random: Random
) -> None:
    shuffled = random.sample(bills, len(bills))
    assert earn_all(program, shuffled, at) == earn_all(program, bills, at)


@given(programs("floor"), st.lists(st.integers(0, 10**7), min_size=2, max_size=30), instants)
def test_a_bill_that_is_split_never_earns_more(program: Program, parts: Sequence[int], at: datetime) -> None:
    """Each part loses its own rounding, and caps per day are told what came before.

    A cap per purchase is the exception by its very meaning, so here every cap is per day.
    """
    daily = tuple(replace(rule, caps=tuple(replace(cap, per="day") for cap in rule.caps)) for rule in program.earning)
    program = replace(program, earning=daily)
    whole = price_purchase(program, make_purchase(sum(parts), at=at)).points
    assert earn_all(program, parts, at)[0] <= whole


@given(programs(), amounts, instants)
def test_nowhere_is_a_float(program: Program, amount: int, at: datetime) -> None:
    purchase = make_purchase(amount, at=at)
    for value in (program, purchase, price_purchase(program, purchase), program.worth(amount)):
        assert_no_float(value)


def assert_no_float(value: object) -> None:
    assert not isinstance(value, float)
    if isinstance(value, Struct):
        for name in value.__struct_fields__:
            assert_no_float(getattr(value, name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            assert_no_float(key)
            assert_no_float(item)
    elif isinstance(value, list | tuple | frozenset):
        for item in value:
            assert_no_float(item)


@given(programs(), amounts, instants)
def test_why_rules_do_not_apply_is_said_alike_whether_the_purchase_is_priced_or_not(
    program: Program, amount: int, at: datetime
) -> None:
    purchase = make_purchase(amount, at=at)
    assert [*skipped_rules(program, purchase)] == [*price_purchase(program, purchase).skipped]

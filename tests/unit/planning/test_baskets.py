"""The samples show whatever the rules of a program ask about, always the same ones."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from msgspec.structs import replace

from factories import make_program
from quen.earning.model import price_purchase
from quen.planning.model import Draft, compare, fitted, sample_baskets
from quen.program.model import (
    AllOf,
    AnyOf,
    AtStores,
    AtTimes,
    Campaign,
    Condition,
    EarningRule,
    Facts,
    Goods,
    InBirthdayMonth,
    InSegments,
    InTiers,
    NotThis,
    NthPurchase,
    OfAmount,
    OnDates,
    OnWeekdays,
    PaidWith,
    Tier,
    WithGoods,
)

WEDNESDAY = date(2026, 11, 25)
DRAFT = Draft(WEDNESDAY, 125_000, facts=Facts(nth=2))
MONDAYS, DRINKS = OnWeekdays(frozenset({0})), Goods(frozenset({"drinks", "tea"}))
DECEMBER = OnDates(date(2026, 12, 1), date(2026, 12, 31))
CONDITIONS: tuple[Condition, ...] = (
    MONDAYS,
    DECEMBER,
    AtTimes(14 * 60, 16 * 60),
    AtTimes(22 * 60, 2 * 60),
    AtStores(frozenset({"d1"})),
    OfAmount(at_least=500_000),
    OfAmount(at_most=20_000),
    WithGoods(DRINKS),
    WithGoods(Goods(skus=frozenset({"latte"}))),
    PaidWith(frozenset({"card"})),
    InTiers(frozenset({"gold"})),
    InSegments(frozenset({"sleeping"})),
    InBirthdayMonth(),
    NthPurchase(1),
    NthPurchase(5, is_every=True),
    AllOf((MONDAYS, DECEMBER, WithGoods(DRINKS), WithGoods(Goods(skus=frozenset({"latte"}))))),
    AnyOf((OnDates(None, date(2020, 1, 1)), InBirthdayMonth())),
    NotThis(OnWeekdays(frozenset({2, 3}))),
    NotThis(AtTimes(11 * 60, 13 * 60)),
)


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: str(type(condition).__name__))
def test_a_purchase_is_found_for_every_condition(condition: Condition) -> None:
    assert condition.failure(DRAFT.occasion()) is not None
    found = fitted(DRAFT, condition)
    assert found is not None
    assert condition.failure(found.occasion()) is None
    assert found == fitted(DRAFT, condition)


@pytest.mark.parametrize(
    "condition",
    [OnDates(None, date(2026, 11, 24)), AllOf((InTiers(frozenset({"a"})), NotThis(InTiers(frozenset({"a"})))))],
)
def test_no_purchase_is_found_for_what_is_over_or_can_never_be(condition: Condition) -> None:
    assert fitted(DRAFT, condition) is None


def make_rich_program() -> object:
    names = {"vi": "Vàng", "en": "Gold"}
    return make_program(
        tiers=(Tier("silver", names), Tier("gold", names, Fraction(3, 2))),
        campaigns=(Campaign("xmas", {"vi": "Giáng sinh", "en": "Christmas"}, DECEMBER.first, DECEMBER.last),),
        earning=(
            EarningRule("base", "purchase", points=1, per=10_000),
            EarningRule("drinks", "purchase", points=2, each="item", goods=DRINKS),
            EarningRule("monday", "purchase", multiplier=Fraction(2), when=MONDAYS),
            EarningRule("first", "first_purchase", bonus=50),
            EarningRule("xmas-gift", "purchase", bonus=9, campaign="xmas", when=OfAmount(300_000)),
            EarningRule("welcome", "enrolment", points=20),
        ),
    )


def test_there_is_a_basket_for_all_that_rules_name_and_no_two_are_alike() -> None:
    program = make_rich_program()
    baskets = sample_baskets([program], WEDNESDAY)
    assert [basket.basket_id for basket in baskets] == [
        "small",
        "usual",
        "large",
        "campaign:xmas",
        "tier:gold",
        "weekday:mon",
        "category:drinks",
        "category:tea",
        "rule:first",
        "rule:xmas-gift",
    ]
    assert len({basket.draft for basket in baskets}) == len(baskets)
    assert baskets == sample_baskets([program], WEDNESDAY)
    given = {
        share.rule_id
        for basket in baskets
        for share in price_purchase(program, basket.draft.purchase(program), facts=basket.draft.facts).explanation
        if share.points
    }
    assert given == {"base", "drinks", "monday", "first", "xmas-gift", "tier:gold"}


def test_what_a_usual_basket_earns_is_nothing_special() -> None:
    program = make_rich_program()
    usual = next(basket for basket in sample_baskets([program], date(2026, 11, 30)) if basket.basket_id == "usual")
    award = price_purchase(program, usual.draft.purchase(program), facts=usual.draft.facts)
    assert [(share.rule_id, share.points) for share in award.explanation] == [("base", 12)]


def test_baskets_are_priced_by_both_programs() -> None:
    before = make_program()
    after = make_program(earning=(replace(before.earning[0], per=5_000),))
    plans = {plan.basket.basket_id: plan for plan in compare(before, after, sample_baskets([after, before], WEDNESDAY))}
    assert list(plans) == ["small", "usual", "large", "weekday:mon"]
    monday = plans["weekday:mon"]
    assert monday.before is not None
    assert (monday.total.amount, monday.before.of("points"), monday.after.of("points")) == (62_500, 12, 12)
    assert (plans["usual"].points_difference, plans["usual"].worth_difference) == (6, 600)
    assert compare(replace(before, currency="USD"), after, [plans["usual"].basket])[0].before is None

"""The one order: eligibility, base, tier, multipliers, bonuses, caps, one rounding; and what each rule says of itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from msgspec.structs import replace

from factories import make_program, make_purchase
from quen.earning.model import Award, Purchase, PurchaseLine, Tender, price_purchase, skipped_rules
from quen.money import Money
from quen.program.model import (
    AllOf,
    AnyOf,
    AtStores,
    AtTimes,
    BasisPolicy,
    Campaign,
    Cap,
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
    Program,
    Tier,
    WithGoods,
)

SUNDAY_NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # 12:00 in Vietnam
COFFEE = Goods(categories=frozenset({"coffee"}))
CAKE = Goods(categories=frozenset({"cake"}))
BASE = EarningRule("base", "purchase", points=1, per=10_000)
TIERS = (Tier("member", {"en": "Member"}), Tier("gold", {"en": "Gold"}, Fraction("1.5")))


def with_rules(*rules: EarningRule, **changes: Any) -> Program:
    return replace(make_program(earning=rules), **changes)


def bill(*lines: tuple[str, int, int], total: int | None = None, **changes: Any) -> Purchase:
    """A purchase of lines (category, quantity, amount) on a Sunday noon."""
    made = tuple(
        PurchaseLine(f"L{number}", f"sku-{category}", quantity, Money(amount, "VND"), category)
        for number, (category, quantity, amount) in enumerate(lines)
    )
    whole = sum(amount for _, _, amount in lines) if total is None else total
    return replace(make_purchase(whole, at=SUNDAY_NOON), lines=made, **changes)


def given(award: Award) -> dict[str, int]:
    return {share.rule_id: share.points for share in award.explanation}


def test_the_tier_multiplies_the_base_and_multipliers_what_stands_then_and_bonuses_come_after() -> None:
    double = EarningRule("double", "purchase", multiplier=Fraction(2))
    bonus = EarningRule("bonus", "purchase", bonus=7)
    program = with_rules(BASE, double, bonus, tiers=TIERS)
    award = price_purchase(program, bill(("coffee", 1, 100_000)), facts=Facts(tier="gold"))
    assert given(award) == {"base": 10, "tier:gold": 5, "double": 15, "bonus": 7}
    assert award.points == 37


def test_the_first_tier_is_everybodys_and_an_unknown_one_counts_as_it() -> None:
    program = with_rules(BASE, tiers=TIERS)
    for tier in ("", "member", "platinum-of-old"):
        assert given(price_purchase(program, bill(("coffee", 1, 100_000)), facts=Facts(tier=tier))) == {"base": 10}


def test_two_multipliers_add_and_do_not_multiply_each_other() -> None:
    rules = (BASE, *(EarningRule(name, "purchase", multiplier=Fraction(2)) for name in ("monday", "tet")))
    assert price_purchase(with_rules(*rules), bill(("coffee", 1, 100_000))).points == 30


def test_everything_is_rounded_once_and_the_shares_say_what_they_were_before() -> None:
    double = EarningRule("half-more", "purchase", multiplier=Fraction("1.5"))
    award = price_purchase(with_rules(BASE, double), bill(("coffee", 1, 15_000)))
    assert award.points == 2  # 1.5 + 0.75
    assert {share.rule_id: share.exact for share in award.explanation} == {"base": "1.5", "half-more": "0.75"}


def test_a_share_that_no_decimal_ends_is_told_as_a_fraction() -> None:
    third = EarningRule("third", "purchase", points=1, per=3_000)
    [share] = price_purchase(with_rules(third), bill(("coffee", 1, 10_000))).explanation
    assert (share.points, share.exact) == (3, "10/3")


def test_a_rule_for_goods_counts_their_lines_only_and_a_multiplier_for_goods_multiplies_theirs() -> None:
    coffee = EarningRule("coffee", "purchase", points=2, per=10_000, goods=COFFEE)
    double = EarningRule("double-cake", "purchase", multiplier=Fraction(2), goods=CAKE)
    award = price_purchase(with_rules(BASE, coffee, double), bill(("coffee", 1, 30_000), ("cake", 1, 20_000)))
    assert given(award) == {"base": 5, "coffee": 6, "double-cake": 2}
    assert {share.rule_id: share.basis for share in award.explanation} == {
        "base": 50_000,
        "coffee": 30_000,
        "double-cake": 20_000,
    }


def test_a_rule_by_item_counts_pieces_and_one_by_purchase_the_purchase() -> None:
    by_item = EarningRule("by-item", "purchase", points=3, each="item", goods=COFFEE)
    by_purchase = EarningRule("by-purchase", "purchase", points=4, each="purchase")
    award = price_purchase(with_rules(by_item, by_purchase), bill(("coffee", 2, 60_000), ("cake", 5, 20_000)))
    assert given(award) == {"by-item": 6, "by-purchase": 4}


def test_of_rules_that_combine_as_best_each_line_goes_to_the_one_that_gives_most() -> None:
    plain = replace(BASE, id="plain", combine="best")
    rich = EarningRule("rich", "purchase", points=3, per=10_000, goods=COFFEE, combine="best")
    poor = EarningRule("poor", "purchase", points=1, per=50_000, combine="best")
    award = price_purchase(with_rules(plain, rich, poor), bill(("coffee", 1, 40_000), ("cake", 1, 50_000)))
    assert given(award) == {"plain": 5, "rich": 12}
    assert ("poor", "other_rule_gives_more") in award.skipped
    sold = bill(("coffee", 1, 40_000), ("cake", 1, 50_000))
    assert skipped_rules(with_rules(plain, rich, poor), sold) == award.skipped


def test_what_stacks_gives_whatever_the_best_rule_gives() -> None:
    rich = EarningRule("rich", "purchase", points=3, per=10_000, goods=COFFEE, combine="best")
    rival = replace(BASE, id="rival", combine="best")
    award = price_purchase(with_rules(BASE, rich, rival), bill(("coffee", 1, 40_000)))
    assert given(award) == {"base": 4, "rich": 12}


def test_a_visit_counts_once_a_day_and_store() -> None:
    visit = EarningRule("visit", "purchase", points=5, each="visit")
    program = with_rules(visit)
    first = price_purchase(program, bill(("coffee", 1, 1_000), store_id="d1"))
    assert (first.points, first.capped) == (5, {"visit~visit@d1": 5})
    again = price_purchase(program, bill(("coffee", 1, 1_000), store_id="d1"), rooms={"visit~visit@d1": 0})
    elsewhere = price_purchase(program, bill(("coffee", 1, 1_000), store_id="d3"), rooms={"visit~visit@d1": 0})
    assert (again.points, elsewhere.points) == (0, 5)


def test_the_first_purchase_has_its_bonus_once_and_no_multiplier_touches_it() -> None:
    first = EarningRule("first", "first_purchase", points=50)
    double = EarningRule("double", "purchase", multiplier=Fraction(2))
    program = with_rules(BASE, double, first)
    assert given(price_purchase(program, bill(("coffee", 1, 10_000)))) == {"base": 1, "double": 1, "first": 50}
    second = price_purchase(program, bill(("coffee", 1, 10_000)), facts=Facts(nth=2))
    assert second.skipped == (("first", "other_purchase_number"),)


@pytest.mark.parametrize(
    ("condition", "holds", "reason"),
    [
        (OnWeekdays(frozenset({6})), True, ""),
        (OnWeekdays(frozenset({0})), False, "other_weekday"),
        (AtTimes(11 * 60, 13 * 60), True, ""),
        (AtTimes(11 * 60, 12 * 60), False, "other_time"),
        (AtTimes(22 * 60, 12 * 60 + 1), True, ""),
        (AtTimes(22 * 60, 6 * 60), False, "other_time"),
        (OnDates(date(2026, 11, 22), date(2026, 11, 22)), True, ""),
        (OnDates(None, date(2026, 11, 21)), False, "other_date"),
        (OnDates(date(2026, 11, 23), None), False, "other_date"),
        (AtStores(frozenset({"d1"})), True, ""),
        (AtStores(frozenset({"d3"})), False, "other_store"),
        (OfAmount(at_least=100_000), True, ""),
        (OfAmount(at_least=100_001), False, "amount_too_small"),
        (OfAmount(at_most=99_999), False, "amount_too_large"),
        (WithGoods(CAKE), True, ""),
        (WithGoods(Goods(skus=frozenset({"sku-tea"}))), False, "other_goods"),
        (PaidWith(frozenset({"card"})), True, ""),
        (PaidWith(frozenset({"points"})), False, "other_tender"),
        (InTiers(frozenset({"gold"})), True, ""),
        (InTiers(frozenset({"member"})), False, "other_tier"),
        (InSegments(frozenset({"regulars", "lapsed"})), True, ""),
        (InSegments(frozenset({"lapsed"})), False, "other_segment"),
        (InBirthdayMonth(), True, ""),
        (NthPurchase(10), True, ""),
        (NthPurchase(5, is_every=True), True, ""),
        (NthPurchase(4, is_every=True), False, "other_purchase_number"),
        (AllOf((OnWeekdays(frozenset({6})), AtStores(frozenset({"d3"})))), False, "other_store"),
        (AnyOf((OnWeekdays(frozenset({0})), AtStores(frozenset({"d1"})))), True, ""),
        (AnyOf((OnWeekdays(frozenset({0})), AtStores(frozenset({"d3"})))), False, "none_of_these"),
        (AnyOf((OnWeekdays(frozenset({0})),)), False, "other_weekday"),
        (NotThis(OnWeekdays(frozenset({0}))), True, ""),
        (NotThis(OnWeekdays(frozenset({6}))), False, "ruled_out"),
    ],
)
def test_a_condition_holds_or_says_why_not(condition: Condition, holds: bool, reason: str) -> None:
    facts = Facts("gold", frozenset({"regulars"}), is_birthday_month=True, nth=10)
    purchase = bill(
        ("coffee", 1, 60_000),
        ("cake", 1, 40_000),
        store_id="d1",
        tenders=(Tender("card", Money(100_000, "VND")), Tender("points", Money(0, "VND"))),
    )
    award = price_purchase(with_rules(replace(BASE, when=condition), tiers=TIERS[:1]), purchase, facts=facts)
    assert (award.points > 0, "".join(skipped.reason for skipped in award.skipped)) == (holds, reason)


def test_a_condition_goes_by_the_local_time_of_the_purchase() -> None:
    late = replace(BASE, when=OnWeekdays(frozenset({0})))
    at = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)  # 00:00 on Monday in Vietnam
    assert price_purchase(with_rules(late), make_purchase(10_000, at=at)).points == 1


@pytest.mark.parametrize(
    ("policy", "amount", "parts"),
    [
        (BasisPolicy(), 80_000, {"total": 100_000, "tenders": -20_000}),
        (BasisPolicy(without_tenders=frozenset()), 100_000, {"total": 100_000}),
        (BasisPolicy(with_tax=False), 72_000, {"total": 100_000, "tenders": -20_000, "tax": -8_000}),
        (BasisPolicy(with_delivery=True), 95_000, {"total": 100_000, "tenders": -20_000, "delivery": 15_000}),
        (BasisPolicy(without_goods=CAKE), 48_000, {"total": 100_000, "tenders": -20_000, "goods": -32_000}),
    ],
)
def test_what_of_a_bill_earns_is_a_setting_and_stands_with_the_award(
    policy: BasisPolicy, amount: int, parts: dict[str, int]
) -> None:
    purchase = bill(
        ("coffee", 1, 60_000),
        ("cake", 1, 40_000),
        tax=Money(10_000, "VND"),
        delivery_fee=Money(15_000, "VND"),
        tenders=(Tender("points", Money(20_000, "VND")), Tender("cash", Money(80_000, "VND"))),
    )
    award = price_purchase(with_rules(replace(BASE, per=1), basis=policy), purchase)
    assert (award.points, award.basis) == (amount, parts)


def test_a_discount_that_lines_do_not_tell_is_taken_off_them_in_proportion() -> None:
    coffee = EarningRule("coffee", "purchase", points=1, per=1, goods=COFFEE)
    purchase = bill(("coffee", 1, 75_000), ("cake", 1, 25_000), total=80_000)
    assert price_purchase(with_rules(coffee), purchase).points == 60_000


def test_a_cap_cuts_and_a_rejecting_one_gives_nothing() -> None:
    for per in ("purchase", "day", "week", "month", "year", "ever"):
        cut = replace(BASE, caps=(Cap(3, per),))
        rejected = replace(BASE, caps=(Cap(3, per, "reject"),))
        assert price_purchase(with_rules(cut), bill(("coffee", 1, 40_000))).points == 3
        assert price_purchase(with_rules(rejected), bill(("coffee", 1, 40_000))).points == 0
        assert price_purchase(with_rules(rejected), bill(("coffee", 1, 30_000))).points == 3


def test_of_several_caps_the_one_with_least_room_counts() -> None:
    capped = replace(BASE, caps=(Cap(5, "day"), Cap(20, "month")))
    award = price_purchase(with_rules(capped), bill(("coffee", 1, 90_000)), rooms={"base": 5, "base~month": 2})
    assert (award.points, award.capped) == (2, {"base": 2, "base~month": 2})


def test_what_a_limit_cuts_from_a_base_rule_is_not_multiplied() -> None:
    double = EarningRule("double", "purchase", multiplier=Fraction(2))
    for cap in (Cap(4, "purchase"), Cap(4, "day")):
        program = with_rules(replace(BASE, caps=(cap,)), double, tiers=TIERS)
        award = price_purchase(program, bill(("coffee", 1, 100_000)), facts=Facts(tier="gold"))
        assert given(award) == {"base": 4, "double": 6, "tier:gold": 2}
    rejecting = with_rules(replace(BASE, caps=(Cap(4, "day", "reject"),)), double)
    assert price_purchase(rejecting, bill(("coffee", 1, 100_000))).points == 0


def test_a_budget_that_is_used_up_pays_nothing_by_way_of_a_tier() -> None:
    tet = Campaign("tet", {"en": "Tet"}, budget=10)
    program = with_rules(replace(BASE, campaign="tet"), campaigns=(tet,), tiers=TIERS)
    gold = Facts(tier="gold")
    assert given(price_purchase(program, bill(("coffee", 1, 200_000)), facts=gold)) == {"base": 10, "tier:gold": 5}
    assert price_purchase(program, bill(("coffee", 1, 200_000)), facts=gold, rooms={"@tet": 0}).points == 0


def test_a_multiplier_of_goods_multiplies_what_a_cap_has_left_of_their_lines() -> None:
    capped = replace(BASE, caps=(Cap(5, "day"),))
    double = EarningRule("double-cake", "purchase", multiplier=Fraction(2), goods=CAKE)
    award = price_purchase(with_rules(capped, double), bill(("coffee", 1, 60_000), ("cake", 1, 40_000)))
    assert given(award) == {"base": 5, "double-cake": 2}


def test_what_limits_all_rules_is_taken_from_the_last_ones() -> None:
    bonus = EarningRule("bonus", "purchase", bonus=10)
    program = with_rules(BASE, bonus, caps=(Cap(12, "day"), Cap(15, "purchase")))
    award = price_purchase(program, bill(("coffee", 1, 90_000)))
    assert (given(award), award.capped) == ({"base": 9, "bonus": 3}, {"*~day": 12})


def test_a_campaign_runs_in_its_window_within_its_budget_and_its_caps() -> None:
    double = EarningRule("double", "purchase", multiplier=Fraction(2), campaign="tet")
    tet = Campaign("tet", {"en": "Tet"}, date(2026, 11, 1), date(2026, 11, 30), budget=1_000, caps=(Cap(20, "day"),))
    program = with_rules(BASE, double, campaigns=(tet,))
    award = price_purchase(program, bill(("coffee", 1, 500_000)))
    assert (given(award), award.capped) == ({"base": 50, "double": 20}, {"@tet~day": 20, "@tet": 20})
    assert given(price_purchase(program, bill(("coffee", 1, 500_000)), rooms={"@tet": 3})) == {"base": 50, "double": 3}
    over = replace(program, campaigns=(replace(tet, last=date(2026, 11, 21)),))
    assert price_purchase(over, bill(("coffee", 1, 500_000))).skipped == (("double", "campaign_not_running"),)


def test_a_bill_of_nothing_earns_nothing_whatever_the_rules() -> None:
    rules = (
        BASE,
        EarningRule("bonus", "purchase", bonus=5),
        EarningRule("each", "purchase", points=2, each="purchase"),
    )
    assert price_purchase(with_rules(*rules), bill(("coffee", 1, 0))).points == 0

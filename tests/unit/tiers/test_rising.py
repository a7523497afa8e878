"""A tier is reached at once, in the entry of whatever raises the figures, by the rules of the program in force."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from factories import make_event
from quen.ledger.model import (
    Adjust,
    OpenBalance,
    RecordEvent,
    Reserve,
    decide,
    raised,
)
from quen.program.model import Criteria, EarningRule
from quen.tiers.model import Standing
from unit.tiers.levels import GOLD, MEMBER, Life, level, levelled, visits


def test_a_tier_is_reached_in_the_entry_of_the_purchase_that_reaches_it() -> None:
    life = Life()
    first, second = life.come("2026-03-10"), life.come("2026-05-20")
    assert (first.standing, first.kind, second.kind) == (None, "earn", "earn")
    assert second.standing is not None
    assert second.standing == (
        "upgraded",
        Standing("silver", "2026-05-20", "2026-12-31", "2027-01-01"),
        "",
        {"visits": 2},
        "2026-01",
        1,
    )
    assert life.account.standing == second.standing.after


def test_the_highest_tier_that_is_reached_is_taken_whatever_lies_between() -> None:
    life = Life(levelled(MEMBER, level("silver", visits(2)), level("gold", Criteria({"spend": 1_000_000}))))
    life.come("2026-03-10", amount=1_500_000)
    assert (life.tier, life.causes) == ("gold", ["upgraded"])


def test_a_purchase_is_priced_with_the_tier_before_it() -> None:
    from fractions import Fraction

    double = replace(GOLD, multiplier=Fraction(2), reach=visits(1))
    life = Life(levelled(MEMBER, double))
    rules = [[share.rule_id for share in life.come("2026-03-10").shares] for _ in range(2)]
    assert rules == [["base", "status"], ["base", "status", "tier:gold"]]


@pytest.mark.parametrize(
    ("reach", "is_reached"),
    [
        (Criteria({"visits": 2, "spend": 200_000}), True),
        (Criteria({"visits": 2, "spend": 200_001}), False),
        (Criteria({"qualifying": 20, "purchases": 2}), True),
        (Criteria({"qualifying": 21}), False),
        (Criteria({}, any_of=(visits(9), Criteria({"spend": 200_000}))), True),
        (Criteria({"visits": 3}, any_of=(Criteria({"spend": 200_000}),)), False),
        (Criteria({}, all_of=(visits(2), Criteria({}, any_of=(visits(9), Criteria({"qualifying": 20}))))), True),
        (Criteria({}, all_of=(visits(2), Criteria({}, any_of=(visits(9), Criteria({"qualifying": 21}))))), False),
    ],
)
def test_all_that_is_asked_must_be_there_and_one_of_the_alternatives(reach: Criteria, is_reached: bool) -> None:
    life = Life(levelled(MEMBER, level("gold", reach)))
    life.come("2026-03-10", 2)
    assert (life.tier == "gold") == is_reached


def test_only_what_was_bought_in_the_period_counts() -> None:
    life = Life()
    life.come("2026-12-31")
    life.come("2027-01-01")
    assert life.tier == ""
    life.come("2027-01-02")
    assert life.tier == "silver"


def test_an_event_that_gives_qualifying_points_raises_the_tier_too() -> None:
    program = levelled(MEMBER, level("gold", Criteria({"qualifying": 50})))
    review = EarningRule("review", "review", points=60, wallet="qualifying")
    life = Life(replace(program, earning=(*program.earning, review)))
    life.on("2026-03-10")
    life.till.do(RecordEvent("ptn", make_event("review", at=life.till.now)))
    assert (life.tier, life.till.entries[-1].kind) == ("gold", "bonus")


@pytest.mark.parametrize(("month", "tier"), [("2026-01", "gold"), ("2025-12", "gold"), ("2024-12", "")])
def test_a_balance_of_an_older_system_counts_for_its_months_those_of_the_last_period_too(month: str, tier: str) -> None:
    life = Life(levelled(MEMBER, level("gold", Criteria({"qualifying": 50}))))
    life.on("2026-03-10")
    life.till.do(OpenBalance("imp", {}, {f"qualifying/{month}": 50}))
    assert life.tier == tier


def test_spending_points_lowers_nothing_and_adjusting_them_raises_nothing() -> None:
    life = Life(levelled(MEMBER, level("gold", Criteria({"qualifying": 100}))))
    life.come("2026-03-10", amount=1_000_000)
    before = life.account.standing
    life.till.do(Reserve("red", 50, life.till.now.replace(year=2027)))
    life.till.do(Adjust("adj", 1_000, "goodwill"))
    assert (life.tier, life.account.standing) == ("gold", before)


def test_goods_that_come_back_lower_the_figures_and_never_the_tier_before_the_review() -> None:
    life = Life()
    life.come("2026-03-10", 2)
    life.till.bring_back(100_000, "B-1")
    assert (life.account.habits, life.tier) == ({"2026-03": [1, 100_000, 1]}, "silver")
    life.on("2027-01-01")
    assert (life.tier, life.causes) == ("", ["upgraded", "downgraded"])


def test_a_late_receipt_counts_for_the_period_that_was_closed_last_and_lifts_to_the_end_of_the_current_one() -> None:
    life = Life()
    life.come("2026-12-20")
    entry = life.hand_in("2026-12-28", "2027-02-01")
    assert entry.standing is not None
    assert (entry.standing.period, entry.standing.figures) == ("2026-01", {"visits": 2})
    assert life.account.standing == Standing("silver", "2027-02-01", "2027-12-31", "2028-01-01")


def test_a_receipt_of_today_lifts_nobody_by_the_figures_of_a_period_that_is_closed() -> None:
    life = Life(levelled(MEMBER))
    life.come("2026-12-20", 2)
    life.change(levelled())
    life.come("2027-02-01")
    assert life.tier == ""


def test_the_program_in_force_says_which_tiers_there_are_not_that_of_the_purchase() -> None:
    life = Life()
    life.come("2026-03-10")
    bought = life.till
    purchase = levelled(MEMBER, level("silver", visits(99)))
    from factories import make_purchase
    from quen.ledger.model import RecordPurchase

    command = RecordPurchase("ptn", make_purchase(100_000, purchase_id="B-9", at=bought.now, store="S-9"))
    [entry] = decide(life.account, command, replace(purchase, version=7), bought.now, levelled())
    assert (
        entry.program_version,
        entry.standing and entry.standing.after.tier,
        entry.standing and entry.standing.rules,
    ) == (7, "silver", 1)


def test_what_raises_figures_in_another_way_goes_through_the_same_door() -> None:
    life = Life()
    life.come("2026-03-10")
    [entry] = decide(life.account, Adjust("adj", 5, "goodwill"), life.program, life.till.now)
    with_more = raised(life.account, replace(entry, habits={"2026-02": [3, 0, 3]}), life.program)
    assert with_more.standing is not None
    assert (with_more.standing.after.tier, with_more.hash) == ("gold", with_more.hash)
    assert raised(life.account, entry, life.program) is entry

"""A tier is lost only at a review, when its period is over, and by who was told."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from quen.ledger.model import (
    next_review_on,
    tier_of,
)
from quen.people import Person
from quen.program.model import Criteria
from quen.tiers.model import NO_STANDING, Standing
from quen.tiers.views import tier_change_view
from unit.tiers.levels import DIAMOND, GOLD, MEMBER, SILVER, Life, level, levelled, visits


def born(joined_on: str) -> Person:
    return Person(None, None, frozenset(), frozenset(), date.fromisoformat(joined_on))


def test_who_has_met_again_what_keeps_the_tier_keeps_it_to_the_end_of_the_next_period() -> None:
    life = Life()
    life.come("2026-05-20", 2)
    life.on("2027-01-01")
    assert life.account.standing == Standing("silver", "2026-05-20", "2027-12-31", "2028-01-01")
    [entry] = [entry for entry in life.till.entries if entry.kind == "review"]
    assert entry.occurred_at.isoformat() == "2026-12-31T17:00:00+00:00"
    assert tier_change_view(entry) == {
        "cause": "prolonged",
        "from": "silver",
        "to": "silver",
        "until": "2027-12-31",
        "figures": {"visits": 2},
        "period": "2026-01",
        "rule_version": 1,
    }


def test_what_keeps_a_tier_may_be_less_than_what_reaches_it() -> None:
    life = Life(levelled(MEMBER, level("gold", visits(4), keep=visits(1))))
    life.come("2026-05-20", 4)
    life.come("2027-05-20")
    life.on("2028-01-01")
    assert (life.tier, life.causes) == ("gold", ["upgraded", "prolonged", "prolonged"])
    life.on("2029-01-01")
    assert life.tier == ""


def test_the_member_is_told_so_many_days_before_the_end_and_then_goes_down() -> None:
    life = Life(levelled(notice_days=30))
    life.come("2026-05-20", 2)
    life.on("2027-11-30")
    assert life.causes == ["upgraded", "on_track", "prolonged"]
    life.on("2027-12-01")
    assert life.causes == ["upgraded", "on_track", "prolonged", "noticed"]
    assert life.account.standing == Standing("silver", "2026-05-20", "2027-12-31", "2028-01-01", "noticed")
    life.on("2028-01-01")
    assert (life.causes[-1], life.account.standing) == ("downgraded", NO_STANDING)


def test_who_buys_after_the_notice_keeps_the_tier() -> None:
    life = Life(levelled(notice_days=30))
    life.come("2026-05-20", 2)
    life.on("2027-12-05").come("2027-12-20", 2)
    life.on("2028-01-01")
    assert (life.causes[-2:], life.tier) == (["noticed", "prolonged"], "silver")


def test_who_was_never_told_has_the_days_of_the_notice_as_grace() -> None:
    life = Life(levelled(notice_days=30))
    life.come("2026-12-31", 2)  # nobody is told before the day after
    life.till.bring_back(100_000, "B-1")
    life.on("2027-01-01")
    assert life.account.standing == Standing("silver", "2026-12-31", "2027-01-30", "2027-01-31", "grace", "2026-12-31")
    life.on("2027-01-31")
    assert (life.tier, life.causes) == ("", ["upgraded", "grace", "downgraded"])


def test_who_was_on_track_and_brought_goods_back_was_never_told() -> None:
    life = Life(levelled(notice_days=30, grace_days=45))
    life.come("2026-05-20", 2)
    life.on("2026-12-10").till.bring_back(100_000, "B-1")
    life.on("2027-01-01")
    assert (life.causes, life.account.standing.until) == (["upgraded", "on_track", "grace"], "2027-02-14")


@pytest.mark.parametrize(("grace", "until"), [(10, "2028-01-10"), (60, "2028-02-29")])
def test_a_tier_that_was_not_kept_lives_on_for_its_grace(grace: int, until: str) -> None:
    life = Life(levelled(notice_days=30, grace_days=grace))
    life.come("2026-05-20", 2)
    life.on("2028-01-01")
    assert (life.causes[-2:], life.account.standing.until) == (["noticed", "grace"], until)
    assert tier_of(life.account, life.program, date.fromisoformat(until)) == "silver"


def test_what_is_bought_in_the_grace_counts_with_what_was_bought_in_the_period() -> None:
    life = Life(levelled(notice_days=30, grace_days=10))
    life.come("2026-05-20", 2)
    life.come("2027-07-01")
    entry = life.come("2028-01-10")
    assert entry.standing is not None
    assert (entry.standing.cause, entry.standing.figures, entry.standing.period) == (
        "prolonged",
        {"visits": 2},
        "2027-01",
    )
    assert life.account.standing == Standing("silver", "2026-05-20", "2028-12-31", "2028-12-01")


def test_in_the_grace_a_higher_tier_is_reached_as_ever() -> None:
    life = Life(levelled(grace_days=10))
    life.come("2026-05-20", 2)
    life.come("2028-01-05", 4)
    assert (life.causes[-2:], life.tier) == (["prolonged", "upgraded"], "gold")


def test_after_the_grace_it_is_too_late() -> None:
    life = Life(levelled(grace_days=10))
    life.come("2026-05-20", 2)
    life.come("2027-07-01")
    life.come("2028-01-11")
    assert (life.causes, life.tier) == (["upgraded", "prolonged", "grace", "downgraded"], "")


@pytest.mark.parametrize(
    ("down", "again", "tiers"),
    [
        ("one_level", 0, ["diamond", "gold", "silver", ""]),
        ("one_level", 2, ["diamond", "gold", "silver", ""]),
        ("to_earned", 0, ["diamond", ""]),
        ("to_earned", 2, ["diamond", "silver", ""]),
        ("one_level", 4, ["diamond", "gold", "silver", ""]),
    ],
)
def test_a_member_goes_down_one_level_or_to_what_they_have_earned(down: str, again: int, tiers: list[str]) -> None:
    life = Life(levelled(down=down))
    life.come("2026-05-20", 8)
    if again:
        life.come("2027-05-20", again)
    seen = [life.on(f"{year}-01-01").tier for year in range(2028, 2034)]
    assert list(dict.fromkeys(["diamond", *seen])) == tiers


def test_nobody_goes_lower_than_what_they_have_earned() -> None:
    life = Life(levelled(MEMBER, level("silver", visits(2), keep=visits(9)), replace(GOLD), DIAMOND))
    life.come("2026-05-20", 8)
    life.come("2027-05-20", 5)
    assert life.on("2028-01-01").tier == "gold"


def test_nobody_goes_down_to_a_tier_that_staff_alone_give_or_that_is_retired() -> None:
    life = Life(levelled(MEMBER, SILVER, level("staff"), level("old", visits(3), is_retired=True), GOLD))
    life.come("2026-05-20", 4)
    assert life.on("2028-01-01").tier == "silver"


def test_at_the_end_of_a_period_a_tier_that_its_figures_reach_meanwhile_is_taken() -> None:
    life = Life()
    life.come("2026-05-20", 3)
    life.change(levelled(MEMBER, SILVER, level("gold", visits(3))))
    assert (life.tier, life.on("2027-01-01").tier, life.causes[-1]) == ("silver", "gold", "upgraded")


def test_a_tier_for_life_is_never_reviewed() -> None:
    life = Life(levelled(period="lifetime"))
    life.come("2026-05-20", 3)
    life.come("2029-05-20")
    assert (life.account.standing, next_review_on(life.account)) == (Standing("gold", "2029-05-20"), "never")
    assert life.on("2050-01-01").tier == "gold"


def test_what_was_bought_long_ago_counts_for_ever_where_periods_are_for_life() -> None:
    life = Life(levelled(MEMBER, level("gold", Criteria({"qualifying": 60, "visits": 6})), period="lifetime"))
    for year in range(2026, 2032):
        life.come(f"{year}-05-20")
    assert "earlier" in life.account.habits
    assert (life.tier, life.changes[-1].figures) == ("gold", {"qualifying": 60, "visits": 6})


def test_in_a_rolling_period_a_tier_lives_so_many_months_and_is_reviewed_on_those_before_its_end() -> None:
    life = Life(levelled(period="rolling", months=6))
    life.come("2026-02-28")
    life.come("2026-08-31")  # six months later
    assert life.account.standing == Standing("silver", "2026-08-31", "2027-02-28", "2027-03-01")
    life.come("2027-02-01")
    assert life.on("2027-03-01").account.standing == Standing("silver", "2026-08-31", "2027-08-31", "2027-09-01")
    assert life.on("2027-09-01").tier == ""


def test_in_a_rolling_period_what_is_older_than_its_months_counts_no_more() -> None:
    life = Life(levelled(period="rolling", months=6))
    life.come("2026-02-28")
    life.come("2026-09-01")
    assert life.tier == ""


def test_a_member_s_own_year_is_known_from_the_first_purchase_on_which_the_profile_was_read() -> None:
    life = Life(levelled(period="anniversary"))
    assert life.program.asks_person
    first = life.buys_as(born("2026-03-15"), "2026-03-20")
    second = life.buys_as(born("2026-03-15"), "2026-03-21")
    assert (first.seen["joined"], "joined" in second.seen) == ("2026-03-15", False)
    assert life.account.joined_on == date(2026, 3, 15)
    assert life.account.standing == Standing("silver", "2026-03-21", "2027-03-31", "2027-04-01")
    assert life.account.first_bought_on == date(2026, 3, 20)
    assert life.account == life.rebuilt()


def test_until_the_day_of_joining_is_known_the_calendar_year_stands_in_and_an_earlier_day_stays() -> None:
    life = Life(levelled(period="anniversary"))
    life.buys_as(None, "2026-03-20")
    life.buys_as(None, "2026-03-21")
    assert life.account.standing.until == "2026-12-31"
    life.buys_as(born("2026-03-15"), "2026-04-01")
    assert (life.account.joined_on, life.account.standing.until) == (date(2026, 3, 15), "2026-12-31")
    life.buys_as(born("2026-04-15"), "2026-04-16")
    assert (life.account.joined_on, life.account.standing.until) == (date(2026, 3, 15), "2027-03-31")


def test_only_a_program_whose_tiers_ask_reads_the_profile_for_them() -> None:
    assert not levelled().asks_person
    assert not levelled(MEMBER, level("gold"), period="anniversary").asks_person

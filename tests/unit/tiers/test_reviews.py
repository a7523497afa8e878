"""A tier is reached at once and lost only at a review, when its period is over, and by who was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from factories import make_event
from quen.errors import ValidationFailedError
from quen.ledger.items import account_item, read_account
from quen.ledger.model import (
    Account,
    Adjust,
    BringUpToDate,
    OpenBalance,
    RecordEvent,
    Reserve,
    SetTier,
    decide,
    next_due_on,
    next_review_on,
    own_entry,
    parse_entry,
    raised,
    sealed_form,
    tier_of,
    verify,
)
from quen.ledger.ports import Change
from quen.people import Person
from quen.program.model import Criteria, EarningRule, TierPolicy
from quen.tiers.model import NO_STANDING, Standing
from quen.tiers.views import tier_change_view
from unit.tiers.levels import DIAMOND, GOLD, LEVELS, MEMBER, SILVER, STATUS, Life, level, levelled, visits


def born(joined_on: str) -> Person:
    return Person(None, None, frozenset(), frozenset(), date.fromisoformat(joined_on))


# Up at once


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


# Reviews


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


# Rolling periods, and members' own years


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


# Changes of the program


@pytest.mark.parametrize(
    "changed",
    [
        levelled(MEMBER, level("silver", visits(90)), level("gold", visits(99))),
        levelled(MEMBER, SILVER, level("gold", visits(4), is_retired=True)),
        levelled(MEMBER, SILVER, level("gold")),
        levelled(period="rolling", months=1),
        levelled(period="program_year", starts_month=7),
        levelled(period="anniversary"),
        levelled(down="to_earned"),
        levelled(MEMBER, SILVER, level("platinum", visits(3)), GOLD),
    ],
)
def test_no_change_of_tiers_or_periods_takes_a_tier_away_before_the_end_of_the_member_s_period(changed: object) -> None:
    life = Life()
    life.come("2026-05-20", 4)
    before = life.account.standing
    life.change(changed)  # type: ignore[arg-type]
    for day in ("2026-05-21", "2026-07-01", "2026-12-31"):
        life.come(day)
        assert tier_of(life.account, life.program, date.fromisoformat(day)) == "gold"
        assert life.account.standing == before
    life.on("2027-01-01")
    assert life.causes[2:] in (["downgraded"], ["prolonged"])


def test_a_tier_that_is_retired_is_reached_no_more_and_lost_with_notice_at_the_end() -> None:
    life, other = Life(levelled(notice_days=30)), Life(levelled(notice_days=30))
    life.come("2026-05-20", 4)
    retired = levelled(MEMBER, SILVER, replace(GOLD, is_retired=True), notice_days=30)
    life.change(retired).come("2026-12-01", 4)
    assert life.on("2027-01-01").tier == "silver"
    assert life.causes == ["upgraded", "upgraded", "noticed", "downgraded"]
    other.change(retired).come("2026-06-01", 4)
    assert other.tier == "silver"


def test_a_tier_that_is_no_more_ranks_as_everybody_s_and_is_cleared_at_its_end_without_a_word() -> None:
    life = Life(levelled(notice_days=30, grace_days=10))
    life.come("2026-05-20", 4)
    life.change(levelled(MEMBER, level("bronze", visits(99)), notice_days=30, grace_days=10))
    assert tier_of(life.account, life.program, date(2026, 6, 1)) == "member"
    assert life.on("2027-01-01").account.standing == NO_STANDING
    assert life.causes == ["upgraded", "upgraded", "on_track", "downgraded"]


def test_who_had_a_tier_that_is_no_more_reaches_another_one_at_once() -> None:
    life = Life()
    life.come("2026-05-20", 4)
    life.change(levelled(MEMBER, level("bronze", visits(5)))).come("2026-06-01")
    assert (life.tier, life.changes[-1].before) == ("bronze", "gold")


def test_a_program_that_comes_to_tiers_for_life_takes_none_away() -> None:
    life = Life()
    life.come("2026-05-20", 4)
    life.change(levelled(period="lifetime")).on("2028-01-01")
    assert life.account.standing == Standing("gold", "2026-05-20")


# What staff set


def test_a_tier_that_staff_set_ends_with_an_entry_that_says_so() -> None:
    life = Life()
    life.come("2026-05-20", 2)
    life.till.do(SetTier("gold", date(2026, 6, 30), "goodwill"))
    assert (next_review_on(life.account), tier_of(life.account, life.program, date(2026, 6, 30))) == (
        "2026-07-01",
        "gold",
    )
    life.on("2026-07-01")
    entry = life.till.entries[-1]
    assert (entry.kind, entry.occurred_at.isoformat(), life.account.tier) == ("review", "2026-06-30T17:00:00+00:00", "")
    told = tier_change_view(entry)
    assert told is not None
    assert (told["cause"], told["from"], told["to"]) == ("ended", "gold", "silver")
    assert life.tier == "silver"


def test_staff_set_no_tier_below_what_was_earned_and_take_away_only_what_they_gave() -> None:
    life = Life()
    life.come("2026-05-20", 4)
    for tier in ("member", "silver"):
        with pytest.raises(ValidationFailedError) as refused:
            life.till.do(SetTier(tier, None, "goodwill"))
        assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/tier", "lower_than_earned")]
    life.till.do(SetTier("diamond", None, "goodwill"))
    life.till.do(SetTier("", None, "mistake"))
    assert tier_of(life.account, life.program, date(2026, 5, 21)) == "gold"


def test_staff_give_nobody_a_tier_that_is_retired() -> None:
    life = Life(levelled(MEMBER, SILVER, level("gold", is_retired=True)))
    with pytest.raises(ValidationFailedError) as refused:
        life.till.do(SetTier("gold", None, "goodwill"))
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/tier", "retired_tier")]


def test_what_staff_set_is_shown_as_a_change_that_no_rule_decided() -> None:
    life = Life()
    entry = own_entry(life.till.do(SetTier("gold", date(2026, 6, 30), "goodwill")))
    told = tier_change_view(entry)
    assert told is not None
    assert (told["cause"], told["to"], told["until"], told["rule_version"]) == ("set", "gold", "2026-06-30", None)


# When it falls due, and what is kept


def test_a_review_is_found_by_its_own_day_and_not_among_what_else_falls_due() -> None:
    life = Life(levelled(notice_days=30))
    assert next_review_on(life.account) == ""
    life.come("2026-05-20", 2)
    due = next_due_on(life.account, life.program.time_zone)
    assert (next_review_on(life.account), due) == ("2026-12-01", date(2027, 6, 1))
    life.till.do(SetTier("gold", date(2026, 7, 31), "goodwill"))
    assert next_review_on(life.account) == "2026-08-01"
    life.till.do(SetTier("gold", None, "goodwill"))
    assert next_review_on(replace(life.account, standing=NO_STANDING)) == "never"


@pytest.mark.parametrize("policy", [TierPolicy(), TierPolicy("rolling", months=1), TierPolicy(grace_days=60)], ids=str)
def test_time_in_one_step_is_time_in_many(policy: TierPolicy) -> None:
    at_once, by_and_by = Life(replace(levelled(), tiering=policy)), Life(replace(levelled(), tiering=policy))
    for life in (at_once, by_and_by):
        life.come("2026-05-20", 8)
    for number in range(1, 60):
        by_and_by.on(f"{2026 + number // 12}-{number % 12 + 1:02d}-17")
    at_once.till.now = by_and_by.till.now
    at_once.till.keep_up()
    steps = [
        [(entry.kind, entry.occurred_at, entry.standing) for entry in life.till.entries]
        for life in (at_once, by_and_by)
    ]
    assert steps[0] == steps[1]
    assert at_once.account.standing == by_and_by.account.standing


def test_a_night_s_work_finds_what_a_command_would_have() -> None:
    life = Life()
    life.come("2026-05-20", 2)
    now = life.till.now.replace(year=2028)
    [prolonged, down, *_] = [
        entry for entry in decide(life.account, BringUpToDate(now), life.program, now) if entry.kind == "review"
    ]
    assert [entry.standing and entry.standing.cause for entry in (prolonged, down)] == ["prolonged", "downgraded"]


def test_what_is_kept_reads_back_is_verified_and_says_nothing_where_there_is_no_tier() -> None:
    life = Life(levelled(notice_days=30, grace_days=10))
    assert "standing" not in str(account_item(Change(life.account, life.account, [], life.program)).state)
    life.come("2026-05-20", 2)
    life.on("2028-01-05")
    kept = [sealed_form(entry) for entry in life.till.entries]
    assert [parse_entry(*sealed) for sealed in kept] == life.till.entries
    assert verify(life.account, kept) is None
    assert life.account.standing.step == "grace"
    assert read_account("mem", account_item(Change(life.account, life.account, [], life.program))) == life.account


def test_a_program_without_criteria_gives_nobody_a_tier() -> None:
    life = Life(levelled(*(replace(tier, reach=None) for tier in LEVELS)))
    life.come("2026-05-20", 9)
    assert (life.account.standing, STATUS.wallet, Account("mem").standing) == (NO_STANDING, "qualifying", NO_STANDING)

"""No change of the program takes a tier away before its time, staff set what they say, and all is found, kept and read back."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from quen.errors import ValidationFailedError
from quen.ledger.items import account_item, read_account
from quen.ledger.model import (
    Account,
    BringUpToDate,
    SetTier,
    decide,
    next_due_on,
    next_review_on,
    own_entry,
    parse_entry,
    sealed_form,
    tier_of,
    verify,
)
from quen.ledger.ports import Change
from quen.program.model import TierPolicy
from quen.tiers.model import NO_STANDING, Standing
from quen.tiers.views import tier_change_view
from unit.tiers.levels import GOLD, LEVELS, MEMBER, SILVER, STATUS, Life, level, levelled, visits


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


def test_a_review_is_found_by_its_own_day_and_not_among_what_else_falls_due() -> None:
    life = Life(levelled(notice_days=30))
    assert next_review_on(life.account) == ""
    life.come("2026-05-20", 2)
    due = next_due_on(life.account, life.program)
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

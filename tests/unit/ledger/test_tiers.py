"""A tier that staff set counts from the day to the end of its last one; of two members who become one the survivor's stays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from factories import NOON, make_program
from quen.errors import MemberNotActiveError, ValidationFailedError
from quen.events.model import events_of
from quen.ledger.items import account_item, read_account
from quen.ledger.model import (
    Account,
    Entry,
    SetState,
    SetTier,
    TierMark,
    account_as_of,
    behaviour_of,
    decide,
    own_entry,
    parse_entry,
    sealed_form,
    verify,
)
from quen.ledger.ports import Change
from quen.ledger.views import account_view
from quen.program.model import Tier
from till import Till, merge, undo

TODAY = date(2026, 11, 22)
END = date(2026, 12, 31)


LEVELS = tuple(Tier(name, {"vi": f"Hạng {name}", "en": name.title()}) for name in ("member", "silver", "gold"))


def make_till(member_id: str = "mem") -> Till:
    return Till(make_program(tiers=LEVELS), Account(member_id))


def set_tier(till: Till, tier: str, until: date | None = None) -> Entry:
    return own_entry(till.do(SetTier(tier, until, "goodwill")))


def test_a_tier_counts_to_the_end_of_its_last_day() -> None:
    till = make_till()
    set_tier(till, "gold", END)
    assert till.account.tier_mark == TierMark("gold", "2026-11-22", "2026-12-31")
    days = [TODAY, END, END + timedelta(days=1)]
    assert [till.account.tier_on(day) for day in days] == ["gold", "gold", ""]
    assert [behaviour_of(till.account, till.program, day).tier for day in days] == ["gold", "gold", "member"]


def test_a_tier_without_a_last_day_is_for_good_until_another_is_set() -> None:
    till = make_till()
    set_tier(till, "gold")
    assert till.account.tier_on(date(2099, 1, 1)) == "gold"
    till.now += timedelta(days=3)
    set_tier(till, "silver")
    assert till.account.tier_mark == TierMark("silver", "2026-11-25", "")
    set_tier(till, "")
    assert till.account.tier_mark == TierMark()


@pytest.mark.parametrize(
    ("tier", "until", "pointer", "code"),
    [
        ("platinum", None, "/tier", "unknown_tier"),
        ("gold", TODAY - timedelta(days=1), "/until", "out_of_range"),
        ("", END, "/until", "not_allowed"),
    ],
)
def test_what_is_no_tier_or_no_last_day_is_refused(tier: str, until: date | None, pointer: str, code: str) -> None:
    with pytest.raises(ValidationFailedError) as refused:
        set_tier(make_till(), tier, until)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [(pointer, code)]


def test_a_program_without_tiers_knows_none() -> None:
    with pytest.raises(ValidationFailedError):
        decide(Account("mem"), SetTier("gold", None, "goodwill"), make_program(), NOON)


def test_a_closed_account_gets_no_tier_and_a_blocked_one_does() -> None:
    till = make_till()
    till.do(SetState("blocked", "blocked"))
    set_tier(till, "gold")
    till.do(SetState("closed", "closed"))
    with pytest.raises(MemberNotActiveError):
        set_tier(till, "silver")


def test_it_is_shown_as_long_as_it_counts_and_then_everybody_s_again() -> None:
    till = make_till()
    everybodys = {"id": "member", "name": "Hạng member", "since": None, "until": None, "progress": None}
    assert account_view(till.account, till.program, till.now)["tier"] == everybodys
    set_tier(till, "gold", END)
    shown = {"id": "gold", "name": "Hạng gold", "since": "2026-11-22", "until": "2026-12-31", "progress": None}
    assert account_view(till.account, till.program, till.now)["tier"] == shown
    assert account_view(till.account, till.program, till.now + timedelta(days=60))["tier"] == everybodys


def test_a_tier_that_the_program_has_no_more_counts_for_nothing() -> None:
    till = make_till()
    set_tier(till, "gold")
    fewer = make_program(tiers=LEVELS[:2])
    assert account_view(till.account, fewer, till.now)["tier"]["id"] == "member"
    assert account_view(till.account, make_program(), till.now)["tier"] is None


def test_it_is_told_as_an_event() -> None:
    till = make_till()
    [gold] = events_of(set_tier(till, "gold", END))
    [entry_tier] = events_of(set_tier(till, ""))
    told = [(event.type, event.detail["to"], event.detail["until"]) for event in (gold, entry_tier)]
    assert told == [("tier.changed", "gold", "2026-12-31"), ("tier.changed", None, None)]


def test_what_is_kept_reads_back_is_verified_and_can_be_asked_for_a_past_moment() -> None:
    till = make_till()
    set_tier(till, "gold", END)
    till.now += timedelta(days=1)
    set_tier(till, "")
    kept = [sealed_form(entry) for entry in till.entries]
    assert [parse_entry(*sealed) for sealed in kept] == till.entries
    assert verify(till.account, kept) is None
    past = account_as_of(Account("mem"), till.entries, till.program, NOON)
    assert past.tier == "gold"
    assert read_account("mem", account_item(Change(past, past, [], till.program))) == past


@pytest.mark.parametrize(
    ("own", "their", "after"), [("silver", "gold", "silver"), ("", "gold", "gold"), ("gold", "", "gold"), ("", "", "")]
)
def test_a_merge_keeps_the_survivor_s_tier_or_takes_over_the_other_and_undoing_it_gives_both_back(
    own: str, their: str, after: str
) -> None:
    survivor, merged = make_till("mem_a"), make_till("mem_b")
    for till, tier in ((survivor, own), (merged, their)):
        if tier:
            set_tier(till, tier, END)
    undoing = merge(survivor, merged)
    assert survivor.account.tier == after
    undo(survivor, merged, undoing)
    assert (survivor.account.tier, merged.account.tier) == (own, their)


def test_a_tier_that_is_over_does_not_stand_against_one_that_counts() -> None:
    survivor, merged = make_till("mem_a"), make_till("mem_b")
    set_tier(survivor, "gold", TODAY)
    set_tier(merged, "silver")
    for till in (survivor, merged):
        till.now += timedelta(days=1)
    undoing = merge(survivor, merged)
    assert survivor.account.tier == "silver"
    undo(survivor, merged, undoing)
    assert survivor.account.tier_mark == TierMark()


def test_a_tier_that_staff_set_after_a_merge_stays_when_it_is_undone() -> None:
    survivor, merged = make_till("mem_a"), make_till("mem_b")
    set_tier(merged, "gold")
    undoing = merge(survivor, merged)
    set_tier(survivor, "silver")
    undo(survivor, merged, undoing)
    assert (survivor.account.tier, merged.account.tier) == ("silver", "gold")


def test_an_old_account_s_item_without_a_tier_reads_as_the_entry_tier() -> None:
    account = replace(Account("mem"), lots={"2027-11-30": 5})
    item = account_item(Change(account, account, [], make_program()))
    assert "tier" not in str(item.state)
    assert read_account("mem", item) == account

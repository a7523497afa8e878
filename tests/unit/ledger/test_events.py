"""Events in the ledger: what they earn goes to every wallet, waits and is limited as the rules say, and is remembered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from factories import NOON, make_event, make_program, make_purchase
from quen.errors import MemberNotActiveError, TooLateError
from quen.ledger.model import Account, Entry, RecordEvent, RecordPurchase, SetState, decide, folded, own_entry
from quen.ledger.views import entry_view
from quen.people import Person
from quen.program.model import Campaign, Cap, EarningRule, Expiry, InBirthdayMonth, Program

VISIT = EarningRule("stop-by", "visit", points=5)


def program_with(*rules: EarningRule, **changes: Any) -> Program:
    return make_program(earning=rules, **changes)


def record(account: Account, program: Program, **event: Any) -> tuple[Account, Entry]:
    """A visit, reported when it happens unless the test says otherwise."""
    now = event.pop("now", event.get("at", NOON))
    entries = decide(account, RecordEvent("ptn_1", make_event("visit", **event)), program, now)
    return folded(account, entries), own_entry(entries)


def test_an_event_s_entry_says_what_it_was_and_why_it_gave_points() -> None:
    account, entry = record(Account("mem"), program_with(VISIT))
    assert (entry.kind, entry.reference.kind, entry.reference.id) == ("bonus", "event", "ptn_1#E-1")
    assert (account.lots, entry.basis) == ({"2027-11-30": 5}, {})
    shown = entry_view(entry)
    assert (shown["reason"], shown["reference"]) == ("visit", {"kind": "event", "id": "E-1"})
    assert [(share["rule_id"], share["points"]) for share in shown["explanation"]] == [("stop-by", 5)]


def test_an_event_that_earns_nothing_is_recorded_and_keeps_no_points_alive() -> None:
    program = program_with(replace(VISIT, on="review"))
    lasting = Expiry("inactive_months", 12, activities=("bonus",))
    program = replace(program, points=replace(program.points, expiry=lasting))
    account, entry = record(Account("mem"), program)
    assert (entry.lines, account.sequence, account.active_on) == ({}, 1, "")
    account, _ = record(account, replace(program, earning=(VISIT,)))
    assert account.active_on == "2026-11-22"


def test_points_wait_from_the_day_of_the_event_and_stamps_never() -> None:
    waiting = replace(VISIT, id="later", points=7, pending_days=14)
    stamp, level = replace(VISIT, id="stamp", wallet="stamps", points=1), replace(VISIT, id="q", wallet="qualifying")
    program = program_with(VISIT, waiting, stamp, level)
    account, _ = record(Account("mem"), program, at=NOON - timedelta(days=30), now=NOON)
    assert (account.active, account.pending) == (12, {})  # the fortnight is over when the event is reported
    account, _ = record(account, program, event_id="E-2")
    assert (account.active, account.pending) == (17, {"2026-12-06/2027-12-31": 7})
    assert account.counters == {"qualifying/2026-10": 5, "qualifying/2026-11": 5, "stamps": 2}


def test_a_cap_is_used_up_by_events_of_its_period_whichever_comes_first() -> None:
    program = program_with(replace(VISIT, caps=(Cap(8, "day"), Cap(11, "week"))))
    account, earned = Account("mem"), []
    for days, number in ((1, 1), (1, 2), (0, 3), (0, 4), (2, 5)):
        at = NOON + timedelta(days=days)
        account, entry = record(account, program, event_id=f"E-{number}", at=at, now=NOON + timedelta(days=2))
        earned.append(entry.points)
    # Monday and Tuesday are a week of their own; Sunday ends the one before.
    assert earned == [5, 3, 5, 3, 3]
    assert account.caps["2026-11-22/stop-by"] == 8
    assert account.caps["~2026-11-29/stop-by~week"] == 11


def test_events_and_purchases_share_what_all_rules_may_give() -> None:
    base = EarningRule("base", "purchase", points=1, per=10_000)
    program = program_with(base, VISIT, caps=(Cap(10, "month"),))
    account = folded(
        Account("mem"), decide(Account("mem"), RecordPurchase("ptn", make_purchase(70_000)), program, NOON)
    )
    account, entry = record(account, program)
    assert (entry.points, account.caps["~2026-11-30/*~month"]) == (3, 10)


def test_a_rule_may_ask_who_the_member_is() -> None:
    program = program_with(replace(VISIT, when=InBirthdayMonth()))
    born = Person(11, 3, frozenset(), frozenset(), None)
    for person, points in ((born, 5), (replace(born, birth_month=10), 0), (None, 0)):
        [entry] = decide(Account("mem"), RecordEvent("ptn_1", make_event("visit"), person), program, NOON)
        assert (entry.points, entry.facts.is_birthday_month) == (points, bool(points))


def test_what_a_campaign_has_left_for_everybody_limits_an_event() -> None:
    campaign = Campaign("open-days", {"en": "Open days"}, budget=100)
    program = program_with(replace(VISIT, campaign="open-days"), campaigns=(campaign,))
    command = RecordEvent("ptn_1", make_event("visit"), budgets={"@open-days": 2})
    [entry] = decide(Account("mem"), command, program, NOON)
    assert (entry.points, entry.caps) == (2, {})


def test_an_event_may_come_as_late_as_a_receipt() -> None:
    program = program_with(VISIT, accepted_days=3)
    _, entry = record(Account("mem"), program, at=NOON - timedelta(days=3), now=NOON)
    assert entry.points == 5
    with pytest.raises(TooLateError):
        record(Account("mem"), program, at=NOON - timedelta(days=4), now=NOON)


@pytest.mark.parametrize("state", ["inactive", "blocked", "closed"])
def test_a_member_who_is_not_active_earns_nothing_by_events(state: Any) -> None:
    program = program_with(VISIT)
    account = folded(Account("mem"), decide(Account("mem"), SetState(state, state), program, NOON))
    with pytest.raises(MemberNotActiveError):
        record(account, program)


def test_points_of_an_event_pay_back_what_is_owed_first() -> None:
    account, entry = record(Account("mem", debt=3), program_with(VISIT), at=datetime(2026, 11, 22, 5, tzinfo=UTC))
    assert (account.debt, account.active, entry.lines["member.debt"]) == (0, 2, 3)

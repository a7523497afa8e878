"""Which days are due, up to when a run works, and what a run's shards say about it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from quen.business_days import local_day
from quen.jobs.model import (
    BLOCKING_SECONDS_MAX,
    CATCH_UP_DAYS_MAX,
    FINDINGS_KEPT_MAX,
    QUIET_SECONDS_MAX,
    SHARDS,
    Counts,
    Finding,
    Page,
    Progress,
    Run,
    Tally,
    WorkMessage,
    days_to_claim,
    due_by,
    fresh_shards,
    last_midnight,
    oldest_caught_up,
    until_now,
)
from quen.ledger.items import SHARDS as LEDGER_SHARDS
from quen.members.model import BIRTHDAY_SHARDS

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
TODAY = date(2026, 12, 1)


def make_run(on: date = TODAY, **changes: object) -> Run:
    at = datetime(2026, 12, 1, tzinfo=UTC)
    run = Run("expire-points", on, "run_1", at, at, "schedule", shards=fresh_shards(0))
    return replace(run, **changes)  # type: ignore[arg-type]


def test_a_run_has_as_many_shards_as_the_indexes_it_works():
    assert SHARDS == LEDGER_SHARDS == BIRTHDAY_SHARDS


def test_a_new_stack_starts_today():
    assert days_to_claim(TODAY, [], ran_before=False) == [TODAY]


def test_the_day_is_claimed_once():
    assert days_to_claim(TODAY, [make_run()], ran_before=False) == []


def test_missed_days_are_due_oldest_first():
    runs = [make_run(date(2026, 11, 27)), make_run(date(2026, 11, 29))]
    days = days_to_claim(TODAY, runs, ran_before=False)
    assert days == [date(2026, 11, 28), date(2026, 11, 30), TODAY]


def test_what_was_missed_longer_ago_than_a_month_is_let_go():
    days = days_to_claim(TODAY, [], ran_before=True)
    assert days[0] == oldest_caught_up(TODAY) == date(2026, 11, 1)
    assert len(days) == CATCH_UP_DAYS_MAX


def test_a_day_that_a_person_ran_is_claimed_but_is_no_beginning():
    by_hand = make_run(date(2026, 11, 3), started_by="staff:an")
    assert days_to_claim(TODAY, [by_hand], ran_before=False) == [TODAY]
    assert days_to_claim(TODAY, [make_run(started_by="staff:an")], ran_before=False) == []


def test_dry_and_repeated_runs_claim_nothing():
    beside = make_run(is_claim=False, dry_run=True)
    assert days_to_claim(TODAY, [beside], ran_before=False) == [TODAY]


def test_runs_of_a_later_day_do_not_matter_when_the_clock_went_back():
    assert days_to_claim(TODAY, [make_run(date(2027, 3, 1))], ran_before=False) == [TODAY]


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        ("Asia/Ho_Chi_Minh", "2026-11-30T16:59:59Z", "2026-11-30"),
        ("Asia/Ho_Chi_Minh", "2026-11-30T17:00:00Z", "2026-12-01"),
        ("Pacific/Pago_Pago", "2026-12-01T10:59:59Z", "2026-11-30"),
        ("Pacific/Pago_Pago", "2026-12-01T11:00:00Z", "2026-12-01"),
        ("Pacific/Kiritimati", "2026-11-30T10:00:00Z", "2026-12-01"),
        ("Asia/Kathmandu", "2026-11-30T18:15:00Z", "2026-12-01"),
        ("America/New_York", "2026-03-08T05:00:00Z", "2026-03-08"),  # the clocks go on at 2 in the morning
        ("America/New_York", "2026-03-09T04:00:00Z", "2026-03-09"),  # 23 hours later
        ("America/New_York", "2026-11-02T04:59:59Z", "2026-11-01"),  # a day of 25 hours
        ("Asia/Beirut", "2026-03-28T22:00:00Z", "2026-03-29"),  # midnight itself is skipped
    ],
)
def test_a_day_begins_at_its_own_midnight(zone, instant, day):
    assert local_day(datetime.fromisoformat(instant), ZoneInfo(zone)) == date.fromisoformat(day)


def test_a_scheduled_run_works_up_to_the_last_midnight_of_its_day():
    begun = datetime(2026, 11, 30, 18, 5, tzinfo=UTC)
    assert last_midnight(TODAY, begun, SAIGON) == datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert last_midnight(TODAY, begun + timedelta(days=3), SAIGON) == datetime(2026, 12, 1, 17, tzinfo=UTC)


def test_a_run_by_hand_works_up_to_now():
    begun = datetime(2026, 11, 30, 18, 5, tzinfo=UTC)
    assert until_now(TODAY, begun, SAIGON) == begun
    assert until_now(TODAY, begun + timedelta(days=3), SAIGON) == datetime(2026, 12, 1, 17, tzinfo=UTC)


def test_what_falls_due_at_a_midnight_is_found_under_its_day_and_what_does_later_under_the_next():
    midnight = datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert due_by(midnight, SAIGON) == TODAY
    assert due_by(midnight + timedelta(seconds=1), SAIGON) == date(2026, 12, 2)


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Asia/Ho_Chi_Minh", "Pacific/Kiritimati", "America/Sao_Paulo"])
def test_the_whole_last_day_is_covered_in_every_zone(zone):
    place = ZoneInfo(zone)
    over = datetime(2026, 12, 5, tzinfo=UTC)
    assert due_by(last_midnight(TODAY, over, place), place) == TODAY + timedelta(days=1)


def test_a_page_is_counted_when_the_next_is_planned():
    at = datetime(2026, 12, 1, tzinfo=UTC)
    first = Progress().stepped(Tally(), Page(["a", "b"], "next"), at, 1)
    assert (first.pages, first.plan, first.counts, first.ended_at) == (1, ("a", "b"), Counts(), None)
    last = first.stepped(Tally(Counts(2, 1, 50), ("b",)), None, at, 2)
    assert (last.counts, last.parked, last.ended_at, last.plan) == (Counts(2, 1, 50), ("b",), at, ())


def test_counts_add_up_name_by_name_and_keep_the_first_findings():
    found = [Finding(f"mem_{number}", number, "is wrong") for number in range(30)]
    one = Counts(1, 1, 5, {"b": 1, "a": 2}, {"root": 2**3000}, tuple(found[:15]))
    other = Counts(2, 1, 0, {"b": 4, "c": -1}, {"root": 1, "baseline": 3}, tuple(found[15:]))
    both = Counts(3, 2, 5, {"a": 2, "b": 5, "c": -1}, {"baseline": 3, "root": 2**3000 + 1}, tuple(found[:20]))
    assert one + other == both
    assert (one + other) + one == one + (other + one)
    assert one + Counts() == Counts() + one == one
    assert len(both.findings) == FINDINGS_KEPT_MAX


def test_a_run_is_failed_until_its_last_failing_member_is_made_good():
    at = datetime(2026, 12, 1, tzinfo=UTC)
    ended = Progress(pages=1, ended_at=at)
    failing = replace(ended, counts=Counts(1), parked=("a",))
    assert make_run().state == "running"
    assert make_run(shards=(ended,) * SHARDS).state == "finished"
    run = make_run(shards=(failing, *(ended,) * (SHARDS - 1)))
    assert (run.state, run.failures) == ("failed", 1)
    sent = failing.sent(("a",), 1)
    assert make_run(shards=(sent, *run.shards[1:])).state == "failed"
    made_good = sent.resolved("a", Counts(0, 1, 50), 2)
    run = make_run(shards=(made_good, *run.shards[1:]))
    assert (run.state, run.counts, run.finished_at) == ("finished", Counts(1, 1, 50), at)


def test_a_run_without_signs_of_life_is_quiet_and_one_that_never_ends_holds_nobody_up():
    run = make_run(shards=fresh_shards(1000), claimed_at=1000)
    assert not run.is_quiet(1000 + QUIET_SECONDS_MAX)
    assert run.is_quiet(1001 + QUIET_SECONDS_MAX)
    assert run.is_blocking(1000 + BLOCKING_SECONDS_MAX)
    assert not run.is_blocking(1001 + BLOCKING_SECONDS_MAX)


def test_messages_come_back_as_they_were_sent():
    for message in (WorkMessage("a", "2026-12-01", 3), WorkMessage("a", "2026-12-01#run_1", 0, "mem_1")):
        assert WorkMessage.parse(message.body()) == message


@pytest.mark.parametrize("body", [{}, {"job": "a", "run": "b", "shard": 8}, {"job": "a", "run": "b", "shard": None}])
def test_what_is_no_message_is_refused(body):
    with pytest.raises(ValueError, match=r"job's message|such shard"):
        WorkMessage.parse(body)

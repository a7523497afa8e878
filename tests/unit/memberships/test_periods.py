"""How long a payment lasts: months from the same day, days one by one, and when the next step falls due."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from factories import make_plan
from quen.memberships.model import Membership, PaidPeriod
from quen.memberships.model.periods import next_step, term_from
from quen.program.model import Plan

MONTHLY = make_plan()
YEARLY = make_plan(months=12)
WEEKLY = make_plan(months=0, days=7)


def renewals(first: str, plan: Plan, count: int) -> list[str]:
    """The last days of so many periods that follow each other."""
    ends, anchor = [], ""
    for _ in range(count):
        until, anchor = term_from(first, plan, anchor)
        ends.append(until)
        first = next_day(until)
    return ends


def next_day(day: str) -> str:
    return term_from(day, make_plan(months=0, days=2)).until


def test_a_month_ends_the_day_before_the_same_day_of_the_next_one() -> None:
    assert renewals("2026-11-22", MONTHLY, 3) == ["2026-12-21", "2027-01-21", "2027-02-21"]


def test_a_short_month_takes_no_day_from_those_after_it() -> None:
    assert renewals("2027-01-31", MONTHLY, 4) == ["2027-02-27", "2027-03-30", "2027-04-29", "2027-05-30"]


def test_in_a_leap_year_february_has_a_day_more() -> None:
    assert renewals("2028-01-31", MONTHLY, 2) == ["2028-02-28", "2028-03-30"]
    assert renewals("2028-02-29", YEARLY, 5) == ["2029-02-27", "2030-02-27", "2031-02-27", "2032-02-28", "2033-02-27"]


def test_days_are_counted_one_by_one() -> None:
    assert renewals("2028-02-25", WEEKLY, 2) == ["2028-03-02", "2028-03-09"]


def test_months_are_counted_anew_from_a_day_that_is_none_of_theirs() -> None:
    assert term_from("2027-03-05", MONTHLY, "2027-01-31") == ("2027-04-04", "2027-03-05")


@pytest.mark.parametrize("first", ["2027-01-29", "2027-01-30", "2027-01-31", "2028-02-29", "2027-12-31"])
@pytest.mark.parametrize("months", range(1, 13))
def test_periods_of_any_length_meet_where_those_of_one_month_do(first: str, months: int) -> None:
    single = renewals(first, MONTHLY, 24)
    assert renewals(first, make_plan(months=months), 24 // months) == single[months - 1 :: months][: 24 // months]


def running(**changes: object) -> Membership:
    paid = Membership("vip", "ACTIVE", "2026-11-22", "2026-12-21", begun="2026-11-22", anchor="2026-11-22", paid=49_000)
    return paid._replace(**changes)


def test_the_next_step_is_the_notice_then_the_end() -> None:
    assert next_step(running(), MONTHLY, "2026-11-22") == "2026-12-19"
    assert next_step(running(), MONTHLY, "2026-12-19") == "2026-12-22"


def test_what_is_not_renewed_has_no_notice() -> None:
    assert next_step(running(state="CANCELED_AT_PERIOD_END"), MONTHLY, "2026-11-22") == "2026-12-22"
    assert next_step(running(), replace(MONTHLY, notice_days=0), "2026-11-22") == "2026-12-22"
    assert next_step(running(), None, "2026-11-22") == "2026-12-22"


def test_what_is_paid_for_ahead_has_its_notice_before_the_end_of_all() -> None:
    ahead = running(ahead=(PaidPeriod("2027-01-21", 49_000),))
    assert next_step(ahead, MONTHLY, "2026-11-22") == "2026-12-22"
    in_the_last = running(since="2026-12-22", until="2027-01-21")
    assert next_step(in_the_last, MONTHLY, "2026-12-22") == "2027-01-19"


def test_what_is_past_due_is_tried_again_and_then_ends() -> None:
    unpaid, days, day = running(state="PAST_DUE"), [], "2026-12-22"
    for _ in range(4):
        day = next_step(unpaid, MONTHLY, day)
        days.append(day)
    assert days == ["2026-12-23", "2026-12-25", "2026-12-27", "2026-12-29"]


def test_where_a_newer_program_has_shortened_the_wait_it_ends_with_the_next_day() -> None:
    unpaid = running(state="PAST_DUE")
    assert next_step(unpaid, replace(MONTHLY, grace_days=1, retry_days=()), "2026-12-27") == "2026-12-28"
    assert next_step(unpaid, None, "2026-12-27") == "2026-12-28"


def test_what_is_over_has_no_next_step() -> None:
    assert next_step(running(state="ENDED"), MONTHLY, "2026-11-22") == ""
    assert next_step(Membership(), MONTHLY, "2026-11-22") == ""

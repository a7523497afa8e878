"""Periods are whole months: each day is in exactly one, a tier reached on it lasts to the end of a month, and whoever joined
has years of their own that end with the month of joining.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from factories import make_program
from quen.business_days import end_of_month, local_day
from quen.ledger.model import Account, bring_up_to
from quen.program.model import Criteria, Tier, TierPeriod, TierPolicy
from quen.tiers.model import EVER, Earner, Months, Standing, end_after, end_of, rise, window_of
from quen.tiers.model.periods import window_before, window_in_grace, window_until

DAY = timedelta(days=1)
DAYS = [date(2023, 1, 1) + DAY * step for step in range((date(2029, 1, 1) - date(2023, 1, 1)).days)]
CALENDAR = TierPolicy("calendar_year")
YEARS = [CALENDAR, *(TierPolicy("program_year", starts_month=month) for month in range(1, 13))]
ROLLING = [TierPolicy("rolling", months=months) for months in range(1, 19)]
OWN = TierPolicy("anniversary")
JOINED = [
    day for day in DAYS if day < date(2025, 7, 1) and (day.day in {1, 15} or day == end_of_month(day))
]  # fmt: skip


def months_between(window: Months) -> list[str]:
    """The months of a window, one after the other."""
    year, month = (int(part) for part in window.first.split("-"))
    found = [window.first]
    while found[-1] != window.last:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        found.append(f"{year}-{month:02d}")
    return found


@pytest.mark.parametrize("policy", YEARS, ids=str)
def test_a_year_is_the_twelve_months_around_the_day_that_begin_with_the_program_s_first(policy: TierPolicy) -> None:
    for day in DAYS:
        months = months_between(window_of(policy, day, None))
        assert (len(months), int(months[0][5:])) == (12, policy.starts_month)
        assert f"{day:%Y-%m}" in months
        end = end_of(policy, day, None)
        assert end is not None
        assert end >= day
        assert (f"{end:%Y-%m}", end + DAY) == (months[-1], end.replace(day=1) + DAY * end.day)


def test_a_year_is_followed_by_the_next_one_and_the_last_closed_one_is_the_one_before() -> None:
    for policy in YEARS:
        for day in DAYS[:800]:
            window, end = window_of(policy, day, None), end_of(policy, day, None)
            assert end is not None
            assert end_after(policy, end, None) == end_of(policy, end + DAY, None)
            assert window_before(policy, end + DAY, None) == window
            assert window_until(policy, end, None) == window


def test_a_calendar_year_is_a_program_year_from_january() -> None:
    for day in DAYS:
        assert window_of(CALENDAR, day, None) == window_of(TierPolicy("program_year", starts_month=1), day, None)


@pytest.mark.parametrize("policy", ROLLING, ids=str)
def test_a_rolling_period_is_the_day_s_month_and_so_many_before_it(policy: TierPolicy) -> None:
    for day in DAYS:
        months = months_between(window_of(policy, day, None))
        assert (len(months), months[-1]) == (policy.months + 1, f"{day:%Y-%m}")


@pytest.mark.parametrize("policy", ROLLING, ids=str)
def test_a_tier_of_a_rolling_period_lives_to_the_end_of_the_month_so_many_months_later(policy: TierPolicy) -> None:
    for day in DAYS:
        end = end_of(policy, day, None)
        assert end == end_of_month(end)
        assert (end.year - day.year) * 12 + end.month - day.month == policy.months
        # what was bought in the month in which it was reached is still looked at then
        assert window_until(policy, end, None).first == f"{day:%Y-%m}"
        assert end_after(policy, end, None) == end_of(policy, end.replace(day=1), None)


def own_ends(joined_on: date) -> Iterator[date]:
    """The last days of a member's own years: the month in which they joined, from the year after."""
    for year in range(joined_on.year + 1, 2032):
        yield end_of_month(date(year, joined_on.month, 1))


def test_a_member_s_own_year_ends_with_the_month_in_which_they_joined() -> None:
    for joined_on in JOINED:
        ends = list(own_ends(joined_on))
        for day in DAYS[::7] + [day + DAY * step for day in ends[:4] for step in (0, 1)]:
            end = next(end for end in ends if end >= day)
            first = joined_on if end == ends[0] else ends[ends.index(end) - 1] + DAY
            assert end_of(OWN, day, joined_on) == end
            assert window_of(OWN, day, joined_on) == Months(f"{first:%Y-%m}", f"{end:%Y-%m}")


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2026-03-15", "2026-03", "2027-03-31"),
        ("2027-03-31", "2026-03", "2027-03-31"),
        ("2027-04-01", "2027-04", "2028-03-31"),
        ("2026-01-20", "2026-03", "2027-03-31"),  # a late receipt of before is of no other year
    ],
)
def test_who_joined_on_15_march_has_a_first_year_to_the_end_of_the_next_march(day: str, first: str, last: str) -> None:
    joined_on = date(2026, 3, 15)
    end = end_of(OWN, date.fromisoformat(day), joined_on)
    assert end is not None
    assert (window_of(OWN, date.fromisoformat(day), joined_on).first, end.isoformat()) == (first, last)


def test_who_joined_on_a_leap_day_has_years_to_the_end_of_february() -> None:
    ends = [end_of(OWN, date(year, 3, 1), date(2024, 2, 29)) for year in (2024, 2025, 2026, 2027, 2028)]
    assert [str(end) for end in ends] == ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"]


def test_until_it_is_known_when_a_member_joined_the_calendar_year_stands_in() -> None:
    assert window_of(OWN, date(2026, 6, 1), None) == Months("2026-01", "2026-12")


def test_the_first_year_follows_none() -> None:
    assert window_before(OWN, date(2026, 6, 1), date(2026, 3, 15)) is None
    assert window_before(OWN, date(2027, 4, 1), date(2026, 3, 15)) == Months("2026-03", "2027-03")


def test_of_ever_is_all_and_ends_never() -> None:
    policy = TierPolicy("lifetime")
    assert (window_of(policy, DAYS[0], None), end_of(policy, DAYS[0], None)) == (EVER, None)
    assert EVER.include("earlier")
    assert EVER.include("2001-01")
    assert not Months("2001-01", "2099-12").include("earlier")
    assert window_before(policy, DAYS[0], None) is None


def test_an_end_that_is_none_of_the_program_s_periods_is_looked_at_over_twelve_months() -> None:
    policy = TierPolicy("program_year", starts_month=4)
    assert window_until(policy, date(2026, 12, 31), None) == Months("2026-01", "2026-12")
    assert window_in_grace(policy, date(2026, 12, 31), date(2027, 1, 20), None) == Months("2026-01", "2027-01")


@pytest.mark.parametrize("policy", [CALENDAR, YEARS[4], ROLLING[0], ROLLING[11], OWN], ids=str)
@pytest.mark.parametrize("notice_days", [0, 30, 90])
def test_whatever_the_day_of_reaching_the_steps_come_after_it_and_in_order(
    policy: TierPolicy, notice_days: int
) -> None:
    reach = Criteria({"visits": 1})
    tiers = (Tier("member", {}), Tier("gold", {}, reach=reach))
    program = make_program(
        tiers=tiers, tiering=TierPolicy(policy.period, policy.starts_month, policy.months, notice_days=notice_days)
    )
    for number, day in enumerate(DAYS):
        risen = rise(program, Earner(Standing(), JOINED[number % len(JOINED)], lambda _: {"visits": 1}), day, ())
        assert risen is not None
        since, until, next_on = (date.fromisoformat(text) for text in risen.after[1:4])
        assert since == day <= until == end_of_month(until)
        notice_on = max(until - DAY * notice_days, day + DAY)
        assert next_on == (notice_on if notice_days and notice_on <= until else until + DAY)
        assert next_on > day


@pytest.mark.parametrize(
    ("zone", "starts", "midnight"),
    [
        ("Asia/Ho_Chi_Minh", 10, datetime(2023, 9, 30, 17, tzinfo=UTC)),
        ("America/New_York", 11, datetime(2023, 11, 1, 4, tzinfo=UTC)),
        ("America/Asuncion", 10, datetime(2023, 10, 1, 4, tzinfo=UTC)),  # the clocks skip that midnight
        ("Pacific/Kiritimati", 10, datetime(2023, 9, 30, 10, tzinfo=UTC)),
        ("Pacific/Pago_Pago", 10, datetime(2023, 10, 1, 11, tzinfo=UTC)),
        ("Pacific/Apia", 10, datetime(2023, 9, 30, 11, tzinfo=UTC)),
    ],
)
def test_a_review_comes_at_the_very_midnight_of_the_program_s_zone(zone: str, starts: int, midnight: datetime) -> None:
    tiers = (Tier("member", {}), Tier("gold", {}, reach=Criteria({"visits": 1})))
    policy = TierPolicy("program_year", starts_month=starts, notice_days=0)
    program = make_program(time_zone=ZoneInfo(zone), tiers=tiers, tiering=policy)
    until = date(2023, starts, 1) - DAY
    account = Account("mem", standing=Standing("gold", "2023-01-01", str(until), str(until + DAY)))
    second = timedelta(seconds=1)
    assert bring_up_to(account, program, midnight - second, midnight) == []
    [entry] = bring_up_to(account, program, midnight, midnight)
    assert (entry.kind, entry.occurred_at, entry.standing and entry.standing.cause) == (
        "review",
        midnight,
        "downgraded",
    )
    assert [local_day(at, program.time_zone) for at in (midnight - second, midnight)] == [until, until + DAY]


@pytest.mark.parametrize("period", ["calendar_year", "program_year", "rolling", "anniversary"])
def test_periods_follow_each_other_without_a_gap(period: TierPeriod) -> None:
    policy = TierPolicy(period, starts_month=4)
    ends = [end_of(policy, day, date(2024, 2, 29)) for day in DAYS]
    assert all(one <= other for one, other in pairwise(ends) if one and other)

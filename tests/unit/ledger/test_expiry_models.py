"""When points die: every model, month ends, leap years, midnight in any zone, inactivity, and a changed model."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import NOON, make_account, make_program, make_purchase
from quen.business_days import add_months, day_end, day_start, end_of_quarter, end_of_year, local_day
from quen.errors import InsufficientPointsError
from quen.ledger.model import (
    Account,
    BringUpToDate,
    GrantBonus,
    RecordPurchase,
    Redeem,
    Release,
    Reserve,
    decide,
    folded,
)
from quen.program.model import Activity, EarningRule, Expiry, Program

ZONES = [
    "Pacific/Pago_Pago",  # -11
    "America/New_York",  # daylight saving
    "UTC",
    "Europe/Berlin",  # daylight saving
    "Asia/Kathmandu",  # +5:45
    "Asia/Ho_Chi_Minh",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Pacific/Kiritimati",  # +14
]


def with_expiry(expiry: Expiry, **changes: object) -> Program:
    program = make_program(earning=(EarningRule("base", "purchase", points=1, per=10_000),), **changes)
    return replace(program, points=replace(program.points, expiry=expiry))


def bought(program: Program, at: datetime, account: Account | None = None, amount: int = 100_000) -> Account:
    account = account or Account("mem")
    command = RecordPurchase("ptn", make_purchase(amount, purchase_id=str(account.sequence), at=at))
    return folded(account, decide(account, command, program, at))


@pytest.mark.parametrize(
    ("expiry", "activated_on", "last_day"),
    [
        (Expiry(), "2026-11-22", None),
        (Expiry("days", 1), "2028-02-28", "2028-02-29"),
        (Expiry("days", 365), "2027-03-01", "2028-02-29"),
        (Expiry("months", 1), "2027-01-31", "2027-02-28"),
        (Expiry("months", 1), "2028-01-31", "2028-02-29"),
        (Expiry("months", 1), "2027-01-28", "2027-02-28"),
        (Expiry("months", 12), "2028-02-29", "2029-02-28"),
        (Expiry("months", 48), "2028-02-29", "2032-02-29"),
        (Expiry("months", 12, "end_of_month"), "2027-02-10", "2028-02-29"),
        (Expiry("months", 3, "end_of_month"), "2026-11-30", "2027-02-28"),
        (Expiry("months", 3, "end_of_quarter"), "2026-11-22", "2027-03-31"),
        (Expiry("months", 12, "end_of_quarter"), "2026-12-31", "2027-12-31"),
        (Expiry("months", 6, "end_of_year"), "2026-06-30", "2026-12-31"),
        (Expiry("months", 6, "end_of_year"), "2026-07-01", "2027-12-31"),
        (Expiry("days", 30, "end_of_month"), "2027-01-30", "2027-03-31"),
        (Expiry("fixed", month_day=(3, 31)), "2027-03-31", "2027-03-31"),
        (Expiry("fixed", month_day=(3, 31)), "2027-04-01", "2028-03-31"),
        (Expiry("inactive_months", 6), "2026-08-31", "2027-02-28"),
    ],
)
def test_the_last_day_of_every_model(expiry: Expiry, activated_on: str, last_day: str | None) -> None:
    found = expiry.expires_on(date.fromisoformat(activated_on))
    assert (found.isoformat() if found else None) == last_day


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(0, 60))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == min(day.day, calendar.monthrange(later.year, later.month)[1])


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_quarters_and_years_end_where_calendars_say(day: date) -> None:
    quarter, year = end_of_quarter(day), end_of_year(day)
    assert (quarter.year, quarter.month) == (day.year, {0: 3, 1: 6, 2: 9, 3: 12}[(day.month - 1) // 3])
    assert (quarter + timedelta(days=1)).day == 1
    assert (year.year, year.month, year.day) == (day.year, 12, 31)


@pytest.mark.parametrize("zone", ZONES)
@given(day=st.dates(date(2026, 1, 1), date(2029, 12, 31)), second=st.integers(0, 86_399))
def test_points_are_good_to_24_00_of_their_last_day_in_any_zone(zone: str, day: date, second: int) -> None:
    program = with_expiry(Expiry("days", 1), time_zone=ZoneInfo(zone))
    at = day_start(day, program.time_zone) + timedelta(seconds=second)
    account = bought(program, at)
    last_day = local_day(at, program.time_zone) + timedelta(days=1)
    assert account.lots == {last_day.isoformat(): 10}
    end = day_end(last_day, program.time_zone)
    spend = Reserve("red", 10, end + timedelta(hours=1))
    assert decide(account, spend, program, end - timedelta(seconds=1))[-1].points == -10
    with pytest.raises(InsufficientPointsError):
        decide(account, spend, program, end)


@pytest.mark.parametrize("zone", ZONES)
@given(day=st.dates(date(2026, 1, 1), date(2029, 12, 31)), wait=st.integers(1, 40))
def test_pending_points_become_active_at_local_midnight_and_their_clock_starts_there(
    zone: str, day: date, wait: int
) -> None:
    program = with_expiry(Expiry("months", 1), time_zone=ZoneInfo(zone))
    program = replace(program, points=replace(program.points, pending_days=wait))
    account = bought(program, day_start(day, program.time_zone) + timedelta(hours=12))
    active_on = day + timedelta(days=wait)
    midnight = day_start(active_on, program.time_zone)
    assert decide(account, BringUpToDate(midnight), program, midnight - timedelta(seconds=1)) == []
    [activated] = decide(account, BringUpToDate(midnight), program, midnight)
    assert (activated.occurred_at, activated.lots) == (midnight, {add_months(active_on, 1).isoformat(): 10})


def test_a_changed_model_never_shortens_a_live_lot() -> None:
    """Whatever the program was and becomes, what a member has keeps its last day or gets a later one."""
    models = [
        Expiry(),
        Expiry("days", 5),
        Expiry("months", 12, "end_of_year"),
        Expiry("fixed", month_day=(11, 30)),
        Expiry("inactive_months", 2, activities=frozenset({"purchase"})),
    ]
    for before in models:
        for after in models:
            old = bought(with_expiry(before), NOON)
            [lot] = old.lots
            later = bought(with_expiry(after), NOON + timedelta(days=1), old)
            kept = [key for key in later.lots if key >= lot]
            assert sum(later.lots[key] for key in kept) >= 10, (before, after, later.lots)


INACTIVE = Expiry("inactive_months", 2, activities=frozenset({"purchase", "redemption"}))


def test_points_live_as_long_as_the_member_is_active() -> None:
    program = with_expiry(INACTIVE)
    account = bought(program, NOON)
    account = bought(program, NOON + timedelta(days=30), account)
    assert account.lots == {"2027-02-22": 20}
    assert account.active_on == "2026-12-22"
    now = NOON + timedelta(days=60)
    for command in (Reserve("red", 5, now + timedelta(days=90)), Redeem("red")):
        account = folded(account, decide(account, command, program, now))
    assert account.lots == {"2027-03-21": 15}


def test_only_the_activities_that_the_program_names_count() -> None:
    at = NOON + timedelta(days=30)
    for activity in get_args(Activity):
        program = with_expiry(Expiry("inactive_months", 2, activities=frozenset({activity})))
        account = make_account((10, "2027-01-22"))
        purchase = RecordPurchase("ptn", make_purchase(at=at))
        renewed = [
            kind
            for kind, command in (("purchase", purchase), ("bonus", GrantBonus("birthday", 5, "2026", "birthday")))
            if "2027-01-22" not in folded(account, decide(account, command, program, at)).lots
        ]
        assert renewed == ([] if activity == "redemption" else [activity])


def test_late_receipts_renew_from_their_own_day_in_any_order() -> None:
    program = with_expiry(INACTIVE)
    days = [NOON + timedelta(days=number) for number in (0, 10, 20)]
    now = NOON + timedelta(days=21)
    ends = []
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        account = Account("mem")
        for number in order:
            command = RecordPurchase("ptn", make_purchase(purchase_id=str(number), at=days[number]))
            account = folded(account, decide(account, command, program, now))
        ends.append((account.lots, account.active_on))
    assert ends[0] == ends[1] == ends[2] == ({"2027-02-12": 36}, "2026-12-12")


def test_held_points_come_back_to_where_the_others_have_moved() -> None:
    program = with_expiry(INACTIVE)
    account = bought(program, NOON)
    account = folded(account, decide(account, Reserve("red", 10, NOON + timedelta(days=80)), program, NOON))
    account = bought(program, NOON + timedelta(days=50), account)
    account = folded(account, decide(account, Release("red"), program, NOON + timedelta(days=70)))
    assert account.lots == {"2027-03-11": 20}


def test_a_member_who_is_not_active_loses_everything_at_once() -> None:
    program = with_expiry(INACTIVE)
    account = bought(program, NOON)
    end = day_end(date(2027, 1, 22), program.time_zone)
    [expired] = decide(account, BringUpToDate(end), program, end)
    assert (expired.kind, expired.points, expired.occurred_at) == ("expire", -10, datetime(2027, 1, 22, 17, tzinfo=UTC))

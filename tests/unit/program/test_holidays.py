"""When holidays are, lunar ones over many years, and how long what they give lasts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quen.lunar import LunarDay, lunar_new_year, solar_day
from quen.program.model import (
    Birthday,
    EveryLunarYear,
    EveryYear,
    Gift,
    Gifts,
    Holiday,
    OneDay,
    PerkGift,
    Recurrence,
    RewardGift,
)

NAMES = {"en": "Holiday"}
TET = EveryLunarYear(1, 1)
MID_AUTUMN = EveryLunarYear(8, 15)


def days_of(on: Recurrence, first: date, last: date) -> dict[date, int]:
    """The days on which it is from one day to another, with their years."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return {day: year for day in days if (year := on.year_of(day)) is not None}


def test_tet_is_the_first_day_of_every_lunar_year() -> None:
    found = days_of(TET, date(1950, 1, 1), date(2120, 12, 31))
    assert found == {lunar_new_year(year): year for year in range(1950, 2121)}
    assert found[date(2027, 2, 6)] == 2027


@pytest.mark.parametrize("day", ["2023-09-29", "2024-09-17", "2025-10-06", "2026-09-25", "2027-09-15", "2028-10-03"])
def test_mid_autumn_is_where_calendars_have_it(day: str) -> None:
    assert MID_AUTUMN.year_of(date.fromisoformat(day)) == int(day[:4])


@pytest.mark.parametrize(("year", "month"), [(2025, 6), (2028, 5), (2033, 11), (2017, 6), (2020, 4), (2023, 2)])
def test_of_a_month_that_comes_twice_the_ordinary_one_is_meant(year: int, month: int) -> None:
    leap = solar_day(LunarDay(year, month, 1, is_leap=True))
    assert leap is not None
    assert EveryLunarYear(month, 1).year_of(leap) is None
    ordinary = solar_day(LunarDay(year, month, 1))
    assert ordinary is not None
    assert EveryLunarYear(month, 1).year_of(ordinary) == year


@given(st.integers(1, 12), st.integers(1, 30), st.integers(1900, 2190))
def test_every_lunar_year_has_each_day_once_though_its_month_may_be_short(month: int, day: int, year: int) -> None:
    first = lunar_new_year(year)
    found = days_of(EveryLunarYear(month, day), first, lunar_new_year(year + 1) - timedelta(days=1))
    assert [*found.values()] == [year]


def test_a_day_at_the_end_of_the_lunar_year_may_come_twice_in_one_of_ours_and_is_of_two_years() -> None:
    found = days_of(EveryLunarYear(12, 8), date(2000, 1, 1), date(2060, 12, 31))
    by_calendar = [day.year for day in found]
    assert len({*found.values()}) == len(found)
    assert len({*by_calendar}) < len(by_calendar)


def test_new_year_s_eve_is_the_last_day_whether_its_month_has_29_days_or_30() -> None:
    eves = days_of(EveryLunarYear(12, 30), date(2020, 6, 1), date(2050, 6, 1))
    assert {*eves} == {lunar_new_year(year) - timedelta(days=1) for year in range(2021, 2051)}


def test_other_holidays_are_on_their_day() -> None:
    year = (date(2027, 1, 1), date(2027, 12, 31))
    assert days_of(EveryYear(3, 8), *year) == {date(2027, 3, 8): 2027}
    assert days_of(OneDay(date(2027, 2, 17)), date(2020, 1, 1), date(2030, 1, 1)) == {date(2027, 2, 17): 2027}


def test_a_gift_that_comes_before_the_day_is_for_the_day_and_its_year() -> None:
    new_year = Holiday("new-year", NAMES, EveryYear(1, 1), Gifts(Gift(5)), days_before=7)
    assert new_year.celebrated(date(2026, 12, 25)) == (date(2027, 1, 1), 2027)
    assert new_year.celebrated(date(2027, 1, 1)) is None


@pytest.mark.parametrize(
    ("perk", "first", "last"),
    [
        (PerkGift("p"), date(2028, 2, 1), date(2028, 2, 29)),
        (PerkGift("p"), date(2027, 2, 28), date(2027, 2, 28)),
        (PerkGift("p"), date(2027, 12, 31), date(2027, 12, 31)),
        (PerkGift("p", 1), date(2027, 2, 28), date(2027, 2, 28)),
        (PerkGift("p", 7), date(2027, 12, 28), date(2028, 1, 3)),
    ],
)
def test_a_perk_lasts_to_the_end_of_the_month_or_so_many_days(perk: PerkGift, first: date, last: date) -> None:
    assert perk.last_day(first) == last


def test_a_reward_lasts_so_many_days_the_first_included() -> None:
    assert RewardGift("r", 30).last_day(date(2027, 2, 6)) == date(2027, 3, 7)


@pytest.mark.parametrize(
    ("known_days", "set_on", "was_known"),
    [
        (30, date(2026, 11, 1), True),
        (30, date(2026, 11, 2), False),
        (30, date(2026, 12, 5), False),
        (30, None, True),
        (0, date(2026, 12, 5), True),
    ],
)
def test_a_birthday_is_known_so_many_days_before_or_gives_nothing(
    known_days: int, set_on: date | None, was_known: bool
) -> None:
    assert Birthday(50, known_days=known_days).was_known(set_on, date(2026, 12, 1)) is was_known

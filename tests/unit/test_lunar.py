"""The lunar calendar: against the sky, against calendars that were printed, and as a window of every year.

The dates written out here are those of Ho Ngoc Duc's tables of 2004 and of public calendars of Vietnamese holidays.
"""

from __future__ import annotations

import ast
import inspect
from datetime import date, timedelta
from itertools import pairwise

import pytest

import sky
from quen import lunar
from quen.lunar import FIRST_YEAR, LAST_YEAR, LunarDay, is_within, lunar_day, lunar_new_year, solar_day

TET = (
    "2000-02-05", "2001-01-24", "2002-02-12", "2003-02-01", "2004-01-22", "2005-02-09", "2006-01-29",
    "2007-02-17", "2008-02-07", "2009-01-26", "2010-02-14", "2011-02-03", "2012-01-23", "2013-02-10",
    "2014-01-31", "2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25",
    "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06",
    "2028-01-26", "2029-02-13", "2030-02-02", "2031-01-23", "2032-02-11", "2033-01-31", "2034-02-19",
    "2035-02-08",
)  # fmt: skip
# Where a new moon came between 23:00 and midnight in Hanoi, or (1984) the solstice did: what China kept instead.
NOT_AS_IN_CHINA = {
    "1968-01-29": "1968-01-30",
    "1969-02-16": "1969-02-17",
    "1985-01-21": "1985-02-20",
    "2007-02-17": "2007-02-18",
    "2030-02-02": "2030-02-03",
}
MID_AUTUMN = (
    "2015-09-27", "2016-09-15", "2017-10-04", "2018-09-24", "2019-09-13", "2020-10-01", "2021-09-21",
    "2022-09-10", "2023-09-29", "2024-09-17", "2025-10-06", "2026-09-25", "2027-09-15", "2028-10-03",
    "2029-09-22", "2030-09-12",
)  # fmt: skip
LEAP_MONTHS = {
    1984: 0, 1985: 2, 1987: 7, 1990: 5, 1993: 3, 1995: 8, 1998: 5, 2001: 4, 2004: 2, 2006: 7, 2009: 5, 2012: 4, 2014: 9,
    2017: 6, 2020: 4, 2023: 2, 2025: 6, 2028: 5, 2031: 3, 2033: 11,
}  # fmt: skip
KITCHEN_GODS_TO_DAY_SEVEN = ((12, 23), (1, 7))


@pytest.fixture(scope="module")
def years() -> list[sky.Year]:
    return list(sky.lunar_years(FIRST_YEAR, LAST_YEAR))


def test_the_table_is_what_the_sun_and_the_moon_make_of_the_rules(years: list[sky.Year]) -> None:
    wrong = {
        year.new_year.year: f"0x{year.packed:06x}"
        for year, kept in zip(years, lunar._YEARS, strict=True)
        if year.packed != kept
    }
    assert not wrong


def test_every_day_has_its_lunar_day_and_the_way_back(years: list[sky.Year]) -> None:
    day = years[0].new_year
    for year in years:
        numbers = list(range(1, 13))
        if year.leap:
            numbers.insert(year.leap, year.leap)
        for place, (number, length) in enumerate(zip(numbers, year.lengths, strict=True)):
            is_leap = 0 < year.leap == place
            for of_month in range(1, length + 1):
                expected = LunarDay(year.new_year.year, number, of_month, is_leap)
                assert lunar_day(day) == expected
                assert solar_day(expected) == day
                day += timedelta(1)
            assert solar_day(LunarDay(year.new_year.year, number, length + 1, is_leap)) is None
    assert day == date(2200, 2, 15)


@pytest.mark.parametrize("new_year", [*TET, *NOT_AS_IN_CHINA])
def test_tet_is_when_it_was_and_will_be_kept(new_year: str) -> None:
    day = date.fromisoformat(new_year)
    assert lunar_new_year(day.year) == day
    assert lunar_day(day) == LunarDay(day.year, 1, 1)
    assert lunar_day(day - timedelta(1)).month == 12


@pytest.mark.parametrize(("vietnamese", "chinese"), NOT_AS_IN_CHINA.items())
def test_the_new_year_of_hanoi_is_not_peking_s(vietnamese: str, chinese: str) -> None:
    assert lunar_new_year(int(chinese[:4])) == date.fromisoformat(vietnamese) < date.fromisoformat(chinese)


def test_until_1967_days_were_china_s() -> None:
    assert lunar_new_year(1965) == date(1965, 2, 2)  # at UTC+7 it would have been the day before
    assert lunar_new_year(1967) == date(1967, 2, 9)


@pytest.mark.parametrize("full_moon", MID_AUTUMN)
def test_mid_autumn_is_the_fifteenth_of_the_eighth_month(full_moon: str) -> None:
    day = date.fromisoformat(full_moon)
    assert lunar_day(day) == LunarDay(day.year, 8, 15)


def test_leap_months_are_those_that_calendars_print() -> None:
    for (year, leap), (following, _) in pairwise([*LEAP_MONTHS.items(), (2034, 0)]):
        leaps = {month: solar_day(LunarDay(year, month, 1, is_leap=True)) for month in range(1, 13)}
        assert [month for month, day in leaps.items() if day] == [leap] * bool(leap)
        for ordinary in range(year + 1, following):
            assert not any(solar_day(LunarDay(ordinary, month, 1, is_leap=True)) for month in range(1, 13))


def test_a_leap_month_follows_the_month_whose_number_it_repeats() -> None:
    assert lunar_day(date(2025, 7, 24)) == LunarDay(2025, 6, 30)
    assert lunar_day(date(2025, 7, 25)) == LunarDay(2025, 6, 1, is_leap=True)
    assert lunar_day(date(2025, 8, 23)) == LunarDay(2025, 7, 1)
    assert lunar_day(date(2033, 12, 22)) == LunarDay(2033, 11, 1, is_leap=True)


@pytest.mark.parametrize(
    "no_day",
    [
        LunarDay(2025, 12, 30),
        LunarDay(2026, 6, 1, is_leap=True),
        LunarDay(2026, 0, 1),
        LunarDay(2026, 13, 1),
        LunarDay(2026, 1, 0),
        LunarDay(2026, 1, 31),
    ],
)
def test_what_a_year_does_not_have_is_no_day(no_day: LunarDay) -> None:
    assert solar_day(no_day) is None


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1900, 1, 30), date(2200, 2, 15), date(2200, 12, 31), date.max])
def test_a_day_outside_the_table_is_refused(day: date) -> None:
    with pytest.raises(ValueError, match="from 1900 to 2199"):
        lunar_day(day)


@pytest.mark.parametrize("year", [FIRST_YEAR - 1, LAST_YEAR + 1, 0, -1])
def test_a_year_outside_the_table_is_refused(year: int) -> None:
    with pytest.raises(ValueError, match="from 1900 to 2199"):
        lunar_new_year(year)
    with pytest.raises(ValueError, match="from 1900 to 2199"):
        solar_day(LunarDay(year, 1, 1))


def test_the_table_begins_and_ends_with_a_whole_year() -> None:
    assert lunar_day(lunar_new_year(FIRST_YEAR)) == LunarDay(FIRST_YEAR, 1, 1)
    assert lunar_day(date(2200, 2, 14)) == LunarDay(LAST_YEAR, 12, 30)


def days_within(year: int, first: tuple[int, int], last: tuple[int, int]) -> list[date]:
    days = (date(year, 1, 1) + timedelta(offset) for offset in range(366))
    return [day for day in days if day.year == year and is_within(day, first, last)]


def test_a_window_may_span_the_new_year() -> None:
    days = days_within(2026, *KITCHEN_GODS_TO_DAY_SEVEN)
    assert (days[0], days[-1], len(days)) == (date(2026, 2, 10), date(2026, 2, 23), 14)


def test_a_window_has_its_first_and_its_last_day() -> None:
    assert days_within(2026, (8, 14), (8, 16)) == [date(2026, 9, day) for day in (24, 25, 26)]
    assert days_within(2026, (8, 15), (8, 15)) == [date(2026, 9, 25)]


def test_a_leap_month_counts_as_the_month_that_it_repeats() -> None:
    assert days_within(2025, (6, 15), (6, 15)) == [date(2025, 7, 9), date(2025, 8, 8)]


@pytest.mark.parametrize(("year", "new_year_s_eve"), [(2025, date(2025, 1, 28)), (2024, date(2024, 2, 9))])
def test_the_thirtieth_of_month_twelve_is_the_last_day_of_a_year_however_long_it_is(
    year: int, new_year_s_eve: date
) -> None:
    """Month 12 had 29 days before Tet of 2025, and 30 before that of 2024."""
    assert days_within(year, (12, 30), (12, 30)) == [new_year_s_eve]
    assert days_within(year, (12, 28), (12, 30))[-1] == new_year_s_eve
    assert days_within(year, (12, 30), (1, 1)) == [new_year_s_eve, new_year_s_eve + timedelta(1)]


def test_the_twenty_ninth_is_itself_also_where_it_is_the_last_day() -> None:
    assert days_within(2025, (12, 29), (12, 29)) == [date(2025, 1, 28)]
    assert days_within(2024, (12, 29), (12, 29)) == [date(2024, 2, 8)]


def test_no_year_repeats_month_twelve_on_which_the_last_day_rests(years: list[sky.Year]) -> None:
    assert {year.leap for year in years} <= set(range(12))


def test_there_is_no_fraction_in_it() -> None:
    nodes = list(ast.walk(ast.parse(inspect.getsource(lunar))))
    assert not [node for node in nodes if isinstance(node, ast.Div)]
    assert not [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, float)]

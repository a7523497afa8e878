"""The sun and the moon, and what the rules of the Vietnamese calendar make of them: what `quen.lunar` ships as a table.

The rules are those that Ho Ngoc Duc published ("Computing the Vietnamese lunar calendar", informatik.uni-leipzig.de/~duc):
a month begins on the day of the new moon; month 11 is the one with the winter solstice; where thirteen months go from one
of those to the next, the first in which the sun comes to no multiple of 30 degrees is the leap one. The new moon is Meeus's
("Astronomical Algorithms", 2nd edition, chapter 49: some seconds), the sun too (chapter 25: a hundredth of a degree), the
difference between even time and the turning earth Espenak's and Meeus's polynomials of 2006. Astronomy is done in floats;
nothing of it ships.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from math import floor, radians, sin
from typing import NamedTuple

WINTER_SOLSTICE, TERM = 270, 30  # degrees of the sun's longitude
EPOCH = 2451545.0  # Julian date of noon on 1 January 2000
BEFORE_FIRST_DAY = 1721424.5  # Julian date at which day 0 of Python's calendar begins
PEKING_UNTIL, EAST_UNTIL = date(1929, 1, 1).toordinal(), date(1968, 1, 1).toordinal()


class Year(NamedTuple):
    """A lunar year: its first day, the number of the month that comes twice (0: none), the length of each of its months."""

    new_year: date
    leap: int
    lengths: Sequence[int]

    @property
    def packed(self) -> int:
        """As `quen.lunar` keeps it."""
        late = self.new_year.toordinal() - date(self.new_year.year, 1, 20).toordinal()
        return late << 17 | self.leap << 13 | sum((length - 29) << place for place, length in enumerate(self.lengths))


def lunar_years(first: int, last: int) -> Iterator[Year]:
    """The years from one to another."""
    start, end = date(first - 2, 10, 1).toordinal(), date(last + 2, 2, 1).toordinal()
    months = list(_new_moons(start, end))
    terms = dict(_terms(start, end))
    elevenths = [months[bisect_right(months, day) - 1] for day, angle in terms.items() if angle == WINTER_SOLSTICE]
    named = [month for span in pairwise(elevenths) for month in _named(months, terms, *span)]
    firsts = [place for place, (_, number, is_leap) in enumerate(named) if number == 1 and not is_leap]
    for place, following in pairwise(firsts):
        days = [day for day, _, _ in named[place : following + 1]]
        leap = next((number for _, number, is_leap in named[place:following] if is_leap), 0)
        if first <= (new_year := date.fromordinal(days[0])).year <= last:
            yield Year(new_year, leap, [later - day for day, later in pairwise(days)])


def _named(
    months: list[int], terms: dict[int, int], eleventh: int, next_eleventh: int
) -> Iterator[tuple[int, int, bool]]:
    """First day and number of each month from one month 11 to before the next, and whether it is a leap month."""
    span = [day for day in months if eleventh <= day <= next_eleventh]
    is_long, number, had_leap = len(span) == 14, 11, False
    for day, following in pairwise(span):
        is_leap = is_long and not had_leap and not any(other in terms for other in range(day, following))
        number = number if is_leap or day == eleventh else number % 12 + 1
        had_leap = had_leap or is_leap
        yield day, number, is_leap


def zone_hours(day: int) -> float:
    """By what the calendar's days were told: Peking's own noon, from 1929 UTC+8, by the decree of 1967 UTC+7."""
    if day < PEKING_UNTIL:
        return 7 + 45 / 60 + 40 / 3600
    return 8 if day < EAST_UNTIL else 7


def _new_moons(start: int, end: int) -> Iterator[int]:
    number = floor((start + BEFORE_FIRST_DAY - EPOCH) / 29.530588861)
    while (day := _local_day(new_moon(number))) < end:
        yield day
        number += 1


def _local_day(instant: float) -> int:
    """The day of a Julian date in universal time, as Python counts days."""
    return floor(instant - BEFORE_FIRST_DAY + zone_hours(floor(instant - BEFORE_FIRST_DAY)) / 24)


def _terms(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The days on which the sun comes to a multiple of 30 degrees, and to which."""
    before = _sun_at_midnight(start) // TERM
    for day in range(start, end):
        after = _sun_at_midnight(day + 1) // TERM
        if after != before:
            yield day, int(after) * TERM
        before = after


def _sun_at_midnight(day: int) -> float:
    instant = day + BEFORE_FIRST_DAY - zone_hours(day) / 24
    return sun_longitude(instant + _even_minus_turning_seconds(instant) / 86_400)


def sun_longitude(instant: float) -> float:
    """The sun's apparent longitude in degrees, at a Julian date in even time."""
    t = (instant - EPOCH) / 36_525
    anomaly = radians(357.52911 + 35_999.05029 * t - 0.0001537 * t**2)
    centre = (
        (1.914602 - 0.004817 * t - 0.000014 * t**2) * sin(anomaly)
        + (0.019993 - 0.000101 * t) * sin(2 * anomaly)
        + 0.000289 * sin(3 * anomaly)
    )
    true = 280.46646 + 36_000.76983 * t + 0.0003032 * t**2 + centre
    return (true - 0.00569 - 0.00478 * sin(radians(125.04 - 1934.136 * t))) % 360


# Amplitude in 0.00001 days; multiples of the sun's anomaly, the moon's, and the moon's argument of latitude.
PERIODIC = (
    (-40720, 0, 1, 0), (17241, 1, 0, 0), (1608, 0, 2, 0), (1039, 0, 0, 2), (739, -1, 1, 0), (-514, 1, 1, 0),
    (208, 2, 0, 0), (-111, 0, 1, -2), (-57, 0, 1, 2), (56, 1, 2, 0), (-42, 0, 3, 0), (42, 1, 0, 2), (38, 1, 0, -2),
    (-24, -1, 2, 0), (-7, 2, 1, 0), (4, 0, 2, -2), (4, 3, 0, 0), (3, 1, 1, -2), (3, 0, 2, 2), (-3, 1, 1, 2),
    (3, -1, 1, 2), (-2, -1, 1, -2), (-2, 1, 3, 0), (2, 0, 4, 0),
)  # fmt: skip
# Amplitude in 0.000001 days; degrees, and degrees a month.
PLANETARY = (
    (325, 299.77, 0.107408), (165, 251.88, 0.016321), (164, 251.83, 26.651886), (126, 349.42, 36.412478),
    (110, 84.66, 18.206239), (62, 141.74, 53.303771), (60, 207.14, 2.453732), (56, 154.84, 7.306860),
    (47, 34.52, 27.261239), (42, 207.19, 0.121824), (40, 291.34, 1.844379), (37, 161.72, 24.198154),
    (35, 239.56, 25.513099), (23, 331.55, 3.592518),
)  # fmt: skip


def new_moon(number: int) -> float:
    """The Julian date, in universal time, of the n-th new moon after that of 6 January 2000."""
    k, t = number, number / 1236.85
    sun = radians(2.5534 + 29.10535670 * k - 0.0000014 * t**2 - 0.00000011 * t**3)
    moon = radians(201.5643 + 385.81693528 * k + 0.0107582 * t**2 + 0.00001238 * t**3 - 0.000000058 * t**4)
    latitude = radians(160.7108 + 390.67050284 * k - 0.0016118 * t**2 - 0.00000227 * t**3 + 0.000000011 * t**4)
    node = radians(124.7746 - 1.56375588 * k + 0.0020672 * t**2 + 0.00000215 * t**3)
    roundness = 1 - 0.002516 * t - 0.0000074 * t**2
    even = 2451550.09766 + 29.530588861 * k + 0.00015437 * t**2 - 0.000000150 * t**3 + 0.00000000073 * t**4
    even -= 0.00017 * sin(node)
    for amplitude, suns, moons, latitudes in PERIODIC:
        # Only the sun's first and second multiple feel how the earth's way grows rounder.
        grown = roundness ** abs(suns) if abs(amplitude) >= 24 else 1
        even += amplitude / 100_000 * grown * sin(suns * sun + moons * moon + latitudes * latitude)
    for place, (amplitude, angle, speed) in enumerate(PLANETARY):
        even += amplitude / 1_000_000 * sin(radians(angle + speed * k - (0.009173 * t**2 if place == 0 else 0)))
    return even - _even_minus_turning_seconds(even) / 86_400


def _even_minus_turning_seconds(instant: float) -> float:
    """By how much even time is before the time of the turning earth: measured to 2005, and from then on a guess."""
    year = 2000 + (instant - EPOCH) / 365.25
    for until, origin, coefficients in (
        (1920, 1900, (-2.79, 1.494119, -0.0598939, 0.0061966, -0.000197)),
        (1941, 1920, (21.20, 0.84493, -0.076100, 0.0020936)),
        (1961, 1950, (29.07, 0.407, -1 / 233, 1 / 2547)),
        (1986, 1975, (45.45, 1.067, -1 / 260, -1 / 718)),
        (2005, 2000, (63.86, 0.3345, -0.060374, 0.0017275, 0.000651814, 0.00002373599)),
        (2050, 2000, (62.92, 0.32217, 0.005589)),
    ):
        if year < until:
            return sum(coefficient * (year - origin) ** power for power, coefficient in enumerate(coefficients))
    return -20 + 32 * ((year - 1820) / 100) ** 2 - 0.5628 * max(2150 - year, 0)

"""Periods: the months whose purchases count together, and the last day for which a tier is a member's.

They are whole months of the program's calendar (`2026-11`), as an account remembers what qualifies by the month of the
purchase. A year of a member's own ends with the month in which they joined; until that is known, the calendar's stands in.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from quen.business_days import add_months, end_of_month
from quen.program.model import TierPolicy

_YEAR = 12
WINDOWS_KEPT = 64
"""All purchases of one day ask for the same few, but where every member has a year of their own."""


class Months(NamedTuple):
    """From the first month to the last one, both included; "" is without that end."""

    first: str = ""
    last: str = ""

    def include(self, month: str) -> bool:
        """Whether it is one of them. What an account no longer tells apart (`earlier`) is of ever alone."""
        return self.first <= month and (not self.last or month <= self.last)

    @property
    def ends_on(self) -> date | None:
        """The last day of the last month."""
        return end_of_month(date.fromisoformat(f"{self.last}-01")) if self.last else None


EVER = Months()


@lru_cache(maxsize=WINDOWS_KEPT)
def window_of(policy: TierPolicy, day: date, joined_on: date | None) -> Months:
    """The months whose purchases count on that day: those of the day's period, or the rolling ones up to its month."""
    if policy.period == "lifetime":
        return EVER
    month = _number(day)
    if policy.period == "rolling":
        return _months(month - policy.months, month)
    last = month + (_closing_month(policy, joined_on) - day.month) % _YEAR
    if policy.period == "anniversary" and joined_on:
        first_end = _number(joined_on) + _YEAR
        if last <= first_end:  # the first year has the month of joining twice
            return _months(first_end - _YEAR, first_end)
    return _months(last - _YEAR + 1, last)


def end_of(policy: TierPolicy, day: date, joined_on: date | None) -> date | None:
    """The last day for which a tier is theirs that is reached on that day; None: for good."""
    if policy.period == "rolling":
        return end_of_month(add_months(day, policy.months))
    return window_of(policy, day, joined_on).ends_on


def end_after(policy: TierPolicy, until: date, joined_on: date | None) -> date | None:
    """The last day of the period that follows one that ends on `until`; None: for good."""
    return end_of(policy, until if policy.period == "rolling" else until + timedelta(days=1), joined_on)


def window_before(policy: TierPolicy, day: date, joined_on: date | None) -> Months | None:
    """The months of the period that was closed last; None where none was, or periods move along with the day."""
    if policy.period in {"rolling", "lifetime"}:
        return None
    current = window_of(policy, day, joined_on)
    before = window_of(policy, date.fromisoformat(f"{current.first}-01") - timedelta(days=1), joined_on)
    return before if before != current else None


def window_until(policy: TierPolicy, until: date, joined_on: date | None) -> Months:
    """The months that are looked at when a tier ends on that day. Where the program has come to other periods since, so that
    none of them ends with it, they are the twelve up to it.
    """
    window = window_of(policy, until, joined_on)
    if policy.period == "lifetime" or window.ends_on == end_of_month(until):
        return window
    return _months(_number(until) - _YEAR + 1, _number(until))


def window_in_grace(policy: TierPolicy, closed: date, day: date, joined_on: date | None) -> Months:
    """The months that are looked at in the grace after a period: those of the period, and those since."""
    return Months(window_until(policy, closed, joined_on).first, f"{day:%Y-%m}")


def _closing_month(policy: TierPolicy, joined_on: date | None) -> int:
    """With which month (1 to 12) a year ends."""
    if policy.period == "program_year":
        return (policy.starts_month - 2) % _YEAR + 1
    return joined_on.month if policy.period == "anniversary" and joined_on else _YEAR


def _number(day: date) -> int:
    """The day's month, counted from the year 0."""
    return day.year * _YEAR + day.month - 1


def _months(first: int, last: int) -> Months:
    return Months(*(f"{month // _YEAR:04d}-{month % _YEAR + 1:02d}" for month in (first, last)))

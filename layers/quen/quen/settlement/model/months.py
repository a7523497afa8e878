"""Months as texts (`2026-11`), which sort as they follow each other. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

from quen.business_days import add_months, end_of_month

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def is_month(text: str) -> bool:
    """Whether it is a month of this century."""
    return _MONTH.fullmatch(text) is not None


def month_of(day: date) -> str:
    """The month in which a day lies."""
    return f"{day:%Y-%m}"


def first_day(month: str) -> date:
    """The month's first day."""
    return date.fromisoformat(f"{month}-01")


def last_day(month: str) -> date:
    """The month's last day."""
    return end_of_month(first_day(month))


def month_after(month: str, months: int = 1) -> str:
    """The month that comes so many months later; a negative number goes back."""
    return month_of(add_months(first_day(month), months))


def days_of(month: str) -> list[date]:
    """The month's days."""
    return [first_day(month).replace(day=number) for number in range(1, last_day(month).day + 1)]


def months_between(first: str, last: str) -> list[str]:
    """From the first month to the last one, both included; none where the last comes before the first."""
    months = []
    while first <= last:
        months.append(first)
        first = month_after(first)
    return months


def closable_on(day: date) -> str:
    """The last month that is closed on that local day: from a month's second day on the month before, so that the ledger's
    stream had a day to bring what was recorded at its very end.
    """
    return month_after(month_of(day - timedelta(days=1)), -1)

"""Days in the program's time zone: pure arithmetic between instants (aware, UTC) and local days.

A local day is the half-open interval from its midnight to the next one, whatever its length (daylight saving).
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The day on the wall calendar of `zone` at that instant."""
    return instant.astimezone(zone).date()


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which `day` begins in `zone`: 00:00 local, or where the clocks skip it, the first instant after."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """24:00 local of `day`: the first instant that no longer belongs to it."""
    return day_start(day + timedelta(days=1), zone)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter (31 January + 1 → 28 or 29 February)."""
    index = day.year * 12 + (day.month - 1) + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def end_of_month(day: date) -> date:
    """The last day of that day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def end_of_quarter(day: date) -> date:
    """The last day of that day's quarter: 31 March, 30 June, 30 September or 31 December."""
    return end_of_month(day.replace(day=1, month=(day.month + 2) // 3 * 3))


def end_of_year(day: date) -> date:
    """31 December of that day's year."""
    return day.replace(month=12, day=31)

"""Birthdays: the lock, and what can be one. When one is kept is the program's to say."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from quen.errors import BirthdayLockedError, ValidationFailedError

BIRTHDAY_LOCK_DAYS = 365
BIRTHDAY_EARLIEST = date(1900, 1, 1)

# The farthest that a wall calendar is ahead of UTC (Kiribati): someone's today, hence the latest day of birth.
_CALENDAR_AHEAD_MAX = timedelta(hours=14)


def check_birthday(birthday: date, now: datetime) -> date:
    """The birthday, where it can be one. Raises ValidationFailedError at `/birthday`."""
    if birthday > (now + _CALENDAR_AHEAD_MAX).date():
        raise ValidationFailedError.at("/birthday", "in_future", "A birthday lies in the past.")
    if birthday < BIRTHDAY_EARLIEST:
        raise ValidationFailedError.at("/birthday", "too_early", f"The earliest birthday is {BIRTHDAY_EARLIEST}.")
    return birthday


def check_unlocked(set_at: datetime | None, now: datetime) -> None:
    """Raises BirthdayLockedError within 365 days of the last time that the birthday was set."""
    if set_at is not None and now < set_at + timedelta(days=BIRTHDAY_LOCK_DAYS):
        raise BirthdayLockedError

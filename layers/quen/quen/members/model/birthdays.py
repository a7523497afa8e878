"""Birthdays: the lock, and the shards of the index over them. When one is kept is the program's to say."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

from quen.errors import BirthdayLockedError, ValidationFailedError

BIRTHDAY_LOCK_DAYS = 365
BIRTHDAY_EARLIEST = date(1900, 1, 1)
BIRTHDAY_SHARDS = 8

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


def birthday_shard(birthday: date, member_id: str) -> str:
    """The index key of a member's birthday: its month and day, and one of eight shards, for example `02-29#3`."""
    digest = hashlib.sha256(member_id.encode()).digest()
    return shard_key(birthday.strftime("%m-%d"), digest[0] % BIRTHDAY_SHARDS)


def shard_key(month_day: str, shard: int) -> str:
    """The index key of one shard of one day."""
    return f"{month_day}#{shard}"

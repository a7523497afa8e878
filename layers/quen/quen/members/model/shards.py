"""The shards of the indexes over members: of those born on a day, and of all who are active."""

from __future__ import annotations

import hashlib
from datetime import date

BIRTHDAY_SHARDS = 8
ACTIVE_SHARDS = 8


def birthday_shard(birthday: date, member_id: str) -> str:
    """The index key of a member's birthday: its month and day, and one of eight shards, for example `02-29#3`."""
    return shard_key(birthday.strftime("%m-%d"), _number(member_id) % BIRTHDAY_SHARDS)


def member_shard(member_id: str) -> str:
    """The index key of an active member: one of eight shards, for example `active#3`."""
    return active_shard_key(_number(member_id) % ACTIVE_SHARDS)


def shard_key(month_day: str, shard: int) -> str:
    """The index key of one shard of one day."""
    return f"{month_day}#{shard}"


def active_shard_key(shard: int) -> str:
    """The index key of one shard of all active members."""
    return f"active#{shard}"


def _number(member_id: str) -> int:
    return hashlib.sha256(member_id.encode()).digest()[0]

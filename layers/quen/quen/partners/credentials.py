"""What a key id stands for, kept in the process for less than the minute within which a revocation must count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from msgspec import Struct

from quen.partners.model import Partner, PartnerKey

CACHE_SECONDS = 45
CACHE_KEYS_MAX = 256
CACHE_UNKNOWN_MAX = 1024

Value = TypeVar("Value")


class Credential(Struct, frozen=True):
    """A key and its owner. The secret of a symmetric one is kept apart."""

    key: PartnerKey
    partner: Partner


class Kept(Generic[Value]):
    """Reads what belongs to a key id at most once in `CACHE_SECONDS`, whether there is something or nothing.

    `read` answers None where there is nothing. That is kept too, or the second request of two would tell an unknown key from
    a known one; nobody can have asked for a key before it existed, because its id is random. It has a place of its own, so
    that a flood of made-up ids evicts no key. The age counts from before the read, so that what is kept is never older than
    it says; a clock that was set back counts as old.
    """

    def __init__(self, read: Callable[[str], Value | None]) -> None:
        self._read = read
        self._known: dict[str, tuple[datetime, Value]] = {}
        self._unknown: dict[str, tuple[datetime, None]] = {}

    def find(self, key_id: str, now: datetime) -> Value | None:
        """What was there within the last `CACHE_SECONDS`."""
        read_at, value = self._known.get(key_id) or self._unknown.get(key_id) or (None, None)
        if read_at is not None and timedelta() <= now - read_at < timedelta(seconds=CACHE_SECONDS):
            return value
        self.forget(key_id)
        fresh = self._read(key_id)
        if fresh is None:
            _keep(self._unknown, key_id, (now, None), at_most=CACHE_UNKNOWN_MAX)
        else:
            _keep(self._known, key_id, (now, fresh), at_most=CACHE_KEYS_MAX)
        return fresh

    def forget(self, key_id: str) -> None:
        """Read it anew next time."""
        self._known.pop(key_id, None)
        self._unknown.pop(key_id, None)

    def forget_where(self, is_meant: Callable[[Value], bool]) -> None:
        """Read anew next time what is kept and meant."""
        for key_id in [key_id for key_id, (_, value) in self._known.items() if is_meant(value)]:
            self.forget(key_id)


Entry = TypeVar("Entry")


def _keep(place: dict[str, Entry], key_id: str, entry: Entry, *, at_most: int) -> None:
    """The oldest makes room."""
    if len(place) >= at_most:
        place.pop(next(iter(place)))
    place[key_id] = entry

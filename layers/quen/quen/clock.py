"""The only place that reads the time of day. Everything else is given its `now`.

Two questions, two clocks: *when does the program think it is* (points, expiry, birthdays: the business clock, which a
sandbox may move) and *is this signature or token fresh* (the wall clock, which nobody moves).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the current instant, always aware and in UTC."""

    def now(self) -> datetime:
        """The current instant."""
        ...


class WallClock:
    """The real time, to the microsecond."""

    def now(self) -> datetime:
        """The real time."""
        return datetime.now(UTC)


class SandboxClock:
    """The wall clock moved by an offset that is read anew each time: time travel for sandbox stacks.

    `read_offset` answers how far ahead (negative: behind) of the real time the program lives.
    """

    def __init__(self, wall: Clock, read_offset: Callable[[], timedelta]) -> None:
        self._wall = wall
        self._read_offset = read_offset

    def now(self) -> datetime:
        """The real time and the offset."""
        return self._wall.now() + self._read_offset()

"""How often a caller may ask about members: a till needs it now and then, a list of all phone numbers very often.

Each kind of request is counted by itself, per partner (or member, who might guess whose number is a member's by sending
points there) and minute of real time: a fixed window, one write unit a request.
The count is taken before the member is looked for, whatever is found. What tills report
is not counted: a shop's busiest hour is no offence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from quen.clock import Clock
from quen.requests import RateLimitedError

WINDOW_SECONDS = 60


class RatedAction(StrEnum):
    """What is counted. The value is part of the count's key."""

    SEARCH_MEMBERS = "search_members"
    PREVIEW_PURCHASES = "preview_purchases"
    PREVIEW_EVENTS = "preview_events"
    SEND_POINTS = "send_points"


PER_MINUTE_MAX: Mapping[RatedAction, int] = MappingProxyType(
    {
        RatedAction.SEARCH_MEMBERS: 120,
        RatedAction.PREVIEW_PURCHASES: 600,
        RatedAction.PREVIEW_EVENTS: 600,
        RatedAction.SEND_POINTS: 20,
    }
)


class RequestCounts(Protocol):
    """Where requests are counted. May raise TemporarilyUnavailableError, and then nobody is answered."""

    def count(self, caller_id: str, action: RatedAction, minute: datetime, *, at_most: int) -> bool:
        """One more in that minute; False where there were `at_most` already."""


class Rates:
    """Counts what callers ask. `clock` is the wall clock."""

    def __init__(self, counts: RequestCounts, clock: Clock) -> None:
        self._counts = counts
        self._clock = clock

    def count(self, caller_id: str, action: RatedAction) -> None:
        """One more request of the caller. Raises RateLimitedError, which knows the seconds to the next minute."""
        now = self._clock.now()
        minute = now.replace(second=0, microsecond=0)
        if not self._counts.count(caller_id, action, minute, at_most=PER_MINUTE_MAX[action]):
            raise RateLimitedError(retry_after_seconds=WINDOW_SECONDS - now.second)

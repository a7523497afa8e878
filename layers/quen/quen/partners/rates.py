"""How often a caller may ask about members: a till needs it now and then, a list of all phone numbers very often.

Each kind of request is counted by itself, per partner (or member, who might guess whose number is a member's by sending
points there) and minute of real time: a fixed window, one write unit a request.
The count is taken before the member is looked for, whatever is found. What tills report
is not counted: a shop's busiest hour is no offence. Of voucher codes only those that name no voucher are counted, after
they were looked for; so a caller whose count is full is refused before anything is (`refuse_at_limit`), or a guess that is
right would still be told from the wrong ones.
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
    QUOTE_BILLS = "quote_bills"
    SEND_POINTS = "send_points"
    GUESS_VOUCHERS = "guess_vouchers"


PER_MINUTE_MAX: Mapping[RatedAction, int] = MappingProxyType(
    {
        RatedAction.SEARCH_MEMBERS: 120,
        RatedAction.PREVIEW_PURCHASES: 600,
        RatedAction.PREVIEW_EVENTS: 600,
        RatedAction.QUOTE_BILLS: 600,
        RatedAction.SEND_POINTS: 20,
        RatedAction.GUESS_VOUCHERS: 20,
    }
)


class RequestCounts(Protocol):
    """Where requests are counted. May raise TemporarilyUnavailableError, and then nobody is answered."""

    def count(self, caller_id: str, action: RatedAction, minute: datetime, *, at_most: int) -> bool:
        """One more in that minute; False where there were `at_most` already."""

    def counted(self, caller_id: str, action: RatedAction, minute: datetime) -> int:
        """How many there were in that minute."""


class Rates:
    """Counts what callers ask. `clock` is the wall clock."""

    def __init__(self, counts: RequestCounts, clock: Clock) -> None:
        self._counts = counts
        self._clock = clock

    def count(self, caller_id: str, action: RatedAction) -> None:
        """One more request of the caller. Raises RateLimitedError, which knows the seconds to the next minute."""
        minute, seconds_left = self._window()
        if not self._counts.count(caller_id, action, minute, at_most=PER_MINUTE_MAX[action]):
            raise RateLimitedError(retry_after_seconds=seconds_left)

    def refuse_at_limit(self, caller_id: str, action: RatedAction) -> None:
        """Count nothing. Raises RateLimitedError where the caller's minute is full."""
        minute, seconds_left = self._window()
        if self._counts.counted(caller_id, action, minute) >= PER_MINUTE_MAX[action]:
            raise RateLimitedError(retry_after_seconds=seconds_left)

    def _window(self) -> tuple[datetime, int]:
        """The minute that it is, and how many seconds of it are left."""
        now = self._clock.now()
        return now.replace(second=0, microsecond=0), WINDOW_SECONDS - now.second

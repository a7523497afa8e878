"""How often a caller may ask: what is counted, and how often in a minute of real time (a fixed window).

Two kinds of limits. What could tell who is a member (searches, previews, guesses) is counted exactly, per partner (or member,
who might guess whose number is a member's by sending points there): a till needs it now and then, a list of all phone numbers
very often. That is one write unit a request, and nobody is answered where the count cannot be had. All else is counted per
key and group of routes, to keep one caller's mistake from being everybody's trouble: `quen.partners.leases`.

An exact count is taken before the member is looked for, whatever is found. Of the codes of vouchers and receipts only those
that name none are counted, after they were looked for; so a caller whose count is full is refused before anything is
(`refuse_at_limit`), or a guess that is right would still be told from the wrong ones. What brands ask elsewhere (a purchase, a
redemption) is counted where it names nobody, and costs no call where it does: a process that has found the minute full refuses
all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from msgspec import Struct

from quen.clock import Clock
from quen.requests import RateLimitedError

WINDOW_SECONDS = 60


class RatedAction(StrEnum):
    """What is counted exactly. The value is part of the count's key."""

    SEARCH_MEMBERS = "search_members"
    PREVIEW_PURCHASES = "preview_purchases"
    PREVIEW_EVENTS = "preview_events"
    QUOTE_BILLS = "quote_bills"
    SEND_POINTS = "send_points"
    GUESS_VOUCHERS = "guess_vouchers"
    GUESS_RECEIPTS = "guess_receipts"
    GUESS_MEMBERS = "guess_members"


class RouteGroup(StrEnum):
    """Routes of the partner API that share a limit for each key. The value is part of the count's key."""

    PURCHASES = "purchases"
    BATCHES = "batches"
    READING = "reading"
    REDEMPTIONS = "redemptions"
    BACK_OFFICE = "back_office"


PER_MINUTE_MAX: Mapping[RatedAction, int] = MappingProxyType(
    {
        RatedAction.SEARCH_MEMBERS: 120,
        RatedAction.PREVIEW_PURCHASES: 600,
        RatedAction.PREVIEW_EVENTS: 600,
        RatedAction.QUOTE_BILLS: 600,
        RatedAction.SEND_POINTS: 20,
        RatedAction.GUESS_VOUCHERS: 20,
        RatedAction.GUESS_RECEIPTS: 20,
        RatedAction.GUESS_MEMBERS: 300,
    }
)
GROUP_PER_MINUTE_MAX: Mapping[RouteGroup, int] = MappingProxyType(
    {
        RouteGroup.PURCHASES: 6000,
        RouteGroup.BATCHES: 600,
        RouteGroup.READING: 3000,
        RouteGroup.REDEMPTIONS: 3000,
        RouteGroup.BACK_OFFICE: 600,
    }
)


class Allowance(Struct, frozen=True):
    """What of a limit is left in this minute, as far as this process knows: others may have used some of it since."""

    name: str
    per_minute: int
    remaining: int
    seconds_left: int


class RequestCounts(Protocol):
    """Where requests are counted. Every method may raise TemporarilyUnavailableError."""

    def count(
        self, caller_id: str, counted: RatedAction | RouteGroup, minute: datetime, *, at_most: int, requests: int = 1
    ) -> int | None:
        """So many more in that minute: how many there are then; None, and none counted, where that were over `at_most`."""

    def counted(self, caller_id: str, counted: RatedAction | RouteGroup, minute: datetime) -> int:
        """How many there were in that minute."""


class Rates:
    """Counts exactly what callers ask. `clock` is the wall clock."""

    def __init__(self, counts: RequestCounts, clock: Clock) -> None:
        self._counts = counts
        self._clock = clock
        # What was last heard of each count of the newest minute; only for what answers say of it.
        self._known_minute: datetime | None = None
        self._known: dict[tuple[str, RatedAction], int] = {}

    def count(self, caller_id: str, action: RatedAction, requests: int = 1) -> None:
        """So many more of the caller. Raises RateLimitedError, which knows the seconds to the next minute."""
        minute, seconds_left = window(self._clock.now())
        at_most = PER_MINUTE_MAX[action]
        counted = self._counts.count(caller_id, action, minute, at_most=at_most, requests=requests)
        self._remember(caller_id, action, minute, at_most if counted is None else counted)
        if counted is None:
            raise RateLimitedError(retry_after_seconds=seconds_left)

    def refuse_if_known_full(self, caller_id: str, action: RatedAction) -> None:
        """Ask nobody. Raises RateLimitedError where this process has found the caller's minute full."""
        allowance = self.allowance(caller_id, action)
        if not allowance.remaining:
            raise RateLimitedError(retry_after_seconds=allowance.seconds_left)

    def refuse_at_limit(self, caller_id: str, action: RatedAction) -> None:
        """Count nothing. Raises RateLimitedError where the caller's minute is full."""
        minute, seconds_left = window(self._clock.now())
        requests = self._counts.counted(caller_id, action, minute)
        self._remember(caller_id, action, minute, requests)
        if requests >= PER_MINUTE_MAX[action]:
            raise RateLimitedError(retry_after_seconds=seconds_left)

    def allowance(self, caller_id: str, action: RatedAction) -> Allowance:
        """What is left to the caller. Asks nobody: it is what the last count in this process has found."""
        minute, seconds_left = window(self._clock.now())
        requests = self._known.get((caller_id, action), 0) if minute == self._known_minute else 0
        at_most = PER_MINUTE_MAX[action]
        return Allowance(action.value, at_most, max(0, at_most - requests), seconds_left)

    def _remember(self, caller_id: str, action: RatedAction, minute: datetime, requests: int) -> None:
        if minute != self._known_minute:
            self._known_minute, self._known = minute, {}
        self._known[caller_id, action] = requests


def window(now: datetime) -> tuple[datetime, int]:
    """The minute that it is, and how many seconds of it are left."""
    return now.replace(second=0, microsecond=0), WINDOW_SECONDS - now.second

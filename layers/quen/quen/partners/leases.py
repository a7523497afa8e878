"""How often a key may ask in a minute, counted in leases: never more than its limit over all processes, perhaps a little less.

A count that every request wrote would be a hot item, and a call more for each. So a process takes a lease: it counts several
requests ahead with one conditional write, and lets them in without asking again. Its first lease of a minute is one request,
each further one twice as many, up to a hundredth of the limit: a process that was started for a moment leaves no more unused
than it used, and one that is busy asks once in a hundredth of the limit. A minute that is full is remembered until it is
over, so that a caller who is refused costs no call.

Where the count cannot be had (DynamoDB does not answer), requests are let in, a lease at a time: such a limit protects the
stack from one caller's mistake, and a till that cannot report purchases because a count failed would be the greater harm. A
signature and a nonce were proven before; what guards members against being guessed (`Rates`) fails closed.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from quen.clock import Clock
from quen.errors import TemporarilyUnavailableError
from quen.partners.rates import GROUP_PER_MINUTE_MAX, Allowance, RequestCounts, RouteGroup, window
from quen.requests import RateLimitedError

LEASES_PER_LIMIT_MIN = 100


class Lease(Struct):
    """What a process holds of one key's minute: `left` requests are counted and not used yet; `counted` is what the count
    stood at when it was last heard of, in all processes; `size` is that of the lease before.
    """

    left: int = 0
    counted: int = 0
    size: int = 0
    is_full: bool = False


class RequestLimits:
    """One process's part of the limits. `clock` is the wall clock. Serves one request at a time, as a function does."""

    def __init__(self, counts: RequestCounts, clock: Clock) -> None:
        self._counts = counts
        self._clock = clock
        self._minute: datetime | None = None
        self._leases: dict[tuple[str, RouteGroup], Lease] = {}

    def count(self, key_id: str, group: RouteGroup) -> None:
        """Let one more request in. Raises RateLimitedError, which knows the seconds to the next minute."""
        minute, seconds_left = window(self._clock.now())
        lease = self._lease(key_id, group, minute)
        if not lease.left and not lease.is_full:
            self._extend(lease, key_id, group, minute)
        if not lease.left:
            raise RateLimitedError(retry_after_seconds=seconds_left)
        lease.left -= 1

    def allowance(self, key_id: str, group: RouteGroup) -> Allowance:
        """What is left to the key. Asks nobody."""
        minute, seconds_left = window(self._clock.now())
        lease, at_most = self._lease(key_id, group, minute), GROUP_PER_MINUTE_MAX[group]
        remaining = 0 if lease.is_full and not lease.left else at_most - lease.counted + lease.left
        return Allowance(group.value, at_most, max(0, min(at_most, remaining)), seconds_left)

    def _lease(self, key_id: str, group: RouteGroup, minute: datetime) -> Lease:
        if minute != self._minute:
            # What was leased for a minute ends with it.
            self._minute, self._leases = minute, {}
        return self._leases.setdefault((key_id, group), Lease())

    def _extend(self, lease: Lease, key_id: str, group: RouteGroup, minute: datetime) -> None:
        at_most = GROUP_PER_MINUTE_MAX[group]
        size = lease_size(lease, at_most)
        if not size:
            lease.is_full = True
            return
        try:
            counted = self._counts.count(key_id, group, minute, at_most=at_most, requests=size)
        except TemporarilyUnavailableError:
            lease.left = lease.size = size
            return
        if counted is None:
            # Fewer than a lease are left, and others will have them.
            lease.is_full = True
            return
        lease.left, lease.size, lease.counted = size, size, counted


def lease_size(before: Lease, at_most: int) -> int:
    """How many requests to ask for next: twice as many as before, at most a hundredth of the limit, never more than are left
    as far as the process knows (0: none is).
    """
    share = max(1, at_most // LEASES_PER_LIMIT_MIN)
    return min(max(1, 2 * before.size), share, at_most - before.counted)

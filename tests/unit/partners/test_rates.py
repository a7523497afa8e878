"""How often a partner may ask: so many requests a minute by the wall clock, and a refusal that says when to come back."""

from __future__ import annotations

from datetime import datetime

import pytest

from quen.partners.rates import PER_MINUTE_MAX, RatedAction, Rates
from quen.requests import RateLimitedError
from unit.partners.fakes import FixedClock


class CountedRequests:
    """Counts in memory, with the store's promise."""

    def __init__(self) -> None:
        self.counted_requests: dict[tuple[str, str, datetime], int] = {}

    def count(self, partner_id: str, action: RatedAction, minute: datetime, *, at_most: int) -> bool:
        place = partner_id, action, minute
        if self.counted_requests.get(place, 0) >= at_most:
            return False
        self.counted_requests[place] = self.counted_requests.get(place, 0) + 1
        return True

    def counted(self, partner_id: str, action: RatedAction, minute: datetime) -> int:
        return self.counted_requests.get((partner_id, action, minute), 0)


@pytest.mark.parametrize("action", RatedAction)
def test_a_minute_holds_so_many_requests_and_the_next_one_as_many(action: RatedAction) -> None:
    clock = FixedClock()  # 03:15:00.5
    rates = Rates(CountedRequests(), clock)
    for _ in range(2):
        for _ in range(PER_MINUTE_MAX[action]):
            rates.count("ptn_1", action)
        with pytest.raises(RateLimitedError):
            rates.count("ptn_1", action)
        clock.advance(60)


def test_partners_and_actions_are_counted_apart() -> None:
    rates = Rates(CountedRequests(), FixedClock())
    for _ in range(PER_MINUTE_MAX[RatedAction.SEARCH_MEMBERS]):
        rates.count("ptn_1", RatedAction.SEARCH_MEMBERS)
    rates.count("ptn_1", RatedAction.PREVIEW_PURCHASES)
    rates.count("ptn_2", RatedAction.SEARCH_MEMBERS)


@pytest.mark.parametrize(("second", "wait"), [(0.0, 60), (0.5, 60), (1.0, 59), (59.0, 1), (59.999, 1)])
def test_who_is_refused_is_told_when_the_next_minute_begins(second: float, wait: int) -> None:
    clock = FixedClock()
    clock.instant = clock.instant.replace(second=0, microsecond=0)
    clock.advance(second)
    counts = CountedRequests()
    counts.count = lambda *_, **__: False  # type: ignore[method-assign]
    with pytest.raises(RateLimitedError) as refusal:
        Rates(counts, clock).count("ptn_1", RatedAction.SEARCH_MEMBERS)
    assert refusal.value.retry_after_seconds == wait


def test_who_is_at_the_limit_is_refused_before_anything_is_looked_for_and_not_counted() -> None:
    clock = FixedClock()
    rates = Rates(CountedRequests(), clock)
    for _ in range(PER_MINUTE_MAX[RatedAction.GUESS_VOUCHERS]):
        rates.refuse_at_limit("ptn_1", RatedAction.GUESS_VOUCHERS)
        rates.count("ptn_1", RatedAction.GUESS_VOUCHERS)
    with pytest.raises(RateLimitedError):
        rates.refuse_at_limit("ptn_1", RatedAction.GUESS_VOUCHERS)
    rates.refuse_at_limit("ptn_2", RatedAction.GUESS_VOUCHERS)
    clock.advance(60)
    rates.refuse_at_limit("ptn_1", RatedAction.GUESS_VOUCHERS)

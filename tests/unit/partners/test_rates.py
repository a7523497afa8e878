"""How often a partner may ask: so many requests a minute by the wall clock, and a refusal that says when to come back."""

from __future__ import annotations

import pytest

from quen.partners.rates import PER_MINUTE_MAX, Allowance, RatedAction, Rates
from quen.requests import RateLimitedError
from unit.partners.fakes import CountedRequests, FixedClock


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
    counts.count = lambda *_, **__: None  # type: ignore[method-assign]
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


def test_what_is_left_is_told_as_the_last_count_found_it() -> None:
    clock = FixedClock()
    rates = Rates(CountedRequests(), clock)
    assert rates.allowance("ptn_1", RatedAction.SEARCH_MEMBERS) == Allowance("search_members", 120, 120, 60)
    rates.count("ptn_1", RatedAction.SEARCH_MEMBERS)
    rates.count("ptn_1", RatedAction.SEARCH_MEMBERS)
    clock.advance(12)
    assert rates.allowance("ptn_1", RatedAction.SEARCH_MEMBERS) == Allowance("search_members", 120, 118, 48)
    assert rates.allowance("ptn_2", RatedAction.SEARCH_MEMBERS).remaining == 120
    clock.advance(60)
    assert rates.allowance("ptn_1", RatedAction.SEARCH_MEMBERS).remaining == 120


def test_nothing_is_left_to_who_is_at_the_limit() -> None:
    rates = Rates(CountedRequests(), FixedClock())
    for _ in range(PER_MINUTE_MAX[RatedAction.GUESS_VOUCHERS]):
        rates.count("ptn_1", RatedAction.GUESS_VOUCHERS)
    with pytest.raises(RateLimitedError):
        rates.count("ptn_1", RatedAction.GUESS_VOUCHERS)
    assert rates.allowance("ptn_1", RatedAction.GUESS_VOUCHERS).remaining == 0

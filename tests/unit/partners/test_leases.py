"""How often a key may ask: counted in leases by every process, never over the limit, and hardly a call for it."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quen.partners.leases import LEASES_PER_LIMIT_MIN, RequestLimits
from quen.partners.rates import GROUP_PER_MINUTE_MAX, Allowance, RouteGroup
from quen.requests import RateLimitedError
from unit.partners.fakes import CountedRequests, FixedClock

PROCESSES = 8
SMALL = RouteGroup.BACK_OFFICE
AT_MOST = GROUP_PER_MINUTE_MAX[SMALL]


def let_in(limits: RequestLimits, group: RouteGroup = SMALL, key_id: str = "key_1") -> bool:
    try:
        limits.count(key_id, group)
    except RateLimitedError:
        return False
    return True


@pytest.mark.parametrize("group", RouteGroup)
def test_one_process_alone_lets_in_exactly_the_limit_and_the_next_minute_as_many(group: RouteGroup) -> None:
    clock, at_most = FixedClock(), GROUP_PER_MINUTE_MAX[group]
    limits = RequestLimits(CountedRequests(), clock)
    for _ in range(2):
        assert Counter(let_in(limits, group) for _ in range(at_most + 50)) == {True: at_most, False: 50}
        clock.advance(60)


@given(asked=st.lists(st.integers(0, PROCESSES - 1), min_size=1, max_size=2 * AT_MOST))
@settings(max_examples=40, deadline=None)
def test_all_processes_together_never_let_in_more_than_the_limit(asked: list[int]) -> None:
    counts, clock = CountedRequests(), FixedClock()
    processes = [RequestLimits(counts, clock) for _ in range(PROCESSES)]
    admitted = sum(let_in(processes[number]) for number in asked)
    assert admitted <= AT_MOST
    # What is counted and not used is at most a lease for each process, and never more than the process has used.
    assert admitted >= min(len(asked), AT_MOST - PROCESSES * (AT_MOST // LEASES_PER_LIMIT_MIN))


def test_many_processes_that_hardly_work_leave_no_more_unused_than_they_use() -> None:
    counts, clock = CountedRequests(), FixedClock()
    for number in range(AT_MOST // 4):
        limits = RequestLimits(counts, clock)
        assert [let_in(limits) for _ in range(1 + number % 2)]
    (counted,) = counts.kept.values()
    used = sum(1 + number % 2 for number in range(AT_MOST // 4))
    assert counted <= 2 * used


def test_a_busy_process_asks_about_once_in_a_hundredth_of_the_limit() -> None:
    counts = CountedRequests()
    limits = RequestLimits(counts, FixedClock())
    for _ in range(6000):
        limits.count("key_1", RouteGroup.PURCHASES)
    assert counts.asked[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert len(counts.asked) <= 106
    assert max(counts.asked) == 60


def test_who_is_refused_costs_no_call_until_the_minute_is_over() -> None:
    counts, clock = CountedRequests(), FixedClock()
    others, limits = RequestLimits(counts, clock), RequestLimits(counts, clock)
    while let_in(others):
        pass
    assert not let_in(limits)
    calls = len(counts.asked)
    assert not any(let_in(limits) or let_in(others) for _ in range(100))
    assert len(counts.asked) == calls
    clock.advance(60)
    assert let_in(limits)


def test_a_lease_ends_with_its_minute() -> None:
    counts, clock = CountedRequests(), FixedClock()
    limits = RequestLimits(counts, clock)
    for _ in range(4):  # 1 + 2, and the first of a lease of 4
        limits.count("key_1", SMALL)
    clock.advance(60)
    limits.count("key_1", SMALL)
    assert counts.asked == [1, 2, 4, 1]


def test_keys_and_groups_are_counted_apart() -> None:
    limits = RequestLimits(CountedRequests(), FixedClock())
    while let_in(limits):
        pass
    assert let_in(limits, key_id="key_2")
    assert let_in(limits, RouteGroup.PURCHASES)


def test_what_is_left_is_told_to_the_end_of_the_minute() -> None:
    counts, clock = CountedRequests(), FixedClock()
    limits, others = RequestLimits(counts, clock), RequestLimits(counts, clock)
    assert limits.allowance("key_1", SMALL) == Allowance("back_office", 600, 600, 60)
    for _ in range(4):
        limits.count("key_1", SMALL)
    clock.advance(28)
    assert limits.allowance("key_1", SMALL) == Allowance("back_office", 600, 596, 32)
    while let_in(others):
        pass
    while let_in(limits):
        pass
    assert [one.allowance("key_1", SMALL).remaining for one in (limits, others)] == [0, 0]


def test_a_refusal_says_when_the_next_minute_begins() -> None:
    clock = FixedClock()
    limits = RequestLimits(CountedRequests(), clock)
    clock.advance(45)
    while let_in(limits):
        pass
    with pytest.raises(RateLimitedError) as refusal:
        limits.count("key_1", SMALL)
    assert refusal.value.retry_after_seconds == 15


def test_where_the_count_cannot_be_had_requests_are_let_in_and_hardly_ask_for_it() -> None:
    counts = CountedRequests(is_down=True)
    limits = RequestLimits(counts, FixedClock())
    assert all(let_in(limits) for _ in range(2 * AT_MOST))
    assert len(counts.asked) <= 2 * AT_MOST // 6 + 3
    counts.is_down = False
    assert Counter(let_in(limits) for _ in range(AT_MOST + 50))[False] >= 40

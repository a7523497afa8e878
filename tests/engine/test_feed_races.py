"""A feed with many writers and a reader, on engines that are faithful about transactions: no gap, nothing twice, in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import Any

import pytest

from engine.faults import FAULTS, CrashError, Fault, FaultyClient, transaction_conflict
from quen.adapters import pause
from quen.errors import TemporarilyUnavailableError
from quen.feed.model import PartnerEvent
from quen.feed.service import EVENTS_PER_TRANSACTION_MAX, KEPT_SECONDS, Feeds
from quen.feed.store import FeedStore
from tables import create_tables
from unit.partners.fakes import FixedClock

pytestmark = pytest.mark.engine
WRITERS, EACH = 8, 25
TRIES_MAX = 5
AGAIN_MAX = 50
KINDS = FAULTS | {"transaction conflict": transaction_conflict}


def event(partner_id: str, writer: int, number: int) -> PartnerEvent:
    """The `number`-th event of a writer, which stands for one shard of the stream, and so for its members."""
    name = f"evt_{writer}_{number:02d}"
    return PartnerEvent(partner_id, name, "points.earned", f'{{"is":"{name}"}}'.encode())


def make_feeds(client: Any, table: str) -> Feeds:
    return Feeds(FeedStore(client, table), FixedClock(), pause)


@pytest.fixture(scope="module")
def table(engine: Any) -> str:
    return create_tables(engine)["messages"]


@pytest.fixture(scope="module")
def partners() -> Iterator[str]:
    """A fresh partner's id each time."""
    return (f"ptn_{number:016d}" for number in range(10**6))


def again(act: Callable[[], None]) -> None:
    """As the stream does: what was unavailable comes again."""
    for _ in range(AGAIN_MAX):
        try:
            return act()
        except TemporarilyUnavailableError:
            continue
    raise AssertionError("the stream gave up")


def read_all(feeds: Feeds, partner_id: str, is_over: Callable[[], bool] = lambda: True) -> list[PartnerEvent]:
    """What a reader sees who pages from the first moment until the writers are done and nothing is left."""
    seen, position = list[Any](), 0
    while True:
        was_over = is_over()
        page = feeds.search(partner_id, position, 20)
        seen += page.events
        position = page.position
        if page.events:
            continue
        if was_over and not page.has_more:
            return seen
        time.sleep(0.01)


def test_eight_writers_and_a_reader_have_every_event_once_without_gap_in_each_writer_s_order(
    engine: Any, table: str, partners: Iterator[str]
) -> None:
    """Each writer is told in batches that overlap, and has a copy of another's last batch, as after a timeout."""
    feeds, partner_id = make_feeds(engine, table), next(partners)
    barrier = Barrier(WRITERS)

    def write(writer: int) -> None:
        mine = [event(partner_id, writer, number) for number in range(EACH)]
        random = Random(writer)
        barrier.wait()
        start = 0
        while start < EACH:
            end = min(EACH, start + random.randint(3, 9))
            batch = mine[max(0, start - 2) : end]
            again(lambda batch=batch: feeds.append(partner_id, batch))  # type: ignore[misc]
            start = end
        again(lambda: feeds.append(partner_id, mine[-5:]))

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        writing = [pool.submit(write, writer) for writer in range(WRITERS)]
        reading = pool.submit(read_all, feeds, partner_id, lambda: all(one.done() for one in writing))
        for one in writing:
            one.result()
        seen: list[Any] = reading.result()
    assert [one.position for one in seen] == list(range(1, WRITERS * EACH + 1))
    ids = [one.event_id for one in seen]
    for writer in range(WRITERS):
        own = [name for name in ids if name.startswith(f"evt_{writer}_")]
        assert own == [event(partner_id, writer, number).event_id for number in range(EACH)]
    assert all(one.body == f'{{"is":"{one.event_id}"}}'.encode() for one in seen)
    assert feeds.find(partner_id, ids[0]) == seen[0].body


def test_one_batch_that_eight_are_told_at_once_is_in_the_feed_once(
    engine: Any, table: str, partners: Iterator[str]
) -> None:
    """As where a function is given up for dead and its batch told to the next one, while it lives."""
    feeds, partner_id = make_feeds(engine, table), next(partners)
    batch = [event(partner_id, 0, number) for number in range(EVENTS_PER_TRANSACTION_MAX + 5)]
    barrier = Barrier(WRITERS)

    def write(_: int) -> None:
        barrier.wait()
        again(lambda: feeds.append(partner_id, batch))

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    assert [one.event_id for one in read_all(feeds, partner_id)] == [one.event_id for one in batch]


def test_a_fault_at_any_call_and_a_retry_leave_every_event_once(
    engine: Any, table: str, partners: Iterator[str]
) -> None:
    client = FaultyClient(engine)
    feeds = make_feeds(client, table)
    for kind, fault in KINDS.items():
        for at in (1, 2):
            assert append_with(client, feeds, next(partners), 5, {at: fault}) >= 2, kind
            search_with(client, feeds, next(partners), {at: fault})


@pytest.mark.parametrize("kind", ["timeout after commit", "crash after", "transaction conflict"])
@pytest.mark.parametrize("at", [2, 4])
def test_a_fault_between_two_transactions_leaves_every_event_once(
    kind: str, at: int, engine: Any, table: str, partners: Iterator[str]
) -> None:
    client = FaultyClient(engine)
    feeds = make_feeds(client, table)
    assert append_with(client, feeds, next(partners), EVENTS_PER_TRANSACTION_MAX + 1, {}) == 4
    append_with(client, feeds, next(partners), EVENTS_PER_TRANSACTION_MAX + 1, {at: KINDS[kind]})


def append_with(client: FaultyClient, feeds: Feeds, partner_id: str, count: int, faults: dict[int, Fault]) -> int:
    """Append so many behind what another writer has told, tried as the stream tries; answers how many calls it made."""
    batch = [event(partner_id, 0, number) for number in range(count + 3)]
    feeds.append(partner_id, batch[:3])
    client.arm(faults)
    patiently(lambda: feeds.append(partner_id, batch[3:]))
    calls = client.calls
    client.arm({})
    seen: list[Any] = read_all(feeds, partner_id)
    assert [one.event_id for one in seen] == [one.event_id for one in batch]
    assert [one.position for one in seen] == list(range(1, len(batch) + 1))
    return calls


def search_with(client: FaultyClient, feeds: Feeds, partner_id: str, faults: dict[int, Fault]) -> None:
    """A reader who is told to try again, and does, misses nothing."""
    feeds.append(partner_id, [event(partner_id, 0, number) for number in range(5)])
    client.arm(faults)
    first: list[Any] = []
    patiently(lambda: first.extend(feeds.search(partner_id, None, 4).events))
    client.arm({})
    assert [one.position for one in first] == [1, 2, 3, 4]


def patiently(act: Callable[[], None]) -> None:
    for _ in range(TRIES_MAX):
        try:
            return act()
        except (TemporarilyUnavailableError, CrashError):
            continue
    raise AssertionError("gave up")


def test_what_is_over_is_told_to_the_reader_and_the_feed_goes_on(
    engine: Any, table: str, partners: Iterator[str]
) -> None:
    clock, partner_id = FixedClock(), next(partners)
    feeds = Feeds(FeedStore(engine, table), clock, pause)
    feeds.append(partner_id, [event(partner_id, 0, number) for number in range(3)])
    clock.advance(KEPT_SECONDS)
    assert (feeds.search(partner_id, None, 10).events, feeds.search(partner_id, None, 10).position) == ([], 3)
    feeds.append(partner_id, [event(partner_id, 1, 0)])
    assert [one.position for one in feeds.search(partner_id, None, 10).events] == [4]


@pytest.mark.long
def test_how_many_events_a_second_a_feed_takes(engine: Any, table: str, partners: Iterator[str]) -> None:
    """A coalition's Black Friday: four shards of the stream tell one partner of full batches."""
    feeds, partner_id = make_feeds(engine, table), next(partners)
    started = time.perf_counter()

    def write(writer: int) -> None:
        for batch in range(10):
            told = [event(partner_id, writer, 100 * batch + number) for number in range(100)]
            again(lambda told=told: feeds.append(partner_id, told))  # type: ignore[misc]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    seconds = time.perf_counter() - started
    assert feeds.search(partner_id, 4_000, 1).position == 4_000
    assert 4_000 / seconds > 50

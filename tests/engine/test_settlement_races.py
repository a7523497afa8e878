"""Races over the books, on engines that are faithful about conditions: nothing is stated twice, and nothing decided twice."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

from factories import make_program
from house import FixedPrograms, MovableClock
from quen.errors import AlreadyDecidedError, ConflictRetryError
from quen.events.model import Event
from quen.ledger.model.funding import funded_by
from quen.settlement.composition import Bookkeeping
from quen.settlement.disputes import Asked, Decision
from quen.settlement.model import GENESIS, DisputeState
from unit.settlement.fakes import BRAND, FakePartners, make_entry, make_partner, noon

ENTRIES = 120
CLOSERS = 4
RESOLVERS = 8


class SilentBus:
    """Nobody is told."""

    def put(self, _events: list[Event]) -> None:
        pass


def open_books(engine: Any, tables: dict[str, str], clock: MovableClock) -> Bookkeeping:
    """As one process has them."""
    given = FakePartners(make_partner()), FixedPrograms(make_program()), clock, clock
    return Bookkeeping(engine, tables["program"], *given, lambda: b"k" * 32)


def test_what_arrives_while_months_are_closed_is_stated_once(engine: Any, tables: dict[str, str]) -> None:
    clock = MovableClock(noon(date(2027, 1, 2)))
    processes = [open_books(engine, tables, clock) for _ in range(2 * CLOSERS)]
    chance = random.Random(7)
    entries = [
        make_entry({funded_by(BRAND): -number}, date(2026, 10, 1) + timedelta(days=chance.randrange(92)), number=number)
        for number in range(1, ENTRIES + 1)
    ]

    def work(number: int) -> None:
        books = processes[number]
        if number < CLOSERS:
            listener = books.listener(SilentBus())
            for entry in entries[number::CLOSERS]:
                listener.tell([entry])
        else:
            close(books, clock)

    with ThreadPoolExecutor(len(processes)) as pool:
        [*pool.map(work, range(len(processes)))]
    clock.instant = noon(date(2027, 3, 2))
    close(processes[0], clock)
    settlement = processes[0].settlement
    months = [settlement.load(BRAND, month) for month in ("2026-10", "2026-11", "2026-12", "2027-01", "2027-02")]
    assert sum(statement.total("issued").points for statement in months) == sum(range(1, ENTRIES + 1))
    assert [each.previous_hash for each in months] == [GENESIS, *(each.hash for each in months[:-1])]


def close(books: Bookkeeping, clock: MovableClock) -> None:
    """Whoever meets another transaction on its way tries again, as a job's message does."""
    for _ in range(50):
        try:
            books.settlement.close_due(BRAND, clock.instant.date())
        except ConflictRetryError:
            continue
        return


def test_a_dispute_that_many_resolve_at_once_is_resolved_once(engine: Any, tables: dict[str, str]) -> None:
    books = open_books(engine, tables, MovableClock(noon(date(2026, 10, 20))))
    asked = Asked("2026-10", "lost", purchase_id="P-1")
    dispute, _ = books.disputes.open(BRAND, asked, idempotency_key="k", fingerprint="f")

    def resolve(points: int) -> str:
        decision = Decision(DisputeState.ACCEPTED, "seen", "an", points, "issued")
        try:
            books.disputes.resolve(dispute.dispute_id, decision)
        except (AlreadyDecidedError, ConflictRetryError) as error:
            return error.code
        return "resolved"

    with ThreadPoolExecutor(RESOLVERS) as pool:
        answers = Counter(pool.map(resolve, range(1, RESOLVERS + 1)))
    assert answers["resolved"] == 1
    [correction] = books.settlement.load(BRAND, "2026-10").corrections
    [kept], _ = books.disputes.list_in_state(DisputeState.ACCEPTED, None, 5)
    assert kept.resolution is not None
    assert correction.line.points == kept.resolution.points
    assert books.disputes.list_in_state(DisputeState.OPENED, None, 5) == ([], None)

"""A night of expiring on the engine, against the same calls made bare: the rate, and what each due account costs.

The job is the deployed one with its runs and its messages: `start` claims the day, each message works a shard to its end. Every
round is a night of its own, with as many accounts due, on tables that are there twice.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from local.bench_calls import Meter, Recorder, prepare
from local.bench_engine import Engine
from local.bench_ledger import make_program
from local.bench_nights import ALIVE, Current, account_item_of, account_named
from local.bench_workers import in_a_process
from local.connection import CREDENTIALS, aws_client
from local.request_units import Units
from local.tables import create_tables, index_keys
from quen.jobs.expire_points import ExpirePoints
from quen.jobs.model import WorkMessage
from quen.jobs.names import EXPIRE_POINTS
from quen.jobs.queue import LoggedFailures
from quen.jobs.service import Jobs
from quen.jobs.store import RunStore
from quen.ledger.service import Ledger
from quen.ledger.store import LedgerStore

FIRST_NIGHT = date(2027, 1, 29)
DUE = 100
ROUNDS = 5
WRITES_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Expiry:
    """The floor's time against ours, accounts a second, and of one due account: units, and messages of the queue."""

    ratio: float
    per_second: float
    due: int
    units: Units
    messages: int


class NightFailedError(Exception):
    """A night went otherwise than it should, so its figures say nothing."""


@dataclass(slots=True)
class Night:
    """The clock of it, and its queue."""

    on: date = FIRST_NIGHT
    queued: list[WorkMessage] = field(default_factory=list)
    sent: int = 0

    def now(self) -> datetime:
        """An hour after midnight in Saigon."""
        return datetime(self.on.year, self.on.month, self.on.day, 18, tzinfo=UTC) - timedelta(days=1)

    def send(self, messages: Sequence[WorkMessage], delay_seconds: int = 0) -> None:
        """Queue all of them."""
        if delay_seconds:
            raise NightFailedError("an account failed")
        self.queued += messages
        self.sent += len(messages)


def measure(engine: Engine) -> Expiry:
    """Some nights."""
    return in_a_process(_nights, engine.endpoint)


def _nights(endpoint: str) -> Expiry:
    import os

    os.environ |= CREDENTIALS
    client = aws_client("dynamodb", endpoint)
    tables, twins = create_tables(client), create_tables(client)
    names = {table: twins[name] for name, table in tables.items()}
    night, recorder = Night(), Recorder(client)
    jobs = open_jobs(recorder, tables, night)
    pairs = []
    for number in range(ROUNDS + 1):
        night.on = FIRST_NIGHT + timedelta(days=number)
        for each in (tables, twins):
            make_due(client, each["ledger"], night.on, number)
        ours = _timed(lambda: work_all(jobs, night))
        calls = prepare(client, recorder.take(), names)
        pairs.append((ours, _timed(lambda: [call() for call in calls])))  # noqa: B023 - called at once
    meter = Meter(client, {tables[name]: keys for name, keys in index_keys().items()})
    night.on, night.sent = night.on + timedelta(days=1), 0
    make_due(client, tables["ledger"], night.on, ROUNDS + 1)
    work_all(open_jobs(meter, tables, night), night)
    counted = pairs[1:]  # the first night opens connections
    ratio = statistics.median(bare / ours for ours, bare in counted)
    return Expiry(ratio, DUE / statistics.median(ours for ours, _ in counted), DUE, meter.units, night.sent)


def open_jobs(client: Any, tables: Mapping[str, str], night: Night) -> Jobs:
    """The job over these tables."""
    program = make_program()
    programs = Current(program)
    ledger = Ledger(LedgerStore(client, tables["ledger"]), programs, cast("Any", None), night, lambda _attempt: None)
    runs = RunStore(client, tables["program"])
    handlers = {EXPIRE_POINTS: lambda: ExpirePoints(ledger, programs)}
    return Jobs(handlers, runs, night, programs, LoggedFailures(), night, night)


def work_all(jobs: Jobs, night: Night) -> None:
    """The hourly start, and every message until none is left."""
    if len(jobs.start(EXPIRE_POINTS, night.now())) != 1:
        raise NightFailedError("the day was claimed before, or more than one was")
    while night.queued:
        jobs.work(night.queued.pop(0).body(), lambda: False)


def make_due(client: Any, table: str, on: date, night: int) -> None:
    """Accounts whose points were over on the day before."""
    over = (on - timedelta(days=1)).isoformat()
    item = account_item_of(make_program(), {over: 40, ALIVE: 120})
    items = [account_named(item, night * DUE + number) for number in range(DUE)]
    for first in range(0, DUE, WRITES_AT_ONCE):
        puts = [{"PutRequest": {"Item": each}} for each in items[first : first + WRITES_AT_ONCE]]
        client.batch_write_item(RequestItems={table: puts})


def _timed(act: Any) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began

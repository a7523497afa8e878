"""What our work adds to DynamoDB's: each use case through its handler against the same calls made bare, at 1, 4 and 16 at once.

Rounds of ours and of the floor alternate, so that a machine that is busy is busy for both; the ratio is the middle one of all
pairs of rounds. All workers play the same round at the same time.
"""

from __future__ import annotations

import io
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from local.bench_calls import Recorder, prepare
from local.bench_engine import Engine
from local.bench_shop import Customer, KeptSecrets, found, open_application
from local.bench_till import OPERATIONS, Round, Till
from local.bench_workers import Worker, all_at_once, in_a_process, workers
from local.connection import aws_client
from local.tables import create_tables

AT_ONCE = (1, 4, 16)
REQUESTS = {1: 16, 4: 10, 16: 5}
"""A round, for each worker; a member may hold 20 reservations at a time."""
ROUNDS, ROUNDS_MIN = 9, 3
SECONDS_MAX = 15
"""A machine that is busy plays fewer rounds of a use case, and not fewer than three."""

Tables = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class World:
    """What the workers share: the engine, the tables and their twins, who buys, and the tills' secrets."""

    endpoint: str
    tables: Tables
    twins: Tables
    customers: Sequence[Customer]
    kept: KeptSecrets

    @property
    def names(self) -> Tables:
        """The twins' names by those of the tables."""
        return {table: self.twins[name] for name, table in self.tables.items()}


@dataclass(frozen=True, slots=True)
class Ratio:
    """One use case at so many at once: the floor's time against ours, by the clock and by CPU, and what a request took, ms."""

    operation: str
    at_once: int
    ratio: float
    cpu_ratio: float
    milliseconds: float
    floor_milliseconds: float
    floor_cpu_milliseconds: float


def measure(engine: Engine, operations: Sequence[str] = OPERATIONS, at_once: Sequence[int] = AT_ONCE) -> list[Ratio]:
    """Every use case at every number of workers."""
    world = in_a_process(make_world, engine.endpoint, max(at_once))
    with workers(open_till, [(world, number) for number in range(max(at_once))]) as tills:
        # At first each one imports, opens connections and reads the program: that is a cold start, and measured elsewhere.
        for operation in operations:
            play(tills, operation, 2)
        return [measured(tills[:number], operation) for operation in operations for number in at_once]


def measured(tills: Sequence[Worker], operation: str) -> Ratio:
    """One use case, by these workers."""
    requests = REQUESTS[len(tills)]
    pairs: list[tuple[Round, Round]] = []
    ends_at = time.monotonic() + SECONDS_MAX
    while len(pairs) < ROUNDS_MIN or (len(pairs) < ROUNDS and time.monotonic() < ends_at):
        pairs.append(play(tills, operation, requests))
    ours, floor = ([pair[side] for pair in pairs] for side in (0, 1))
    return Ratio(
        operation,
        len(tills),
        statistics.median(bare.seconds / own.seconds for own, bare in pairs),
        statistics.median(bare.cpu / own.cpu for own, bare in pairs),
        statistics.median(each.seconds / requests * 1e3 for each in ours),
        statistics.median(each.seconds / requests * 1e3 for each in floor),
        statistics.median(each.cpu / each.requests * 1e3 for each in floor),
    )


def play(tills: Sequence[Worker], operation: str, requests: int) -> tuple[Round, Round]:
    """A round of ours and one of the floor, by all of them at once."""
    all_at_once(tills, "prepare", operation, requests)
    ours, floor = (all_at_once(tills, side) for side in ("ours", "floor"))
    return together(ours), together(floor)


def together(rounds: Sequence[Round]) -> Round:
    """What the workers did, as one round: the seconds are the mean of theirs."""
    return Round(
        sum(each.requests for each in rounds),
        statistics.mean(each.seconds for each in rounds),
        sum(each.cpu for each in rounds),
    )


def make_world(endpoint: str, customers: int) -> World:
    """Tables and their twins, with a shop in each; in a process of its own, because a founder loads what no till needs."""
    sys.stdout = io.StringIO()  # the log
    patient = aws_client("dynamodb", endpoint)
    tables, twins = create_tables(patient), create_tables(patient)
    recorder, kept = Recorder(patient), KeptSecrets()
    open_application(recorder, tables, kept)
    world = World(endpoint, tables, twins, found(kept, customers), kept)
    for call in prepare(patient, recorder.take(), world.names):
        call()
    return world


def open_till(world: World, number: int) -> Till:
    """One worker's, in the worker's process."""
    sys.stdout = io.StringIO()
    # Patient ones, both: sixteen at once keep an emulator longer than a function would wait.
    recorder, bare = Recorder(aws_client("dynamodb", world.endpoint)), aws_client("dynamodb", world.endpoint)
    open_application(recorder, world.tables, world.kept)
    return Till(world.customers[number], recorder, bare, world.names)

"""What a request costs beside DynamoDB: our own CPU, the units it is billed, the log it leaves, the memory its process has.

CPU is measured with DynamoDB answered from memory at the door of botocore's client, which is the client layer: what it does to
send a call and to read its answer is the floor's too. All before that door is ours, PynamoDB's models and Chalice among it. It
is the best of many rounds, as `timeit` has it: whatever else the machine does only adds. Of a signed request what knowing the
partner takes is shown apart; reading the gateway's event is none of it, for every request has one.
"""

from __future__ import annotations

import io
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.bench_calls import Answers, Call, Meter
from local.bench_engine import Engine
from local.bench_shop import Customer, KeptSecrets, found, open_application
from local.bench_till import OPERATIONS, Request, Till
from local.bench_workers import in_a_process
from local.connection import aws_client
from local.request_units import Units
from local.tables import create_tables, index_keys
from quen.bootstrap import application
from quen.http.gateway import GatewayRequest
from quen.http.signed import signed_request

ROUNDS, REQUESTS = 40, 10
METERED = 10
MEMORY_REQUESTS = 1_000
SETTLED_AFTER = 200
KILOBYTE = 1024


@dataclass(frozen=True, slots=True)
class Metered:
    """Some requests of one use case: what they were billed, in all; the last one, and its calls with their answers."""

    requests: int
    units: Units
    last: Request
    calls: Sequence[Call] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """A shop, and what was asked of its tables: enough to serve the same requests again from memory."""

    tables: Mapping[str, str]
    customer: Customer
    kept: KeptSecrets
    metered: Mapping[str, Metered]
    calls: Sequence[Call] = field(repr=False)


@dataclass(frozen=True, slots=True)
class OwnCost:
    """CPU of one request in ms: all of it, and of it what knowing the partner takes; bytes of the log."""

    milliseconds: float
    signature: float
    log_bytes: int

    @property
    def beyond(self) -> float:
        """Without the signature."""
        return self.milliseconds - self.signature


class _Log(io.StringIO):
    """A log of which nothing is kept but how much was written, so that it takes no memory and no time."""

    written = 0

    def write(self, text: str, /) -> int:
        """Count it."""
        self.written += len(text.encode())
        return len(text)


@dataclass(frozen=True, slots=True)
class Memory:
    """The most that a process had, MB, after a thousand requests; and how much more that was than after two hundred."""

    peak: float
    growth: float


def sample(engine: Engine) -> Sample:
    """Some requests of each use case on the engine, metered."""
    return in_a_process(_sample, engine.endpoint)


def own_costs(taken: Sample) -> Mapping[str, OwnCost]:
    """Each use case's, from memory."""
    return in_a_process(_own_costs, taken)


def memory(taken: Sample) -> Mapping[str, Memory]:
    """Of the process of each API, on the use case that has most to do there."""
    return {name: in_a_process(_memory, taken, name) for name in ("earn", "balance")}


def _sample(endpoint: str) -> Sample:
    sys.stdout = _Log()
    client, kept = aws_client("dynamodb", endpoint), KeptSecrets()
    tables = create_tables(client)
    meter = Meter(client, {tables[name]: keys for name, keys in index_keys().items()})
    open_application(meter, tables, kept)
    [customer] = found(kept, 1)
    till = Till(customer, meter, client, {})
    history: list[Call] = []
    metered = {operation: _metered(till, meter, operation, history) for operation in OPERATIONS}
    return Sample(tables, customer, kept, metered, history)


def _metered(till: Till, meter: Meter, operation: str, history: list[Call]) -> Metered:
    """Each is prepared by itself, so that the last one's answers can be given again."""
    units, request = Units(), till.request(operation)
    for turn in range(METERED + 1):
        request = till.request(operation)
        till.events = [till.signed(request)]
        history += meter.take()
        before = meter.units
        till.answer()
        if turn:  # the first one reads the program and the key, which the others find in memory
            units += meter.units - before
    calls = meter.take()
    history += calls
    return Metered(METERED, units, request, calls)


def _own_costs(taken: Sample) -> Mapping[str, OwnCost]:
    sys.stdout = log = _Log()
    return {operation: _own_cost(taken, operation, log) for operation in taken.metered}


def _own_cost(taken: Sample, operation: str, log: _Log) -> OwnCost:
    till = _till_from_memory(taken, operation)
    renew = _renewing(till, taken.metered[operation].last)
    renew(1)
    till.answer()
    logged = log.written
    till.answer()
    log_bytes = log.written - logged
    whole = best(renew, till.answer)
    is_signed = "Signature" in till.events[0][1]["headers"]
    return OwnCost(whole, _signature_cost(till, renew) if is_signed else 0.0, log_bytes)


def _renewing(till: Till, request: Request) -> Callable[[int], None]:
    """What signs the same request so many times anew."""

    def renew(requests: int) -> None:
        till.events = [till.signed(request) for _ in range(requests)]

    return renew


def _signature_cost(till: Till, renew: Callable[[int], None]) -> float:
    """Of requests that are read already, so that only what a signature adds is taken off the whole."""
    app = application()
    read: list[GatewayRequest] = []

    def renew_read(requests: int) -> None:
        renew(requests)
        read[:] = [GatewayRequest.of(event) for _, event in till.events]

    def recognise() -> None:
        for request in read:
            app.partners.authenticate(signed_request(request, app.settings.public_authority))

    return best(renew_read, recognise)


def best(renew: Callable[[int], None], act: Callable[[], object]) -> float:
    """CPU milliseconds of one request in the best of many rounds, each of which is prepared before."""
    return min(_round(renew, act) for _ in range(ROUNDS)) / REQUESTS * 1e3


def _round(renew: Callable[[int], None], act: Callable[[], object]) -> float:
    renew(REQUESTS)
    before = time.process_time()
    act()
    return time.process_time() - before


def _memory(taken: Sample, operation: str) -> Memory:
    sys.stdout = _Log()
    till = _till_from_memory(taken, operation)
    renew, settled = _renewing(till, taken.metered[operation].last), 0.0
    for answered in range(0, MEMORY_REQUESTS, REQUESTS):
        renew(REQUESTS)
        till.answer()
        settled = _peak() if answered < SETTLED_AFTER else settled
    return Memory(_peak(), _peak() - settled)


def _peak() -> float:
    """Megabytes. Linux counts to a new process what the one that started it had, but for this line of its status."""
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) / KILOBYTE
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / KILOBYTE / (KILOBYTE if sys.platform == "darwin" else 1)


def _till_from_memory(taken: Sample, operation: str) -> Till:
    """A till whose tables answer what they answered when its requests were metered."""
    client: Any = Answers([*taken.calls, *taken.metered[operation].calls])
    open_application(client, taken.tables, taken.kept)
    return Till(taken.customer, client, None, {})

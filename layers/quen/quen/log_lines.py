"""One line of the log for each request, batch and run: what it says is gathered while the work is done, then written.

    message        `request`, `token` (the authorizer's), `batch` (of a queue), `stream` (a batch of the ledger's), `start` (a
                   job is woken), `run` (one of its days has ended), `proof` (of the ledger)
    duration_ms    how long it took
    cold_start     whether the process was new
    entries        the ledger's entries that it wrote, or was told of: the first ENTRIES_NAMED_MAX of them
    handled        what became of each message of a batch
    code, cause    why it was refused or failed, and the type of what stood behind that
    service, revision    the stack, and what is deployed (every line of a process has these)

Whoever follows a purchase to its message asks for the entry's id: every line on the way has it. Nothing of a body stands in a
line, and nothing about a person but ids.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import Any

from quen.clock import WallClock
from quen.errors import QuenError
from quen.metrics import Figure, Number, embedded
from quen.observability import cause_of, logger, named

ENTRIES_NAMED_MAX = 100
HANDLED_TOLD_MAX = 10
"""A queue's largest batch."""


class Line:
    """A line that is being written. What it says last counts; what is None is not said."""

    def __init__(self, message: str) -> None:
        self._message = message
        self._started = time.perf_counter()
        self._said: dict[str, Any] = {}
        self._entries: list[str] = []
        self._handled: list[dict[str, Any]] = []
        self._figures: dict[str, Figure] = {}
        self._error: BaseException | None = None

    @property
    def milliseconds(self) -> float:
        """How long the work has taken so far."""
        return round((time.perf_counter() - self._started) * 1000, 1)

    def say(self, **fields: Any) -> None:
        """Integers, ids, codes and days: never a body, a name or an address."""
        self._said.update(fields)

    def add(self, **numbers: int) -> None:
        """Numbers that are summed up while the work goes on."""
        for name, number in numbers.items():
            self._said[name] = self._said.get(name, 0) + number

    def tell_of(self, **fields: Any) -> dict[str, Any]:
        """One of several things that are done; what becomes of it may be added to the answer."""
        if len(self._handled) < HANDLED_TOLD_MAX:
            self._handled.append(fields)
        return fields

    def name_entries(self, ids: Iterable[str]) -> None:
        """Entries that the work wrote, or was told of."""
        self._entries += islice(ids, ENTRIES_NAMED_MAX - len(self._entries))

    def count(self, *figures: Figure) -> None:
        """What the line counts; numbers of a metric that was counted already are added to it."""
        for figure in figures:
            before = self._figures.get(figure.metric.name)
            self._figures[figure.metric.name] = _added(before, figure) if before else figure

    def fail(self, error: BaseException) -> None:
        """It ended with something that nobody foresaw: the line is an error's, and tells where it was raised."""
        self._error = error

    def write(self) -> None:
        """Into the log."""
        fields = {
            **self._said,
            "handled": self._handled or None,
            "entries": self._entries or None,
            "duration_ms": self.milliseconds,
            "cold_start": next(_cold, False),
        }
        told = {name: value for name, value in fields.items() if value is not None}
        log = logger()
        now = int(WallClock().now().timestamp() * 1000)
        told |= embedded([*self._figures.values()], str(log.service), now)
        level = log.error if self._error else log.info
        level(self._message, extra=told, exc_info=self._error)


_open: ContextVar[Line | None] = ContextVar("line", default=None)
_cold = iter((True,))
"""The process's first line of work takes what is in it."""


@contextmanager
def line(message: str, **fields: Any) -> Iterator[Line]:
    """The line of the work inside, written at its end however that is. What is raised there is told, and goes on."""
    writing = Line(message)
    writing.say(**fields)
    token = _open.set(writing)
    try:
        yield writing
    except Exception as error:
        if isinstance(error, QuenError):
            writing.say(code=error.code, cause=cause_of(error))
        else:
            writing.say(code=QuenError.code, cause=named(error))
        raise
    finally:
        _open.reset(token)
        writing.write()


def say(**fields: Any) -> None:
    """Add to the line of the work that is being done, where there is one."""
    if writing := _open.get():
        writing.say(**fields)


def add(**numbers: int) -> None:
    """Add numbers to those of the line of the work that is being done, where there is one."""
    if writing := _open.get():
        writing.add(**numbers)


def tell_of(**fields: Any) -> dict[str, Any]:
    """Tell of one of several things in the line of the work that is being done, where there is one."""
    writing = _open.get()
    return writing.tell_of(**fields) if writing else fields


def name_entries(ids: Iterable[str]) -> None:
    """Name entries in the line of the work that is being done, where there is one."""
    if writing := _open.get():
        writing.name_entries(ids)


def count(*figures: Figure) -> None:
    """Count in the line of the work that is being done, where there is one."""
    if writing := _open.get():
        writing.count(*figures)


def fail(error: BaseException) -> None:
    """Tell what nobody foresaw in the line of the work that is being done, where there is one."""
    if writing := _open.get():
        writing.fail(error)


def _added(before: Figure, figure: Figure) -> Figure:
    """Sums are added; values by themselves stand in a row."""
    one, other = before.value, figure.value
    if isinstance(one, Sequence) or isinstance(other, Sequence):
        return Figure(figure.metric, [*_row(one), *_row(other)], figure.of)
    return Figure(figure.metric, one + other, figure.of)


def _row(value: Number | Sequence[Number]) -> Sequence[Number]:
    return value if isinstance(value, Sequence) else [value]

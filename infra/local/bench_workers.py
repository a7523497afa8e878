"""Processes that do as they are told, each in its turn or all at once: one is here what a function's process is to AWS.

A Chalice app serves one request at a time, so many at once are many processes here, as they are on Lambda.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, TypeVar

Made = TypeVar("Made")
_SPAWN = multiprocessing.get_context("spawn")
"""Nothing of this process is in them."""


class WorkerFailedError(Exception):
    """What a worker was told to do failed; the message says how."""


class Worker:
    """A process that holds what `make` made of the arguments, and is told to call its methods."""

    def __init__(self, make: Callable[..., Any], *arguments: object) -> None:
        self._pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(theirs, make, arguments), daemon=True)
        self._process.start()
        theirs.close()

    def tell(self, method: str, *arguments: object) -> None:
        """Call it; what comes of it is answered when one asks for it."""
        self._pipe.send((method, arguments))

    def answer(self) -> Any:
        """What came of it. Raises WorkerFailedError."""
        try:
            is_done, answered = self._pipe.recv()
        except EOFError:
            raise WorkerFailedError("the process ended") from None
        if not is_done:
            raise WorkerFailedError(answered)
        return answered

    def stop(self) -> None:
        """End it."""
        self._pipe.close()
        self._process.join(5)
        self._process.kill()


@contextmanager
def workers(make: Callable[..., Any], arguments: Sequence[Sequence[object]]) -> Iterator[list[Worker]]:
    """One for each of these, until it is left."""
    made: list[Worker] = []
    try:
        made.extend(Worker(make, *each) for each in arguments)
        yield made
    finally:
        for worker in made:
            worker.stop()


def all_at_once(told: Sequence[Worker], method: str, *arguments: object) -> list[Any]:
    """Tell all of them, then wait for all."""
    for worker in told:
        worker.tell(method, *arguments)
    return [worker.answer() for worker in told]


def in_a_process(work: Callable[..., Made], *arguments: object) -> Made:
    """What the function answers in a fresh process. Raises WorkerFailedError."""
    with workers(_Once, [(work, *arguments)]) as [worker]:
        worker.tell("work")
        answered: Made = worker.answer()
        return answered


class _Once:
    def __init__(self, work: Callable[..., Any], *arguments: object) -> None:
        self._work, self._arguments = work, arguments

    def work(self) -> Any:
        return self._work(*self._arguments)


def _serve(pipe: Connection, make: Callable[..., Any], arguments: Sequence[object]) -> None:
    """Until the other side closes. Whatever fails is told to it."""
    made: Any = None
    while True:
        try:
            method, given = pipe.recv()
        except EOFError:
            return
        try:
            made = make(*arguments) if made is None else made
            pipe.send((True, getattr(made, method)(*given)))
        except Exception as error:  # noqa: BLE001 - the boundary of the process: told, and raised over there
            pipe.send((False, f"{type(error).__name__}: {error}"))

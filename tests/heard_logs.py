"""All that would stand in CloudWatch while handlers run."""

from __future__ import annotations

import io
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from quen.observability import hush_others, logger

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)


class Log:
    """All that would stand in CloudWatch: our lines, other libraries' lines, what is printed, what is raised."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._raised: list[str] = []
        self.ours, self.others = io.StringIO(), io.StringIO()

    def run(self, handle: Callable[[Any, Any], object], event: Any) -> None:
        """As Lambda runs a handler: what it raises is logged by its type, its words and where it was raised."""
        try:
            handle(event, CONTEXT)
        except Exception as error:  # noqa: BLE001 - as Lambda does
            self._raised += [type(error).__name__, str(error), *traceback.format_tb(error.__traceback__)]

    def read(self) -> str:
        """What was logged so far."""
        printed = self._capsys.readouterr()
        return "\n".join([self.ours.getvalue(), self.others.getvalue(), printed.out, printed.err, *self._raised])


@contextmanager
def listening(capsys: pytest.CaptureFixture[str]) -> Iterator[Log]:
    """Hear everything that is logged within, as Lambda does where `LogLevel` is DEBUG: it gives that level to everybody, and
    then our logger is made.
    """
    log = Log(capsys)
    ours, others = logger().registered_handler, logging.StreamHandler(log.others)
    others.addFilter(lambda record: record.name != logger().name)  # those lines are ours, and told once
    before = ours.setStream(log.ours)
    logging.root.addHandler(others)
    level = logging.root.level
    logging.root.setLevel(logging.DEBUG)
    hush_others()
    try:
        yield log
    finally:
        logging.root.removeHandler(others)
        logging.root.setLevel(level)
        ours.setStream(before)

"""What providers tell of messages, taken from their queue: each report once or more often, and nothing else ever again.

What is no report of ours is logged and gone: it would be none the next time either. What could not be noted now raises, and
the queue brings it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from quen.messages.model import DeliveryReport, State
from quen.messages.reports import NoReportError, read_log_lines, read_report
from quen.observability import logger


class Messages(Protocol):
    """What became of each message."""

    def take_report(self, report: DeliveryReport) -> State | None:
        """Note it; None, and a line in the log, where it is about no message of ours.

        Raises TemporarilyUnavailableError or ConflictRetryError to be brought again.
        """


class ReportQueue(Protocol):
    """Where reports wait."""

    def send(self, reports: Sequence[Mapping[str, Any]]) -> None:
        """Queue them all. Raises TemporarilyUnavailableError."""


class Reporting:
    """Takes providers' reports."""

    def __init__(self, messages: Messages, queue: ReportQueue) -> None:
        self._messages = messages
        self._queue = queue

    def receive(self, body: str) -> State | None:
        """Handle one message of the queue. Raises what `take_report` raises."""
        try:
            report = read_report(body)
        except NoReportError as error:
            _drop(error.why)
            return None
        return self._messages.take_report(report)

    def receive_log(self, data: str) -> int:
        """Queue every line that CloudWatch Logs sends, so that each is brought again by itself; answers how many.

        Raises TemporarilyUnavailableError: then all of them come again.
        """
        try:
            lines = read_log_lines(data)
        except NoReportError as error:
            _drop(error.why)
            return 0
        self._queue.send(lines)
        return len(lines)


def _drop(why: str) -> None:
    logger().warning("What came is no report of ours", extra={"why": why})

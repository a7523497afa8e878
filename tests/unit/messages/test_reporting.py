"""Reports from the queue: each is noted or comes again, and what is none never does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from quen.errors import ConflictRetryError, TemporarilyUnavailableError
from quen.messages.model import DeliveryReport, State
from quen.messages.reporting import Reporting
from unit.messages.ses_events import log_data, make_bounce, make_delivery, make_text


class FakeMessages:
    """Knows every message, or fails as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.taken: list[DeliveryReport] = []
        self._error = error

    def take_report(self, report: DeliveryReport) -> State | None:
        if self._error:
            raise self._error
        self.taken.append(report)
        return "DELIVERED"


class FakeQueue:
    """Keeps what is queued, or fails as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.queued: list[Mapping[str, Any]] = []
        self._error = error

    def send(self, reports: Sequence[Mapping[str, Any]]) -> None:
        if self._error:
            raise self._error
        self.queued += reports


def test_a_report_is_noted() -> None:
    messages = FakeMessages()
    reporting = Reporting(messages, FakeQueue())
    assert reporting.receive(json.dumps(make_delivery())) == "DELIVERED"
    assert [report.outcome for report in messages.taken] == ["delivered"]


@pytest.mark.parametrize("error", [TemporarilyUnavailableError(), ConflictRetryError()])
def test_what_could_not_be_noted_comes_again(error: Exception) -> None:
    with pytest.raises(type(error)):
        Reporting(FakeMessages(error), FakeQueue()).receive(json.dumps(make_bounce()))


def test_what_is_no_report_is_gone_and_does_not_fail() -> None:
    messages = FakeMessages(AssertionError())
    for body in ("", "not json", "{}", json.dumps(make_delivery(tags={}))):
        assert Reporting(messages, FakeQueue()).receive(body) is None


def test_each_line_of_a_log_is_queued_for_itself() -> None:
    messages, queue = FakeMessages(), FakeQueue()
    reporting = Reporting(messages, queue)
    assert reporting.receive_log(log_data(json.dumps(make_text()), json.dumps(make_text("FAILURE", "?")))) == 2
    for line in queue.queued:
        reporting.receive(json.dumps(line))
    assert [(report.channel, report.outcome) for report in messages.taken] == [("sms", "delivered"), ("sms", "bounced")]


def test_a_log_that_cannot_be_queued_comes_again_and_one_that_cannot_be_read_does_not() -> None:
    reporting = Reporting(FakeMessages(), FakeQueue(TemporarilyUnavailableError()))
    with pytest.raises(TemporarilyUnavailableError):
        reporting.receive_log(log_data(json.dumps(make_text())))
    assert reporting.receive_log("not gzipped") == 0

"""Sending to a queue: in batches of ten, all or an error that says try again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from quen.errors import TemporarilyUnavailableError
from quen.queues import send_all


class FakeSqs:
    """Keeps what is sent, or fails as it is told."""

    def __init__(self, answer: dict[str, Any] | None = None, error: Exception | None = None) -> None:
        self.calls: list[dict[str, Any]] = []
        self._answer = answer or {}
        self._error = error

    def send_message_batch(self, **call: Any) -> dict[str, Any]:
        self.calls.append(call)
        if self._error:
            raise self._error
        return self._answer


def test_many_messages_go_ten_at_a_time_in_order() -> None:
    sqs = FakeSqs()
    send_all(sqs, "https://queue", [{"number": number} for number in range(25)], delay_seconds=30)
    assert [len(call["Entries"]) for call in sqs.calls] == [10, 10, 5]
    entries = [entry for call in sqs.calls for entry in call["Entries"]]
    assert [json.loads(entry["MessageBody"])["number"] for entry in entries] == list(range(25))
    assert {(call["QueueUrl"], entry["DelaySeconds"]) for call in sqs.calls for entry in call["Entries"]} == {
        ("https://queue", 30)
    }
    assert all(len({entry["Id"] for entry in call["Entries"]}) == len(call["Entries"]) for call in sqs.calls)


def test_nothing_to_send_is_no_call() -> None:
    sqs = FakeSqs()
    send_all(sqs, "https://queue", [])
    assert sqs.calls == []


@pytest.mark.parametrize(
    "sqs",
    [
        FakeSqs({"Failed": [{"Id": "0"}]}),
        FakeSqs(error=ClientError({"Error": {"Code": "x"}}, "SendMessageBatch")),
        FakeSqs(error=EndpointConnectionError(endpoint_url="https://queue")),
    ],
)
def test_one_message_that_may_not_be_queued_says_try_again(sqs: FakeSqs) -> None:
    with pytest.raises(TemporarilyUnavailableError):
        send_all(sqs, "https://queue", [{}])

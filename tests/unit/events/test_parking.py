"""Where a record goes that nobody can read: into the queue with an alarm, whole where it fits."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from quen.errors import TemporarilyUnavailableError
from quen.events.parking import BODY_BYTES_MAX, SqsParking
from quen.events.stream import UnreadableRecordError
from sample_events import sample_event

RECORD = sample_event("publish_events", "unreadable")["Records"][0]
ERROR = UnreadableRecordError("hash")
URL = "https://sqs.example.com/events-failed"


class MemorySqs:
    def __init__(self, error: Exception | None = None) -> None:
        self.sent: list[dict[str, Any]] = []
        self._error = error

    def send_message(self, **message: Any) -> None:
        if self._error:
            raise self._error
        self.sent.append(message)


def test_the_queue_has_the_record_whole() -> None:
    sqs = MemorySqs()
    SqsParking(sqs, URL).park(RECORD, ERROR)
    [message] = sqs.sent
    assert (message["QueueUrl"], json.loads(message["MessageBody"])) == (URL, RECORD)


def test_a_record_too_large_for_a_message_is_parked_by_its_keys_and_its_place() -> None:
    large = RECORD | {"dynamodb": RECORD["dynamodb"] | {"NewImage": {"form": {"S": "điểm" * BODY_BYTES_MAX}}}}
    sqs = MemorySqs()
    SqsParking(sqs, URL).park(large, ERROR)
    [message] = sqs.sent
    assert len(message["MessageBody"].encode()) < BODY_BYTES_MAX
    parked = json.loads(message["MessageBody"])
    assert parked["dynamodb"] == {name: RECORD["dynamodb"][name] for name in ("Keys", "SequenceNumber")}


@pytest.mark.parametrize(
    "error",
    [ReadTimeoutError(endpoint_url=URL), ClientError({"Error": {"Code": "AccessDenied"}}, "SendMessage")],
    ids=["no answer", "refused"],
)
def test_what_could_not_be_parked_is_not_let_go(error: Exception) -> None:
    with pytest.raises(TemporarilyUnavailableError) as raised:
        SqsParking(MemorySqs(error), URL).park(RECORD, ERROR)
    assert raised.value.__cause__ is error


def test_the_log_names_the_record_s_place(caplog: pytest.LogCaptureFixture) -> None:
    SqsParking(MemorySqs(), URL).park(RECORD, ERROR)
    [record] = caplog.records
    assert (record.levelname, vars(record)["stream_sequence"]) == ("ERROR", RECORD["dynamodb"]["SequenceNumber"])

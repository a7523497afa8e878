"""The bus takes all that it is given, or says why it did not."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from quen.errors import TemporarilyUnavailableError
from quen.events.bus import ENTRIES_PER_CALL_MAX, EventBridgeBus
from quen.events.model import Event
from quen.observability import cause_of

EVENTS = [Event("points.earned", {"sequence": number}) for number in range(ENTRIES_PER_CALL_MAX + 1)]


class MemoryEvents:
    def __init__(self, failure: Exception | None = None, refused: str = "") -> None:
        self.calls: list[list[Any]] = []
        self._failure = failure
        self._refused = refused

    def put_events(self, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803 - botocore's name
        if self._failure:
            raise self._failure
        self.calls.append(Entries)
        answers: list[dict[str, Any]] = [{"EventId": "1"} for _ in Entries]
        if self._refused:
            answers[-1] = {"ErrorCode": self._refused, "ErrorMessage": "no"}
        return {"FailedEntryCount": int(bool(self._refused)), "Entries": answers}


def test_events_go_in_order_and_in_calls_that_are_allowed() -> None:
    client = MemoryEvents()
    EventBridgeBus(client, "bus").put(EVENTS)
    assert [len(call) for call in client.calls] == [ENTRIES_PER_CALL_MAX, 1]


@pytest.mark.parametrize(
    ("client", "cause"),
    [
        (MemoryEvents(refused="InternalFailure"), "ClientError InternalFailure PutEvents"),
        (MemoryEvents(ReadTimeoutError(endpoint_url="https://events")), "ReadTimeoutError events"),
    ],
)
def test_what_is_not_there_stops_the_batch_and_says_why(client: MemoryEvents, cause: str) -> None:
    with pytest.raises(TemporarilyUnavailableError) as refused:
        EventBridgeBus(client, "bus").put(EVENTS)
    assert cause_of(refused.value) == cause
    assert len(client.calls) <= 1

"""The EventBridge bus."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from quen.errors import TemporarilyUnavailableError
from quen.events.model import SOURCE, Event

ENTRIES_PER_CALL_MAX = 10


class EventBridgeBus:
    """Puts events on one bus. `client` is botocore's for EventBridge."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def put(self, events: Sequence[Event]) -> None:
        """Put them all, in order, and stop at the first ten of which one is refused."""
        for start in range(0, len(events), ENTRIES_PER_CALL_MAX):
            entries = [self._entry(event) for event in events[start : start + ENTRIES_PER_CALL_MAX]]
            try:
                answer = self._client.put_events(Entries=entries)
            except (BotoCoreError, ClientError) as error:
                raise TemporarilyUnavailableError from error
            if answer["FailedEntryCount"]:
                raise TemporarilyUnavailableError from _refusal(answer["Entries"])

    def _entry(self, event: Event) -> dict[str, Any]:
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": event.type,
            "Detail": json.dumps(event.detail, separators=(",", ":"), ensure_ascii=False),
        }


def _refusal(entries: Sequence[Mapping[str, Any]]) -> ClientError:
    """The first refused entry, as botocore tells any other refusal: PutEvents answers 200 for these."""
    code = next((entry["ErrorCode"] for entry in entries if "ErrorCode" in entry), "Unknown")
    return ClientError({"Error": {"Code": code}}, "PutEvents")

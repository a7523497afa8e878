"""The messages' two queues in SQS: what is to be told, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quen.messages.model import Intent
from quen.queues import send_all


class SqsIntentQueue:
    """Queues intents. `client` is botocore's for SQS."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, intents: Sequence[Intent], delay_seconds: int = 0) -> None:
        """Queue them all, to come after the delay. Raises TemporarilyUnavailableError where one may not be queued."""
        send_all(self._client, self._url, [intent.body() for intent in intents], delay_seconds=delay_seconds)


class SqsReportQueue:
    """Queues what providers tell. `client` is botocore's for SQS."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, reports: Sequence[Mapping[str, Any]]) -> None:
        """Queue them all. Raises TemporarilyUnavailableError where one may not be queued."""
        send_all(self._client, self._url, reports)

"""The webhooks' queue in SQS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quen.queues import send_all
from quen.webhooks.model import Wake


class SqsWakeQueue:
    """Queues wake-ups. `client` is botocore's for SQS."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, wakes: Sequence[Wake], delay_seconds: int = 0) -> None:
        """Queue them all, to come after the delay. Raises TemporarilyUnavailableError where one may not be queued."""
        send_all(self._client, self._url, [wake.body() for wake in wakes], delay_seconds=delay_seconds)

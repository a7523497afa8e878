"""The queue of batches that are being issued, in SQS."""

from __future__ import annotations

from typing import Any

from quen.queues import send_all


class SqsBatchQueue:
    """`client` is botocore's for SQS."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, batch_id: str) -> None:
        """Have the batch worked on. Raises TemporarilyUnavailableError."""
        send_all(self._client, self._url, [{"batch_id": batch_id}])

"""The messages' queue in SQS."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from quen.errors import TemporarilyUnavailableError
from quen.messages.model import Intent

ENTRIES_PER_CALL_MAX = 10


class SqsIntentQueue:
    """Queues intents. `client` is botocore's for SQS."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, intents: Sequence[Intent], delay_seconds: int = 0) -> None:
        """Queue them all, to come after the delay. Raises TemporarilyUnavailableError where one may not be queued."""
        for start in range(0, len(intents), ENTRIES_PER_CALL_MAX):
            some = intents[start : start + ENTRIES_PER_CALL_MAX]
            entries = [
                {"Id": str(number), "MessageBody": json.dumps(intent.body()), "DelaySeconds": delay_seconds}
                for number, intent in enumerate(some)
            ]
            try:
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            except (BotoCoreError, ClientError) as error:
                raise TemporarilyUnavailableError from error
            if answer.get("Failed"):
                raise TemporarilyUnavailableError

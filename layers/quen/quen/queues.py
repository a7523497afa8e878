"""Sending to a queue in SQS: every message or an error, ten to a call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from quen.errors import TemporarilyUnavailableError

ENTRIES_PER_CALL_MAX = 10


def send_all(client: Any, url: str, bodies: Sequence[Mapping[str, Any]], *, delay_seconds: int = 0) -> None:
    """Queue these bodies as JSON, to come after the delay. `client` is botocore's for SQS.

    Raises TemporarilyUnavailableError where one may not be queued; those before it are.
    """
    for start in range(0, len(bodies), ENTRIES_PER_CALL_MAX):
        entries = [
            {"Id": str(number), "MessageBody": json.dumps(body), "DelaySeconds": delay_seconds}
            for number, body in enumerate(bodies[start : start + ENTRIES_PER_CALL_MAX])
        ]
        try:
            answer = client.send_message_batch(QueueUrl=url, Entries=entries)
        except (BotoCoreError, ClientError) as error:
            raise TemporarilyUnavailableError from error
        if answer.get("Failed"):
            raise TemporarilyUnavailableError

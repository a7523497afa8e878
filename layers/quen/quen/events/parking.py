"""The queue for what nobody can read, with an alarm over it: a fact of the ledger is never dropped with a log line.

A parked message is the stream's own record. Once the cause is corrected, `{"Records": [message]}` given to
`publish_events` tells it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from quen.errors import TemporarilyUnavailableError
from quen.observability import logger

# What an SQS message may hold, so a record that is larger is parked by its keys and its place in the stream.
BODY_BYTES_MAX = 256 * 1024
_PLACE = ("Keys", "SequenceNumber")


class SqsParking:
    """Parks records in one queue. `client` is botocore's for SQS."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def park(self, record: Mapping[str, Any], error: Exception) -> None:
        """Log it and queue it. Raises TemporarilyUnavailableError where it may not be queued."""
        place = record.get("dynamodb", {}).get("SequenceNumber", "")
        logger().error(
            "A record of the ledger's stream cannot be read", extra={"stream_sequence": place}, exc_info=error
        )
        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=_body(record))
        except (BotoCoreError, ClientError) as failure:
            raise TemporarilyUnavailableError from failure


def _body(record: Mapping[str, Any]) -> str:
    # Without ensure_ascii=False every character is one byte, so the length is the size.
    body = json.dumps(record, separators=(",", ":"))
    if len(body) <= BODY_BYTES_MAX:
        return body
    change = record["dynamodb"]
    return json.dumps({**record, "dynamodb": {name: change[name] for name in _PLACE if name in change}})

"""Batches that SQS delivers: each message is handled by itself, and only those that failed come again.

The function's event source must report batch item failures; without that, one failure would bring back the whole batch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from quen.log_lines import line
from quen.observability import logger


def handle_each(event: Mapping[str, Any], handle: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Give every message's JSON body to `handle`; what raises is logged and reported as failed."""
    return handle_each_text(event, lambda body: handle(json.loads(body)))


def handle_each_text(event: Mapping[str, Any], handle: Callable[[str], object]) -> dict[str, Any]:
    """The same with the body as it is: of a queue that others write to, and whose messages may be anything."""
    failed = []
    # One line for each invocation: who reads the log sees that the queue is worked.
    with line("batch", delivered=len(event["Records"])) as writing:
        for record in event["Records"]:
            try:
                handle(record["body"])
            except Exception as error:  # noqa: BLE001 - a handler's boundary: the queue delivers it again, or parks it
                logger().error("A message failed", extra={"sqs_message_id": record["messageId"]}, exc_info=error)
                failed.append({"itemIdentifier": record["messageId"]})
        writing.say(undone=len(failed))
    return {"batchItemFailures": failed}

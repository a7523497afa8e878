"""Parked messages in SQS: beside every queue that parks stands one of the same name with `-failed` at its end.

SQS has a task that moves messages by itself (StartMessageMoveTask). No emulator has it, it says neither when it is done nor
what failed, and it needs the same rights: so they are moved by hand, ten at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from quen.errors import TemporarilyUnavailableError
from quen.queues import ENTRIES_PER_CALL_MAX

PARKED_SUFFIX = "-failed"
WAIT_SECONDS = 1
"""SQS asks a few of its servers at once and all of them only where it may wait."""


class SqsParkedMessages:
    """`client` is botocore's for SQS, `urls` are those of the queues, by name."""

    def __init__(self, client: Any, urls: Mapping[str, str], wait_seconds: int = WAIT_SECONDS) -> None:
        self._client = client
        self._urls = urls
        self._wait_seconds = wait_seconds

    def count(self, queue: str) -> int:
        """How many messages are parked, approximately; those that somebody is just moving as well."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        with _reached():
            answer = self._client.get_queue_attributes(QueueUrl=self._parking(queue), AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def give_back(self, queue: str, limit: int) -> int:
        """Send up to ten, and at most `limit`, back to their queue, and then delete them; how many."""
        parking, some = self._parking(queue), min(limit, ENTRIES_PER_CALL_MAX)
        with _reached():
            answer = self._client.receive_message(
                QueueUrl=parking, MaxNumberOfMessages=some, WaitTimeSeconds=self._wait_seconds
            )
            messages = answer.get("Messages", [])
            if not messages:
                return 0
            bodies = [{"Id": str(number), "MessageBody": message["Body"]} for number, message in enumerate(messages)]
            sent = self._client.send_message_batch(QueueUrl=self._urls[queue], Entries=bodies)
            moved = [messages[int(entry["Id"])] for entry in sent.get("Successful", [])]
            self._delete(parking, moved)
        if len(moved) < len(messages):
            raise TemporarilyUnavailableError
        return len(moved)

    def _delete(self, parking: str, messages: Sequence[Mapping[str, str]]) -> None:
        """What cannot be deleted comes again, and does nothing a second time."""
        entries = [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]} for number, message in enumerate(messages)
        ]
        if entries:
            self._client.delete_message_batch(QueueUrl=parking, Entries=entries)

    def _parking(self, queue: str) -> str:
        return self._urls[queue] + PARKED_SUFFIX


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise TemporarilyUnavailableError from error

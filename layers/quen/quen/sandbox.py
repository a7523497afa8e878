"""Time travel, for sandbox stacks: how far ahead of the real time the program lives, kept in the Program table.

what          key                          by
the offset    PK SANDBOX, SK CLOCK         GetItem, consistent; written by `quen clock`
"""

from __future__ import annotations

from datetime import timedelta

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute

from quen.dynamodb import IntAttribute, bind
from quen.stored_items import StoredItem


class ClockItem(StoredItem):
    """The offset of the business clock, in seconds."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True, default="SANDBOX")
    SK = UnicodeAttribute(range_key=True, default="CLOCK")
    offset_seconds = IntAttribute(default=0)


class SandboxOffset:
    """Reads and sets the offset. Read anew each time: a function must not live in yesterday after the clock was set."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        bind((ClockItem,), table_name, client)

    def read(self) -> timedelta:
        """How far ahead of the real time the program lives; nothing where nobody moved it."""
        try:
            item = ClockItem.get("SANDBOX", "CLOCK", consistent_read=True)
        except ClockItem.DoesNotExist:
            return timedelta(0)
        return timedelta(seconds=item.offset_seconds)

    def set(self, offset: timedelta) -> None:
        """From now on the program lives that far ahead."""
        ClockItem(offset_seconds=int(offset.total_seconds())).save()

"""From when on the ledger's stream is told: a restored table's stream begins with what was told long ago.

what                 key                            by
the first instant    PK STREAM, SK TOLD_FROM        GetItem, consistent; written by `quen backup restore` alone
"""

from __future__ import annotations

from datetime import datetime

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute

from quen.dynamodb import bind
from quen.instants import parse_instant
from quen.stored_items import StoredItem


class ToldFromItem(StoredItem):
    """The instant (real time) before which nothing that the stream says is told."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True, default="STREAM")
    SK = UnicodeAttribute(range_key=True, default="TOLD_FROM")
    told_from = UnicodeAttribute()


class StreamBeginning:
    """Read anew for every batch, so that a restore counts at once, in functions that are warm as well."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        bind((ToldFromItem,), table_name, client)

    def read(self) -> datetime | None:
        """The first instant; None in a stack that was never restored. Raises TemporarilyUnavailableError."""
        try:
            item = ToldFromItem.get("STREAM", "TOLD_FROM", consistent_read=True)
        except ToldFromItem.DoesNotExist:
            return None
        return parse_instant(item.told_from)

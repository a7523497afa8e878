"""Feeds in DynamoDB, in the table `Messages`, which who talks to receivers may read.

    what                            key                                            by
    the last position of a feed     PK FEED#<partner>, SK HEAD                     GetItem, consistent
    an event, by its position       PK FEED#<partner>, SK <position, 15 digits>    Query, consistent; TransactGetItems
    where an event is, by its id    PK FEEDEVENT#<partner>#<event id>, SK EVENT    GetItem, consistent

Up to 25 events of one partner are appended in one transaction: the head, on the condition that it is what was read, and
for each event its two items, on the condition that they are not there. So positions have no gap, whoever else writes, and an
event is in its feed once, whoever tells it again. Four write units an event, and two a transaction for the head. The head
alone is kept for ever: with the positions counted from what is still there, a feed in which all is over would begin anew, and
who was at its 57th event would miss the next 57.

Events are deleted by the table's time to live on `expires_at_epoch`, whenever that comes round and in any order. A query
is no snapshot: it may see a part of a transaction, or the head before its events. `is_gone` reads by a transaction of its own,
which sees all of another or none, so that what is on its way is never taken for what is over.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-isolation
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Sequence
from typing import Any, cast

from botocore.client import BaseClient
from botocore.exceptions import ClientError
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from quen.dynamodb import UNANSWERED, IntAttribute, TransactionRefusedError, bind, commit, put, unavailable_or
from quen.errors import TemporarilyUnavailableError
from quen.feed.model import Kept, PartnerEvent
from quen.feed.service import PositionTakenError
from quen.stored_items import StoredItem

BODY_BYTES_MAX = 600
"""What is kept as it is; more is compressed, so that an event stays within a kilobyte."""
OLDEST_READ_SIZE = 250

_HEAD, _EVENT = "HEAD", "EVENT"
_ABSENT = "attribute_not_exists(PK)"
_DIGITS = 15
_LAST = "9" * _DIGITS


class HeadItem(StoredItem):
    """How far a feed has come."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True, default=_HEAD)
    newest = IntAttribute()


class FeedItem(StoredItem):
    """One event where it stands; `body` is what the partner gets, or the same compressed."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    event_id = UnicodeAttribute()
    event_type = UnicodeAttribute()
    body = BinaryAttribute(legacy_encoding=False)
    expires_at_epoch = IntAttribute()


class PlaceItem(StoredItem):
    """Where an event stands: the claim that it is in the feed once."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True, default=_EVENT)
    place = IntAttribute()
    expires_at_epoch = IntAttribute()


class FeedStore:
    """See `quen.feed.service.FeedRecords` for what each method promises."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        self._client = client
        self._table = table_name
        bind((HeadItem, FeedItem, PlaceItem), table_name, client)

    def read_head(self, partner_id: str) -> int:
        """The head, read consistently."""
        try:
            return HeadItem.get(_feed_key(partner_id), _HEAD, consistent_read=True).newest
        except HeadItem.DoesNotExist:
            return 0

    def append(
        self, partner_id: str, after: int, events: Sequence[PartnerEvent], expires_at_epoch: int
    ) -> Collection[str]:
        """One transaction: the head, and two items an event."""
        feed = _feed_key(partner_id)
        head = HeadItem(PK=feed, SK=_HEAD, newest=after + len(events))
        is_first, read = after == 0, {":read": {"N": str(after)}}
        unmoved = _ABSENT if is_first else "newest = :read"
        writes = [put(_HEAD, head, condition=unmoved, values=None if is_first else read)]
        for position, event in enumerate(events, after + 1):
            item = FeedItem(
                PK=feed,
                SK=_place(position),
                event_id=event.event_id,
                event_type=event.type,
                body=_packed(event.body),
                expires_at_epoch=expires_at_epoch,
            )
            key = _event_key(partner_id, event.event_id)
            place = PlaceItem(PK=key, SK=_EVENT, place=position, expires_at_epoch=expires_at_epoch)
            writes += [put(_place(position), item, condition=_ABSENT), put(event.event_id, place, condition=_ABSENT)]
        try:
            commit(self._client, writes)
        except TransactionRefusedError as refused:
            if known := {event.event_id for event in events} & {*refused.refusals}:
                return known
            raise PositionTakenError from refused
        return ()

    def read(self, partner_id: str, after: int, limit: int) -> Sequence[Kept]:
        """One query, consistent."""
        behind = FeedItem.SK.between(_place(after + 1), _LAST)
        return [
            _kept(item) for item in FeedItem.query(_feed_key(partner_id), behind, limit=limit, consistent_read=True)
        ]

    def find_oldest(self, partner_id: str, now_epoch: int) -> int | None:
        """One query from the beginning, or some where the time to live has not come round to what is over."""
        items = FeedItem.query(
            _feed_key(partner_id),
            FeedItem.SK.between(_place(0), _LAST),
            FeedItem.expires_at_epoch > now_epoch,
            limit=1,
            page_size=OLDEST_READ_SIZE,
            consistent_read=True,
        )
        return next((int(item.SK) for item in items), None)

    def is_gone(self, partner_id: str, position: int, now_epoch: int) -> bool:
        """One TransactGetItems: DynamoDB refuses it while a transaction is at work on the item."""
        key = {"PK": {"S": _feed_key(partner_id)}, "SK": {"S": _place(position)}}
        asked = [{"Get": {"TableName": self._table, "Key": key}}]
        try:
            answer = cast("Any", self._client).transact_get_items(TransactItems=asked)
        except ClientError as error:
            if error.response["Error"]["Code"] == "TransactionCanceledException":
                return False
            raise unavailable_or(error) from error
        except UNANSWERED as error:
            raise TemporarilyUnavailableError from error
        item = answer["Responses"][0].get("Item")
        return not item or int(item["expires_at_epoch"]["N"]) <= now_epoch

    def find_body(self, partner_id: str, event_id: str) -> bytes | None:
        """Two reads: where it stands, and what stands there."""
        try:
            place = PlaceItem.get(_event_key(partner_id, event_id), _EVENT, consistent_read=True).place
            return _unpacked(FeedItem.get(_feed_key(partner_id), _place(place), consistent_read=True).body)
        except (PlaceItem.DoesNotExist, FeedItem.DoesNotExist):
            return None


def _kept(item: FeedItem) -> Kept:
    return Kept(int(item.SK), item.event_id, item.event_type, _unpacked(item.body))


def _packed(body: bytes) -> bytes:
    return body if len(body) <= BODY_BYTES_MAX else zlib.compress(body)


def _unpacked(data: bytes) -> bytes:
    """A body is a JSON object: its first byte tells it from zlib's header."""
    return data if data.startswith(b"{") else zlib.decompress(data)


def _place(position: int) -> str:
    return f"{position:0{_DIGITS}d}"


def _feed_key(partner_id: str) -> str:
    return f"FEED#{partner_id}"


def _event_key(partner_id: str, event_id: str) -> str:
    return f"FEEDEVENT#{partner_id}#{event_id}"

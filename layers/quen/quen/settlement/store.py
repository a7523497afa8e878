"""The books in DynamoDB, in the table `Program`.

    what                         key                                                      by
    a month's bookings, sharded  PK BOOKING#<partner>#<month>#<shard>, SK <day>#<entry>   Query, its count; BatchWriteItem
    the booking of an entry      the same: its shard is known, its day one of the month   BatchGetItem, consistent
    a closed statement           PK STATEMENT#<partner>, SK <month>                       GetItem; Query backwards; put once
    a pack                       PK PARTNER#<partner>, SK PACK#<id>                       Query, consistent
    that a pack ran low, told    PK PACKLOW#<partner>, SK <all points ever bought>        GetItem, PutItem
    a dispute                    PK DISPUTE#<id>, SK DISPUTE                              GetItem, consistent
    a partner's disputes         PK DISPUTES#<partner>, SK <opened at>#<id>               Query backwards, BatchGetItem
    disputes in a state          PK DISPUTES#<state>, SK <opened at>#<id>                 the same; moved with the state
    corrections                  PK CORRECTION#<partner>, SK <resolved on>#<dispute>      Query between days, consistent

A booking has an item of its own, under a key that its entry gives: no counter is shared, and a fact that the stream tells
twice overwrites itself. What is booked goes to a few partitions at once, so that a busy partner has no hot one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date

from botocore.client import BaseClient
from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition

from quen.dynamodb import bind, commit, delete, put
from quen.errors import ConflictRetryError, TemporarilyUnavailableError
from quen.settlement.items import (
    BOOKING_SHARDS,
    DISPUTE,
    BookingItem,
    CorrectionItem,
    DisputeItem,
    MarkItem,
    PackItem,
    StatementItem,
    booking_day,
    booking_item,
    booking_key,
    booking_place,
    correction_item,
    dispute_item,
    mark_item,
    read_booking,
    read_correction,
    read_dispute,
    read_statement,
    shard_of,
    statement_item,
    statement_key,
)
from quen.settlement.model import (
    Booking,
    Correction,
    Dispute,
    DisputeState,
    MonthSums,
    Statement,
    correction_of,
    summed,
)
from quen.settlement.model.months import days_of, month_of, months_between
from quen.settlement.ports import BoughtPack
from quen.writes import TransactionRefusedError, Write

_ABSENT = "attribute_not_exists(PK)"


class BookStore:
    """See `quen.settlement.ports.BookingRecords`, `StatementRecords`, `PackRecords`."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        bind((BookingItem, StatementItem, PackItem, MarkItem), table_name, client)

    def add(self, bookings: Sequence[Booking]) -> None:
        """Keep them, 25 a call. Raises TemporarilyUnavailableError where DynamoDB keeps refusing some."""
        # A call may name a key only once, and a batch of the stream may hold a fact twice.
        items = {(item.PK, item.SK): item for item in map(booking_item, bookings)}
        try:
            with BookingItem.batch_write() as batch:
                for item in items.values():
                    batch.save(item)
        except PutError as error:
            raise TemporarilyUnavailableError from error

    def sum_month(self, partner_id: str, month: str) -> MonthSums:
        """What the month's bookings add up to; no more of them is fetched than that takes."""
        return summed(
            (booking_day(item), json.loads(item.points))
            for shard in range(BOOKING_SHARDS)
            for item in BookingItem.query(
                booking_key(partner_id, month, shard), consistent_read=True, attributes_to_get=["PK", "SK", "points"]
            )
        )

    def count_month(self, partner_id: str, month: str) -> int:
        """How many they are: DynamoDB counts, and sends none."""
        keys = [booking_key(partner_id, month, shard) for shard in range(BOOKING_SHARDS)]
        return sum(BookingItem.count(key, consistent_read=True) for key in keys)

    def list_days(self, partner_id: str, first: date, last: date) -> Iterator[Booking]:
        """All bookings from the first to the last of these days."""
        between = _between(first, last)
        for month in months_between(month_of(first), month_of(last)):
            for shard in range(BOOKING_SHARDS):
                items = BookingItem.query(booking_key(partner_id, month, shard), between, consistent_read=True)
                yield from map(read_booking, items)

    def list_page(
        self, partner_id: str, first: date, last: date, after: str | None, limit: int
    ) -> tuple[list[Booking], str | None]:
        """At most `limit` of them, in the order of days and entries: the shards are read side by side."""
        between = BookingItem.SK.between(f"{after}~", _end(last)) if after else _between(first, last)
        keys = [booking_key(partner_id, month_of(first), shard) for shard in range(BOOKING_SHARDS)]
        found = [
            each for key in keys for each in BookingItem.query(key, between, limit=limit + 1, consistent_read=True)
        ]
        found.sort(key=lambda item: item.SK)
        following = found[limit - 1].SK if len(found) > limit else None
        return [read_booking(item) for item in found[:limit]], following

    def find(self, partner_id: str, month: str, entry_id: str) -> Booking | None:
        """The booking of that entry, on whatever day of the month."""
        key = booking_key(partner_id, month, shard_of(entry_id))
        places = [(key, booking_place(day, entry_id)) for day in days_of(month)]
        return next(map(read_booking, BookingItem.batch_get(places, consistent_read=True)), None)

    def list_packs(self, partner_id: str) -> list[BoughtPack]:
        """Every pack."""
        packs = PackItem.query(f"PARTNER#{partner_id}", PackItem.SK.startswith("PACK#"), consistent_read=True)
        return [BoughtPack(item.SK.removeprefix("PACK#"), item.bought_at, item.points, item.paid) for item in packs]

    def was_told(self, partner_id: str, packs: int) -> bool:
        """Whether it was told that this partner's packs run low, at that number of points that it ever bought."""
        try:
            return bool(MarkItem.get(f"PACKLOW#{partner_id}", f"{packs:012d}", consistent_read=True))
        except MarkItem.DoesNotExist:
            return False

    def mark_told(self, partner_id: str, packs: int) -> None:
        """Now it was."""
        MarkItem(PK=f"PACKLOW#{partner_id}", SK=f"{packs:012d}").save()


class StatementStore:
    """See `quen.settlement.ports.StatementRecords`."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        self._client = client
        bind((StatementItem,), table_name, client)

    def keep(self, statement: Statement, others: Sequence[Write] = ()) -> bool:
        """One transaction: the statement, once, and the others. Raises ConflictRetryError."""
        item = statement_item(statement)
        return _commit(self._client, "statement", put("statement", item, condition=_ABSENT), *others)

    def find(self, partner_id: str, month: str) -> Statement | None:
        """The closed statement of that month."""
        try:
            return read_statement(StatementItem.get(statement_key(partner_id), month, consistent_read=True))
        except StatementItem.DoesNotExist:
            return None

    def list_closed(self, partner_id: str, last: str, limit: int) -> list[Statement]:
        """Closed statements from that month back, the newest first."""
        place = StatementItem.SK
        found = StatementItem.query(
            statement_key(partner_id), place <= last, scan_index_forward=False, limit=limit, consistent_read=True
        )
        return [read_statement(item) for item in found]


class DisputeStore:
    """See `quen.settlement.ports.DisputeRecords`."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        self._client = client
        self._table = table_name
        bind((DisputeItem, MarkItem, CorrectionItem), table_name, client)

    def add(self, dispute: Dispute) -> bool:
        """One transaction: the dispute and its places in both lists. Raises ConflictRetryError."""
        places = [
            put("of partner", mark_item(dispute.partner_id, dispute)),
            put("in state", mark_item(dispute.state.value, dispute)),
        ]
        new = put("dispute", dispute_item(dispute), condition=_ABSENT)
        return _commit(self._client, "dispute", new, *places)

    def find(self, dispute_id: str) -> Dispute | None:
        """The dispute."""
        try:
            return read_dispute(DisputeItem.get(f"DISPUTE#{dispute_id}", DISPUTE, consistent_read=True))
        except DisputeItem.DoesNotExist:
            return None

    def resolve(self, dispute: Dispute, on: date, others: Sequence[Write] = ()) -> bool:
        """One transaction: the resolution, its new place, its correction, the others. Raises ConflictRetryError."""
        unresolved = "attribute_exists(PK) AND attribute_not_exists(resolution)"
        opened = mark_item(DisputeState.OPENED.value, dispute)
        writes = [
            put("dispute", dispute_item(dispute), condition=unresolved),
            delete("opened", self._table, {"PK": {"S": opened.PK}, "SK": {"S": opened.SK}}),
            put("in state", mark_item(dispute.state.value, dispute)),
        ]
        if correction := correction_of(dispute):
            writes.append(put("correction", correction_item(dispute.partner_id, on, correction)))
        return _commit(self._client, "dispute", *writes, *others)

    def list_of_partner(self, partner_id: str, before: str | None, limit: int) -> tuple[list[Dispute], str | None]:
        """A partner's disputes, the newest first."""
        return self._list(partner_id, before, limit)

    def list_in_state(self, state: DisputeState, before: str | None, limit: int) -> tuple[list[Dispute], str | None]:
        """Everybody's disputes in that state, the newest first."""
        return self._list(state.value, before, limit)

    def list_corrections(self, partner_id: str, first: date, last: date) -> list[Correction]:
        """What was resolved on these days."""
        between = CorrectionItem.SK.between(first.isoformat(), f"{last.isoformat()}~")
        items = CorrectionItem.query(f"CORRECTION#{partner_id}", between, consistent_read=True)
        return [read_correction(item) for item in items]

    def _list(self, name: str, before: str | None, limit: int) -> tuple[list[Dispute], str | None]:
        place = MarkItem.SK
        earlier = place < before if before else None
        marks = [
            *MarkItem.query(
                f"DISPUTES#{name}", earlier, scan_index_forward=False, limit=limit + 1, consistent_read=True
            )
        ]
        keys = [(f"DISPUTE#{mark.dispute_id}", DISPUTE) for mark in marks[:limit]]
        found = [read_dispute(item) for item in DisputeItem.batch_get(keys, consistent_read=True)] if keys else []
        found.sort(key=lambda dispute: (dispute.opened_at, dispute.dispute_id), reverse=True)
        return found, marks[limit - 1].SK if len(marks) > limit else None


def _between(first: date, last: date) -> Condition:
    return BookingItem.SK.between(first.isoformat(), _end(last))


def _end(last: date) -> str:
    """After every place of that day."""
    return f"{last.isoformat()}~"


def _commit(client: BaseClient, may_refuse: str, *writes: Write) -> bool:
    """False where the write of that name was refused. Raises ConflictRetryError for any other."""
    try:
        commit(client, writes)
    except TransactionRefusedError as refused:
        if may_refuse not in refused.refusals:
            raise ConflictRetryError from refused
        return False
    return True

"""Vouchers in DynamoDB, in the table `Ledger`: they are value, and a redemption issues one in its own transaction.

    what                          key                                              by
    a voucher, by code or by id   PK VOUCHER#<id>, SK VOUCHER                      GetItem, consistent
    a member's vouchers, newest   PK MEMBER#<id>, SK VOUCHER#<issued at>#<id>      Query backwards, then BatchGetItem
    vouchers that end on a day    index VoucherEnds: end_shard, ends_on            Query, a shard at a time
    who a member was too          PK MEMBER#<id>, SK MERGED#<merged id>            Query: see `quen.ledger.store`
    one use of one                PK VOUCHERUSE#<use id>, SK DOCUMENT              a document: see `quen.ledger.store`
    a batch, and how far it is    PK VOUCHERBATCH#<id>, SK BATCH                   GetItem, consistent
    batches, newest first         PK VOUCHERBATCHES, SK <created at>#<id>          Query backwards, then BatchGetItem

A voucher's id is a keyed hash of its code, so that one item is found by both and holds neither the code nor a way to it.
A voucher is written on the condition that it is still the version that was read. What a member has is a list of pointers:
they hold nothing that can change. The index is sparse: only a voucher that one member alone may use, and of which something
is left, carries its two attributes; a batch, which is for whoever has a code, is not in it. A batch is written with each
page of its vouchers, and with nothing else: no two uses of vouchers of one batch share an item.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from botocore.client import BaseClient
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from quen.dynamodb import IntAttribute, bind, put
from quen.instants import format_instant, parse_instant
from quen.ledger.items import shard_of
from quen.program.benefits import benefit_form, parse_benefit
from quen.stored_items import StoredItem
from quen.vouchers.batch import Batch, BatchState
from quen.vouchers.model import Reservation, Terms, Voucher
from quen.writes import Write

_ABSENT = "attribute_not_exists(PK)"
_UNMOVED = "issued = :issued AND #status = :status"
_VOUCHER, _BATCH, _BATCHES, _MERGED = "VOUCHER", "BATCH", "VOUCHERBATCHES", "MERGED#"


class VoucherEnds(GlobalSecondaryIndex["VoucherItem"]):  # type: ignore[no-untyped-call] # PynamoDB's own hook
    """Members' vouchers of which something is left, by shard and last day."""

    class Meta:
        index_name = "VoucherEnds"
        projection = KeysOnlyProjection()

    end_shard = UnicodeAttribute(hash_key=True)
    ends_on = UnicodeAttribute(range_key=True)


class VoucherItem(StoredItem):
    """One voucher; `terms` and `reservation` are JSON."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True, default=_VOUCHER)
    source_id = UnicodeAttribute()
    number = IntAttribute()
    terms = UnicodeAttribute()
    remaining = IntAttribute()
    member_id = UnicodeAttribute(null=True)
    is_cancelled = BooleanAttribute(null=True)
    grace_days = IntAttribute(null=True)
    reservation = UnicodeAttribute(null=True)
    version = IntAttribute()
    end_shard = UnicodeAttribute(null=True)
    ends_on = UnicodeAttribute(null=True)
    ends = VoucherEnds()


class BatchItem(StoredItem):
    """One batch."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True, default=_BATCH)
    name = UnicodeAttribute()
    count_wanted = IntAttribute()
    terms = UnicodeAttribute()
    created_at = UnicodeAttribute()
    fingerprint = UnicodeAttribute()
    status = UnicodeAttribute()
    issued = IntAttribute()


class PointerItem(StoredItem):
    """That a member has a voucher, or was another one too; or that there is a batch: the key says it all. Of a voucher it says
    besides what is told of it: its last day, and its worth where it pays like money.
    """

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    until = UnicodeAttribute(null=True)
    amount = IntAttribute(null=True)


class VoucherStore:
    """See `quen.vouchers.service.VoucherRecords` and `quen.vouchers.batches.BatchRecords`."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        self._table = table_name
        bind((VoucherItem, BatchItem, PointerItem), table_name, client)

    def find(self, voucher_id: str) -> Voucher | None:
        """The voucher, read consistently."""
        try:
            return _voucher(VoucherItem.get(_voucher_key(voucher_id), _VOUCHER, consistent_read=True))
        except VoucherItem.DoesNotExist:
            return None

    def adding(self, voucher: Voucher) -> Write:
        """The write that issues it, refused where it is there."""
        return put(f"voucher {voucher.voucher_id}", _voucher_item(voucher), condition=_ABSENT)

    def changing(self, before: Voucher, after: Voucher) -> Write:
        """The write that changes it, refused where it is not what was read."""
        values = {":read": {"N": str(before.version)}}
        item = _voucher_item(after)
        return put(f"voucher {after.voucher_id}", item, condition="version = :read", values=values)

    def pointing(self, member_id: str, voucher: Voucher, issued_at: datetime) -> Write:
        """The write that puts it on the member's list; the ledger's stream tells that it is there."""
        item = PointerItem(
            PK=_member_key(member_id),
            SK=f"VOUCHER#{format_instant(issued_at)}#{voucher.voucher_id}",
            until=voucher.last_day.isoformat(),
            amount=voucher.terms.face if voucher.terms.is_money else None,
        )
        return put(f"voucher pointer {voucher.voucher_id}", item)

    def list_own(self, member_ids: Sequence[str], before: str | None, limit: int) -> tuple[list[Voucher], str | None]:
        """A page of these members' vouchers, newest first, and the place before which the next page starts."""
        places = [
            place for member_id in member_ids for place in _places(_member_key(member_id), "VOUCHER#", before, limit)
        ]
        page = sorted(places, reverse=True)[:limit]
        keys = [(_voucher_key(place.rpartition("#")[2]), _VOUCHER) for place in page]
        found = {item.PK: _voucher(item) for item in VoucherItem.batch_get(keys, consistent_read=True)} if keys else {}
        return [found[key] for key, _ in keys], page[-1] if len(places) > limit else None

    def list_ending(self, shard: int, on: date, cursor: str | None, limit: int) -> tuple[list[str], str | None]:
        """A page of the shard's vouchers whose last day is that one, a moment old at most, and where the next page starts."""
        start = cast("dict[str, Any]", json.loads(cursor)) if cursor else None
        key, day = _end_shard_key(shard), VoucherItem.ends_on == on.isoformat()
        page = VoucherItem.ends.query(key, day, limit=limit, last_evaluated_key=start)
        ids = [item.PK.partition("#")[2] for item in page]
        return ids, json.dumps(page.last_evaluated_key) if page.last_evaluated_key else None

    def list_merged(self, member_id: str) -> list[str]:
        """Who was ever merged into that member."""
        items = PointerItem.query(_member_key(member_id), PointerItem.SK.startswith(_MERGED), consistent_read=True)
        return [item.SK.removeprefix(_MERGED) for item in items]

    def find_batch(self, batch_id: str) -> Batch | None:
        """The batch, read consistently."""
        try:
            return _batch(BatchItem.get(_batch_key(batch_id), _BATCH, consistent_read=True))
        except BatchItem.DoesNotExist:
            return None

    def adding_batch(self, batch: Batch) -> Sequence[Write]:
        """The writes that add it, refused where it is there."""
        pointer = PointerItem(PK=_BATCHES, SK=f"{format_instant(batch.created_at)}#{batch.batch_id}")
        item = _batch_item(batch)
        return [put(f"batch {batch.batch_id}", item, condition=_ABSENT), put("batch pointer", pointer)]

    def changing_batch(self, before: Batch, after: Batch) -> Write:
        """The write that changes it, refused where it has moved on since it was read."""
        values = {":issued": {"N": str(before.issued)}, ":status": {"S": before.state}}
        write = put(f"batch {after.batch_id}", _batch_item(after), condition=_UNMOVED, values=values)
        names = {"ExpressionAttributeNames": {"#status": "status"}}
        return Write(write.name, write.operation, {**write.parameters, **names})

    def cancelling_batch(self, batch: Batch) -> Write:
        """The write that cancels it however far it is, refused where its state is not what was read."""
        parameters = {
            "TableName": self._table,
            "Key": {"PK": {"S": _batch_key(batch.batch_id)}, "SK": {"S": _BATCH}},
            "UpdateExpression": "SET #status = :cancelled",
            "ConditionExpression": "#status = :status",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {":cancelled": {"S": "cancelled"}, ":status": {"S": batch.state}},
        }
        return Write(f"batch {batch.batch_id}", "Update", parameters)

    def list_batches(self, before: str | None, limit: int) -> tuple[list[Batch], str | None]:
        """A page of batches, newest first, and the place before which the next page starts."""
        places = _places(_BATCHES, "", before, limit)
        keys = [(_batch_key(place.rpartition("#")[2]), _BATCH) for place in places[:limit]]
        found = {item.PK: _batch(item) for item in BatchItem.batch_get(keys, consistent_read=True)} if keys else {}
        return [found[key] for key, _ in keys], places[limit - 1] if len(places) > limit else None


def _places(partition: str, prefix: str, before: str | None, limit: int) -> list[str]:
    """Sort keys of the partition that begin so, backwards from the one before `before`: one more than the limit, at most."""
    last = before or f"{prefix}~"
    items = PointerItem.query(
        partition,
        PointerItem.SK.between(prefix, last) if prefix else last >= PointerItem.SK,
        scan_index_forward=False,
        limit=limit + 2,
        consistent_read=True,
    )
    return [item.SK for item in items if before != item.SK][: limit + 1]


def _voucher_item(voucher: Voucher) -> VoucherItem:
    held = voucher.reservation
    may_end = bool(voucher.member_id and voucher.remaining and not voucher.is_cancelled)
    return VoucherItem(
        PK=_voucher_key(voucher.voucher_id),
        SK=_VOUCHER,
        source_id=voucher.source_id,
        number=voucher.number,
        terms=_terms_text(voucher.terms),
        remaining=voucher.remaining,
        member_id=voucher.member_id,
        is_cancelled=voucher.is_cancelled or None,
        grace_days=voucher.grace_days or None,
        reservation=json.dumps([held.use_id, held.taken, format_instant(held.lapses_at)]) if held else None,
        version=voucher.version,
        end_shard=_end_shard_key(shard_of(voucher.voucher_id)) if may_end else None,
        ends_on=voucher.last_day.isoformat() if may_end else None,
    )


def _voucher(item: VoucherItem) -> Voucher:
    held: Reservation | None = None
    if item.reservation:
        use_id, taken, lapses_at = json.loads(item.reservation)
        held = Reservation(use_id, taken, parse_instant(lapses_at))
    return Voucher(
        voucher_id=item.PK.partition("#")[2],
        source_id=item.source_id,
        number=item.number,
        terms=_terms(item.terms),
        remaining=item.remaining,
        member_id=item.member_id,
        is_cancelled=bool(item.is_cancelled),
        grace_days=item.grace_days or 0,
        reservation=held,
        version=item.version,
    )


def _batch_item(batch: Batch) -> BatchItem:
    return BatchItem(
        PK=_batch_key(batch.batch_id),
        SK=_BATCH,
        name=batch.name,
        count_wanted=batch.count,
        terms=_terms_text(batch.terms),
        created_at=format_instant(batch.created_at),
        fingerprint=batch.fingerprint,
        status=batch.state,
        issued=batch.issued,
    )


def _batch(item: BatchItem) -> Batch:
    return Batch(
        batch_id=item.PK.partition("#")[2],
        name=item.name,
        count=item.count_wanted,
        terms=_terms(item.terms),
        created_at=parse_instant(item.created_at),
        fingerprint=item.fingerprint,
        state=cast("BatchState", item.status),
        issued=item.issued,
    )


def _terms_text(terms: Terms) -> str:
    form: dict[str, Any] = {"benefit": benefit_form(terms.benefit), "last_day": terms.last_day.isoformat()}
    form |= {"first_day": terms.first_day.isoformat()} if terms.first_day else {}
    form |= {"partial": True} if terms.partial else {}
    return json.dumps(form, separators=(",", ":"), ensure_ascii=False)


def _terms(text: str) -> Terms:
    form = json.loads(text)
    first_day = form.get("first_day")
    return Terms(
        benefit=parse_benefit(form["benefit"]),
        last_day=date.fromisoformat(form["last_day"]),
        first_day=date.fromisoformat(first_day) if first_day else None,
        partial=form.get("partial", False),
    )


def _voucher_key(voucher_id: str) -> str:
    return f"VOUCHER#{voucher_id}"


def _end_shard_key(shard: int) -> str:
    return f"end#{shard:02d}"


def _batch_key(batch_id: str) -> str:
    return f"VOUCHERBATCH#{batch_id}"


def _member_key(member_id: str) -> str:
    return f"MEMBER#{member_id}"

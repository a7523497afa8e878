"""The books' items: how bookings, statements and disputes look in the table, and the mapping both ways; `store` says under
which keys, and by what they are read.
"""

from __future__ import annotations

import json
import zlib
from datetime import date

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute

from quen.dynamodb import IntAttribute
from quen.instants import format_instant, parse_instant
from quen.ledger.model.values import Reference
from quen.settlement.model import (
    CATEGORIES,
    Booking,
    Category,
    Correction,
    Dispute,
    DisputeState,
    Resolution,
    Statement,
    canonical,
    form_of,
    read_form,
)
from quen.settlement.model.months import month_of
from quen.stored_items import StoredItem

BOOKING_SHARDS = 4
DISPUTE = "DISPUTE"


class BookingItem(StoredItem):
    """One booking; `points` is JSON by category."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    member_id = UnicodeAttribute()
    sequence = IntAttribute()
    recorded_at = UnicodeAttribute()
    about = UnicodeAttribute()
    reference = UnicodeAttribute(null=True)
    points = UnicodeAttribute()


class StatementItem(StoredItem):
    """One closed statement: the canonical JSON that was hashed, and the hash."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    form = UnicodeAttribute()
    hash = UnicodeAttribute()


class PackItem(StoredItem):
    """Points that a partner bought ahead, as the administration of partners keeps them; the books only read them."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    points = IntAttribute()
    paid = IntAttribute()
    bought_at = UTCDateTimeAttribute()


class MarkItem(StoredItem):
    """Says that something is there, or was done."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    dispute_id = UnicodeAttribute(null=True)


class DisputeItem(StoredItem):
    """One dispute; `resolution` is JSON."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True, default=DISPUTE)
    partner_id = UnicodeAttribute()
    month = UnicodeAttribute()
    day = UnicodeAttribute()
    reason = UnicodeAttribute()
    opened_at = UnicodeAttribute()
    fingerprint = UnicodeAttribute()
    entry_id = UnicodeAttribute(null=True)
    purchase_id = UnicodeAttribute(null=True)
    points = IntAttribute(null=True)
    resolution = UnicodeAttribute(null=True)


class CorrectionItem(StoredItem):
    """Points that an accepted dispute adds to a category, priced as on `day`."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    day = UnicodeAttribute()
    category = UnicodeAttribute()
    points = IntAttribute()


def shard_of(entry_id: str) -> int:
    """Which of its month's partitions an entry's booking is in."""
    return zlib.crc32(entry_id.encode()) % BOOKING_SHARDS


def booking_key(partner_id: str, month: str, shard: int) -> str:
    """One of a month's partitions."""
    return f"BOOKING#{partner_id}#{month}#{shard}"


def booking_place(day: date, entry_id: str) -> str:
    """Where a booking is in it."""
    return f"{day.isoformat()}#{entry_id}"


def booking_day(item: BookingItem) -> date:
    """The day of a booking, of which no more than its place needs to be known."""
    return date.fromisoformat(item.SK.partition("#")[0])


def booking_item(booking: Booking) -> BookingItem:
    """A booking as an item."""
    return BookingItem(
        PK=booking_key(booking.partner_id, month_of(booking.day), shard_of(booking.entry_id)),
        SK=booking_place(booking.day, booking.entry_id),
        member_id=booking.member_id,
        sequence=booking.sequence,
        recorded_at=format_instant(booking.recorded_at),
        about=booking.reference.kind,
        reference=booking.reference.id or None,
        points=json.dumps(dict(booking.points), separators=(",", ":")),
    )


def read_booking(item: BookingItem) -> Booking:
    """And back."""
    partner_id = item.PK.split("#")[1]
    return Booking(
        partner_id,
        booking_day(item),
        item.SK.partition("#")[2],
        item.member_id,
        item.sequence,
        parse_instant(item.recorded_at),
        Reference(item.about, item.reference or ""),
        json.loads(item.points),
    )


def statement_key(partner_id: str) -> str:
    """Where a partner's closed statements are."""
    return f"STATEMENT#{partner_id}"


def statement_item(statement: Statement) -> StatementItem:
    """A closed statement as an item."""
    return StatementItem(
        PK=statement_key(statement.partner_id),
        SK=statement.month,
        form=canonical(form_of(statement)),
        hash=statement.hash,
    )


def read_statement(item: StatementItem) -> Statement:
    """And back."""
    return read_form({**json.loads(item.form), "hash": item.hash})


def mark_item(name: str, dispute: Dispute) -> MarkItem:
    """A dispute's place in the list of a partner or a state."""
    place = f"{format_instant(dispute.opened_at)}#{dispute.dispute_id}"
    return MarkItem(PK=f"DISPUTES#{name}", SK=place, dispute_id=dispute.dispute_id)


def correction_item(partner_id: str, on: date, correction: Correction) -> CorrectionItem:
    """A correction that was made on that local day."""
    return CorrectionItem(
        PK=f"CORRECTION#{partner_id}",
        SK=f"{on.isoformat()}#{correction.dispute_id}",
        day=correction.day.isoformat(),
        category=correction.category,
        points=correction.points,
    )


def read_correction(item: CorrectionItem) -> Correction:
    """And back."""
    category: Category = next(each for each in CATEGORIES if each == item.category)
    return Correction(item.SK.partition("#")[2], date.fromisoformat(item.day), category, item.points)


def dispute_item(dispute: Dispute) -> DisputeItem:
    """A dispute as an item."""
    made = dispute.resolution
    resolution = made and [
        made.state.value,
        format_instant(made.resolved_at),
        made.resolved_by,
        made.note,
        made.points,
        made.category,
    ]
    return DisputeItem(
        PK=f"DISPUTE#{dispute.dispute_id}",
        partner_id=dispute.partner_id,
        month=dispute.month,
        day=dispute.day.isoformat(),
        reason=dispute.reason,
        opened_at=format_instant(dispute.opened_at),
        fingerprint=dispute.fingerprint,
        entry_id=dispute.entry_id or None,
        purchase_id=dispute.purchase_id or None,
        points=dispute.points,
        resolution=json.dumps(resolution, ensure_ascii=False) if resolution else None,
    )


def read_dispute(item: DisputeItem) -> Dispute:
    """And back."""
    resolution = None
    if item.resolution:
        state, resolved_at, *rest = json.loads(item.resolution)
        resolution = Resolution(DisputeState(state), parse_instant(resolved_at), *rest)
    return Dispute(
        item.PK.removeprefix("DISPUTE#"),
        item.partner_id,
        item.month,
        date.fromisoformat(item.day),
        item.reason,
        parse_instant(item.opened_at),
        item.fingerprint,
        item.entry_id or "",
        item.purchase_id or "",
        item.points,
        resolution,
    )

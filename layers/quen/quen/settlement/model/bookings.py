"""Bookings: what one entry of the ledger means to one partner, read from its lines alone.

A booking belongs to the local day on which its entry was recorded, and never moves: a purchase that a till reports a week
late is booked on the day on which the ledger heard of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from quen.business_days import local_day
from quen.ledger.model import Entry, entry_id
from quen.ledger.model.funding import last_day_of
from quen.ledger.model.values import Reference
from quen.settlement.model.accounts import EXPIRED, FUNDED, partner_account

Category = Literal["issued", "reversed", "redeemed", "refunded", "expired"]
CATEGORIES: tuple[Category, ...] = ("issued", "reversed", "redeemed", "refunded", "expired")
Points = Mapping[Category, int]
"""By category, without those of which there are none. All are positive, but for `expired`, which may be taken back."""


class Slot(NamedTuple):
    """What a line of a statement is about: one category of one local day."""

    day: date
    category: Category


class Sum(Struct, frozen=True):
    """So many points in so many bookings."""

    points: int = 0
    bookings: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.points + other.points, self.bookings + other.bookings)

    def __sub__(self, other: Sum) -> Sum:
        return Sum(self.points - other.points, self.bookings - other.bookings)


NOTHING = Sum()
Sums = Mapping[Slot, Sum]


class Booking(Struct, frozen=True):
    """One entry, as one partner's books have it. `reference` is what it is about, by the partner's own id (empty where it is
    another's business).
    """

    partner_id: str
    day: date
    entry_id: str
    member_id: str
    sequence: int
    recorded_at: datetime
    reference: Reference
    points: Points


def bookings_of(entry: Entry, zone: ZoneInfo) -> list[Booking]:
    """One booking for each partner that the entry's lines name. `zone` is that of the entry's own program version, so that
    the same entry is always booked on the same day.
    """
    by_partner: dict[str, dict[Category, int]] = {}
    for name, points in entry.lines.items():
        account = partner_account(name)
        if account and points:
            category, amount = _category(account.side, points)
            by_partner.setdefault(account.partner_id, {})[category] = amount
    day = local_day(entry.recorded_at, zone)
    return [
        Booking(
            partner_id,
            day,
            entry_id(entry),
            entry.member_id,
            entry.sequence,
            entry.recorded_at,
            _own_reference(entry.reference, partner_id),
            MappingProxyType(points),
        )
        for partner_id, points in sorted(by_partner.items())
    ]


class MonthSums(Struct, frozen=True):
    """The bookings of a month by day and category, and how many they are."""

    sums: Sums
    bookings: int


def summed(parts: Iterable[tuple[date, Points]]) -> MonthSums:
    """What bookings add up to, each by its day and its points."""
    sums: dict[Slot, Sum] = {}
    bookings = 0
    for day, by_category in parts:
        bookings += 1
        for category, points in by_category.items():
            slot = Slot(day, category)
            sums[slot] = sums.get(slot, NOTHING) + Sum(points, 1)
    return MonthSums(sums, bookings)


def beyond(found: Sums, stated: Sums) -> dict[Slot, Sum]:
    """What was found and is not stated yet."""
    rest = {slot: found.get(slot, NOTHING) - stated.get(slot, NOTHING) for slot in {*found, *stated}}
    return {slot: rest[slot] for slot in sorted(rest) if rest[slot] != NOTHING}


def _category(side: str, points: int) -> tuple[Category, int]:
    if side == FUNDED:
        return ("issued", -points) if points < 0 else ("reversed", points)
    if side == EXPIRED:
        return "expired", points
    return ("redeemed", points) if points > 0 else ("refunded", -points)


def _own_reference(reference: Reference, partner_id: str) -> Reference:
    """Another partner's purchase is named to nobody else, and of a lot its last day alone: who funds it stands behind that."""
    if reference.kind == "lot":
        return Reference("lot", last_day_of(reference.id))
    owner, mark, own_id = reference.id.rpartition("#")
    if mark and owner != partner_id:
        return Reference(reference.kind, "")
    return Reference(reference.kind, own_id)

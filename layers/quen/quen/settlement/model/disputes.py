"""Disputes: what a partner says is wrong with a month, and what staff make of it, once."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from quen.errors import AlreadyDecidedError, ValidationFailedError
from quen.settlement.model.bookings import Category
from quen.settlement.model.statements import Correction


class DisputeState(StrEnum):
    """A dispute is `opened`, and then `accepted` or `rejected` for good."""

    OPENED = "opened"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Resolution(Struct, frozen=True):
    """What became of a dispute: when, by whom, and why. One that is accepted adds `points` (signed) to `category`."""

    state: DisputeState
    resolved_at: datetime
    resolved_by: str
    note: str
    points: int = 0
    category: Category | None = None


class Dispute(Struct, frozen=True):
    """`day` is that of the entry that it names, or the month's last that had begun: by its terms a correction is priced.
    `points` are what the partner thinks is right; a purchase may be one that the books do not know.
    """

    dispute_id: str
    partner_id: str
    month: str
    day: date
    reason: str
    opened_at: datetime
    fingerprint: str
    entry_id: str = ""
    purchase_id: str = ""
    points: int | None = None
    resolution: Resolution | None = None

    @property
    def state(self) -> DisputeState:
        """How it stands."""
        return self.resolution.state if self.resolution else DisputeState.OPENED


def resolved(dispute: Dispute, resolution: Resolution) -> Dispute:
    """The dispute with its resolution. Raises AlreadyDecidedError, and ValidationFailedError where an accepted one corrects
    nothing or a rejected one something.
    """
    if dispute.resolution is not None:
        raise AlreadyDecidedError
    if resolution.state is DisputeState.ACCEPTED and (not resolution.points or resolution.category is None):
        raise ValidationFailedError.at("/points", "missing", "What is accepted corrects points of a category.")
    if resolution.state is DisputeState.REJECTED and (resolution.points or resolution.category is not None):
        raise ValidationFailedError.at("/points", "not_allowed", "What is rejected corrects nothing.")
    return replace(dispute, resolution=resolution)


def correction_of(dispute: Dispute) -> Correction | None:
    """The line of the next statement that an accepted dispute makes."""
    made = dispute.resolution
    if made is None or made.category is None:
        return None
    return Correction(dispute.dispute_id, dispute.day, made.category, made.points)

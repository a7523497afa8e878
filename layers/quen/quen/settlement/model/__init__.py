"""Bookings, statements and disputes as values, and how a statement is drawn. Pure."""

from quen.settlement.model.accounts import partner_account
from quen.settlement.model.bookings import (
    CATEGORIES,
    Booking,
    Category,
    MonthSums,
    Slot,
    Sum,
    Sums,
    beyond,
    bookings_of,
    summed,
)
from quen.settlement.model.disputes import Dispute, DisputeState, Resolution, correction_of, resolved
from quen.settlement.model.drawing import Books, draw
from quen.settlement.model.errors import MonthNotOverError
from quen.settlement.model.sealing import canonical, form_of, hash_of, read_form, sealed
from quen.settlement.model.statements import (
    GENESIS,
    MONTHS_READ_AGAIN,
    Correction,
    CorrectionLine,
    Line,
    Pack,
    PackAccount,
    Statement,
    line_of,
    stated_by,
    used_of,
)

__all__ = [
    "CATEGORIES",
    "GENESIS",
    "MONTHS_READ_AGAIN",
    "Booking",
    "Books",
    "Category",
    "Correction",
    "CorrectionLine",
    "Dispute",
    "DisputeState",
    "Line",
    "MonthNotOverError",
    "MonthSums",
    "Pack",
    "PackAccount",
    "Resolution",
    "Slot",
    "Statement",
    "Sum",
    "Sums",
    "beyond",
    "bookings_of",
    "canonical",
    "correction_of",
    "draw",
    "form_of",
    "hash_of",
    "line_of",
    "partner_account",
    "read_form",
    "resolved",
    "sealed",
    "stated_by",
    "summed",
    "used_of",
]

"""How the books are shown, to partners and to staff; a statement is shown as it is kept (`model.sealing`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quen.instants import format_second
from quen.partners.model import Terms
from quen.settlement.model import Booking, Dispute, Line, Statement
from quen.settlement.model.prices import money_for, price_of, terms_for
from quen.settlement.service import MonthState

COLUMNS = ("kind", "day", "category", "points", "bookings", "price", "money", "due", "billing", "dispute_id")


def month_view(state: MonthState) -> dict[str, Any]:
    """A month in a list: an open one is drawn only when it is asked for, so it has no sums here."""
    closed = state.statement
    return {
        "month": state.month,
        "state": "closed" if closed else "open",
        "closed_at": format_second(closed.closed_at) if closed and closed.closed_at else None,
        "currency": closed.currency if closed else None,
        "totals": totals_view(closed) if closed else None,
        "due": closed.due if closed else None,
        "hash": closed.hash if closed else None,
    }


def totals_view(statement: Statement) -> dict[str, Any]:
    """Points and money of every category."""
    return {category: {"points": total.points, "money": total.money} for category, total in statement.totals.items()}


def booking_view(booking: Booking, terms: Sequence[Terms]) -> dict[str, Any]:
    """What stands behind a line. A line's money is rounded once, so that of its bookings need not add up to it."""
    in_force = terms_for(terms, booking.day)
    parts = [
        {
            "category": category,
            "points": points,
            "price": price_of(in_force, category),
            "money": money_for(points, price_of(in_force, category)),
        }
        for category, points in booking.points.items()
    ]
    return {
        "entry_id": booking.entry_id,
        "day": booking.day.isoformat(),
        "recorded_at": format_second(booking.recorded_at),
        "about": booking.reference.kind,
        "reference": booking.reference.id or None,
        "parts": parts,
    }


def dispute_view(dispute: Dispute) -> dict[str, Any]:
    """A dispute, as its partner sees it."""
    made = dispute.resolution
    return {
        "dispute_id": dispute.dispute_id,
        "partner_id": dispute.partner_id,
        "month": dispute.month,
        "day": dispute.day.isoformat(),
        "entry_id": dispute.entry_id or None,
        "purchase_id": dispute.purchase_id or None,
        "points": dispute.points,
        "reason": dispute.reason,
        "state": dispute.state.value,
        "opened_at": format_second(dispute.opened_at),
        "resolved_at": format_second(made.resolved_at) if made else None,
        "correction": {"category": made.category, "points": made.points} if made and made.category else None,
        "note": made.note if made else None,
    }


def staff_dispute_view(dispute: Dispute) -> dict[str, Any]:
    """The same for staff, with who resolved it."""
    return {**dispute_view(dispute), "resolved_by": dispute.resolution.resolved_by if dispute.resolution else None}


def csv_of(statement: Statement) -> str:
    """Every line of a statement as a row under a header (RFC 4180, with LF): `money` and `due` add up to its totals. There is
    nothing to quote in it: days, numbers, and words of our own.
    """
    rows = [
        *(_row("line", line) for line in statement.lines),
        *(_row("late", line) for line in statement.late),
        *(_row("correction", each.line, each.dispute_id) for each in statement.corrections),
    ]
    return "".join(f"{','.join(row)}\n" for row in (COLUMNS, *rows))


def _row(kind: str, line: Line, dispute_id: str = "") -> tuple[str, ...]:
    numbers = (line.points, line.bookings, line.price, line.money, line.due)
    return (kind, line.day.isoformat(), line.category, *map(str, numbers), line.billing.value, dispute_id)

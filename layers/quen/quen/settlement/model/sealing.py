"""A statement as it is kept and shown, and the hash over it.

The form is JSON-able, and the same for the partner as for the table: whoever takes an answer without its `hash`, writes it
with sorted names, without spaces, in UTF-8, and takes SHA-256 of that, has the hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec.structs import replace

from quen.instants import format_second, parse_instant
from quen.partners.model.terms import Billing
from quen.settlement.model.statements import CorrectionLine, Line, Pack, PackAccount, Statement

Form = Mapping[str, Any]


def sealed(statement: Statement, closed_at: datetime) -> Statement:
    """The statement, closed: nothing of it changes any more, and its hash says so."""
    closed = replace(statement, closed_at=closed_at.replace(microsecond=0), hash="")
    return replace(closed, hash=hash_of(form_of(closed)))


def hash_of(form: Form) -> str:
    """SHA-256 (hex) of the canonical JSON of a form."""
    return hashlib.sha256(canonical(form).encode()).hexdigest()


def canonical(form: Form) -> str:
    """Sorted names, no spaces, UTF-8; without the hash itself."""
    content = {name: value for name, value in form.items() if name != "hash"}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def form_of(statement: Statement) -> dict[str, Any]:
    """All of it, with `hash` (null while it is open)."""
    return {
        "partner_id": statement.partner_id,
        "month": statement.month,
        "state": "closed" if statement.closed_at else "open",
        "closed_at": format_second(statement.closed_at) if statement.closed_at else None,
        "currency": statement.currency,
        "lines": [line_form(line) for line in statement.lines],
        "late": [line_form(line) for line in statement.late],
        "corrections": [_correction_form(correction) for correction in statement.corrections],
        "totals": {
            category: {"points": total.points, "money": total.money} for category, total in statement.totals.items()
        },
        "due": statement.due,
        "pack": _pack_form(statement.pack),
        "stated_bookings": dict(statement.stated_bookings),
        "previous_hash": statement.previous_hash,
        "hash": statement.hash or None,
    }


def read_form(form: Form) -> Statement:
    """The statement that was written so."""
    pack = form["pack"]
    return Statement(
        form["partner_id"],
        form["month"],
        form["currency"],
        tuple(_read_line(line) for line in form["lines"]),
        tuple(_read_line(line) for line in form["late"]),
        tuple(CorrectionLine(each["dispute_id"], _read_line({**each, "bookings": 0})) for each in form["corrections"]),
        PackAccount(pack["before"], tuple(_read_pack(each) for each in pack["bought"]), pack["used"]),
        form["stated_bookings"],
        parse_instant(form["closed_at"]) if form["closed_at"] else None,
        form["previous_hash"],
        form["hash"] or "",
    )


def line_form(line: Line) -> dict[str, Any]:
    """A line."""
    return {
        "day": line.day.isoformat(),
        "category": line.category,
        "points": line.points,
        "bookings": line.bookings,
        "price": line.price,
        "money": line.money,
        "due": line.due,
        "billing": line.billing.value,
    }


def _correction_form(correction: CorrectionLine) -> dict[str, Any]:
    form = line_form(correction.line)
    del form["bookings"]
    return {"dispute_id": correction.dispute_id, **form}


def _pack_form(pack: PackAccount) -> dict[str, Any]:
    bought = [
        {"pack_id": each.pack_id, "bought_on": each.bought_on.isoformat(), "points": each.points, "paid": each.paid}
        for each in pack.bought
    ]
    return {"before": pack.before, "bought": bought, "used": pack.used, "left": pack.left}


def _read_line(form: Form) -> Line:
    return Line(
        date.fromisoformat(form["day"]),
        form["category"],
        form["points"],
        form["bookings"],
        form["price"],
        form["money"],
        form["due"],
        Billing(form["billing"]),
    )


def _read_pack(form: Form) -> Pack:
    return Pack(form["pack_id"], date.fromisoformat(form["bought_on"]), form["points"], form["paid"])

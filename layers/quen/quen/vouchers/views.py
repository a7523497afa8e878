"""How vouchers, their uses and their batches are shown: JSON-able values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from quen.instants import format_instant
from quen.program.benefits import Allocation, benefit_form
from quen.program.model import Program
from quen.vouchers.batch import Batch
from quen.vouchers.model import Moment, Quote, Voucher, state_of


def voucher_view(voucher: Voucher, program: Program, moment: Moment) -> dict[str, Any]:
    """A voucher without its code. Only what pays like money has a value."""
    terms = voucher.terms
    return {
        "voucher_id": voucher.voucher_id,
        "state": state_of(voucher, moment),
        "benefit": benefit_form(terms.benefit),
        "partial": terms.partial,
        "face_value": _money(terms.face, program) if terms.is_money else None,
        "remaining_value": _money(voucher.remaining, program) if terms.is_money else None,
        "valid_from": terms.first_day.isoformat() if terms.first_day else None,
        "valid_until": voucher.last_day.isoformat(),
    }


def origin_view(voucher: Voucher) -> dict[str, Any]:
    """Where a voucher comes from and whose it is: for staff."""
    return {
        "member_id": voucher.member_id,
        "batch_id": voucher.batch_id,
        "redemption_id": voucher.redemption_id,
    }


def off_view(off: Allocation, program: Program) -> dict[str, Any]:
    """What is taken off a bill, and off which of its lines."""
    lines = [{"line_id": line_id, "amount": _money(amount, program)} for line_id, amount in off.lines]
    return {"amount_off": _money(off.amount, program), "lines": lines}


def use_view(
    use_id: str,
    state: str,
    voucher: Voucher,
    quoted: Quote,
    program: Program,
    *,
    lapses_at: datetime | None = None,
    purchase_id: str | None = None,
) -> dict[str, Any]:
    """One use of a voucher, `remaining_value` as it is when that use is over."""
    left = voucher.remaining - (quoted.taken if state == "reserved" else 0)
    return {
        "use_id": use_id,
        "voucher_id": voucher.voucher_id,
        "state": state,
        "benefit": benefit_form(voucher.terms.benefit),
        **off_view(quoted.off, program),
        "remaining_value": _money(left, program) if voucher.terms.is_money else None,
        "expires_at": format_instant(lapses_at) if lapses_at else None,
        "purchase_id": purchase_id,
    }


def closed_view(result: Mapping[str, Any], state: str, after: Voucher, program: Program) -> dict[str, Any]:
    """A use as it ends, in the words of its beginning."""
    left = _money(after.remaining, program) if after.terms.is_money else None
    return {**result, "state": state, "remaining_value": left, "expires_at": None}


def batch_view(batch: Batch) -> dict[str, Any]:
    """A batch, and how far it is."""
    terms = batch.terms
    return {
        "batch_id": batch.batch_id,
        "name": batch.name,
        "state": batch.state,
        "count": batch.count,
        "issued": batch.issued,
        "benefit": benefit_form(terms.benefit),
        "partial": terms.partial,
        "valid_from": terms.first_day.isoformat() if terms.first_day else None,
        "valid_until": terms.last_day.isoformat(),
        "created_at": format_instant(batch.created_at),
    }


def _money(amount: int, program: Program) -> dict[str, Any]:
    return {"amount": amount, "currency": program.currency}

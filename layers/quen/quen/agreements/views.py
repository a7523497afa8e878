"""How packs are shown."""

from __future__ import annotations

from typing import Any

from quen.agreements.model import Pack, PackBalance
from quen.instants import format_second


def pack_view(pack: Pack) -> dict[str, Any]:
    """Points that a partner bought ahead."""
    return {
        "pack_id": pack.pack_id,
        "partner_id": pack.partner_id,
        "points": pack.points,
        "paid": {"amount": pack.paid.amount, "currency": pack.paid.currency},
        "reference": pack.reference or None,
        "bought_at": format_second(pack.bought_at),
    }


def balance_view(balance: PackBalance) -> dict[str, int]:
    """How a partner's packs stand."""
    return {"bought": balance.bought, "given": balance.given, "left": balance.left}

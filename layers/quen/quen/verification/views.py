"""How a check is shown: a JSON-able record, the same to staff and on a terminal."""

from __future__ import annotations

from typing import Any

from quen.instants import format_instant
from quen.verification.model import Verification

View = dict[str, Any]


def verification_view(verification: Verification) -> View:
    """A check as it is shown: JSON-able."""
    baseline = verification.baseline
    return {
        "verified_at": format_instant(verification.verified_at),
        "is_sound": verification.is_sound,
        "members": verification.members,
        "entries": verification.entries,
        "totals": dict(verification.totals),
        "flaws": [
            {"member_id": flaw.member_id, "sequence": flaw.sequence, "what": flaw.what} for flaw in verification.flaws
        ],
        "root": verification.root or None,
        "as_of": format_instant(verification.as_of) if verification.as_of else None,
        "on": verification.on.isoformat() if verification.on else None,
        "baseline": {"on": baseline.on.isoformat(), "is_same": baseline.is_same} if baseline else None,
    }

"""What the ledger says after a replay: sums over its members' entries, not over what the APIs answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from quen.ledger.model import Entry
from quen.ledger.model.values import ACTIVE, EXPIRED, ISSUED


@dataclass(frozen=True, slots=True)
class Sums:
    """Points over several members: `earned` by purchases, `bonus` given, `expired`, and what is `active` now."""

    earned: int = 0
    bonus: int = 0
    expired: int = 0
    active: int = 0


def summarise(entries: Iterable[Entry], member_ids: Collection[str]) -> Sums:
    """The sums over these members."""
    earned = bonus = expired = active = 0
    for entry in entries:
        if entry.member_id in member_ids:
            issued = -entry.lines.get(ISSUED, 0)
            earned += issued if entry.kind == "earn" else 0
            bonus += issued if entry.kind == "bonus" else 0
            expired += entry.lines.get(EXPIRED, 0)
            active += entry.lines.get(ACTIVE, 0)
    return Sums(earned, bonus, expired, active)

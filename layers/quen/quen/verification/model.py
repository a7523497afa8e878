"""What a check of the ledger finds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

FLAWS_KEPT_MAX = 20


@dataclass(frozen=True, slots=True)
class MemberFlaw:
    """What is wrong with one member's history, and at which sequence it begins."""

    member_id: str
    sequence: int
    what: str


@dataclass(frozen=True, slots=True)
class Verification:
    """One check of the whole ledger, or of one member. `totals` are points by ledger account; they sum to zero."""

    verified_at: datetime
    members: int
    entries: int
    flaws: tuple[MemberFlaw, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.flaws and sum(self.totals.values()) == 0

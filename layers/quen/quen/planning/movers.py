"""Whom a document would bring to another tier: a bounded number of members is looked at, whatever their number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from quen.ledger.model import Account
from quen.planning.model.movers import TierMoves, tier_moves
from quen.program.model import Program

MEMBERS_MAX = 1000
"""In one plan: a dozen of reads, and about a second."""


class TierHolders(Protocol):
    """Where the members above the entry tier are found."""

    def load_tier_holders(self, limit: int) -> tuple[Sequence[Account], bool]:
        """About so many of them, those whose review comes soonest; and whether that is all there are."""


class Movers:
    """Tells whom a program moves that takes the place of another."""

    def __init__(self, holders: TierHolders) -> None:
        self._holders = holders

    def find(self, now: Program, then: Program, begins: datetime) -> TierMoves | None:
        """The moves from then on; None where both say the same of how tiers are reached, kept and lost."""
        if _ladder(now) == _ladder(then):
            return None
        accounts, is_all = self._holders.load_tier_holders(MEMBERS_MAX)
        present = [account for account in accounts if account.state != "closed" and not account.moved_to]
        return tier_moves(present, now, then, then.local_day(begins), is_all=is_all)


def _ladder(program: Program) -> object:
    """What decides who has which tier; what a tier gives does not."""
    return program.tiering, [(tier.id, tier.reach, tier.keep, tier.is_retired) for tier in program.tiers]

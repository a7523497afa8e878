"""The tier that a member has: as staff set it or as it was earned, whichever is higher; and its reviews, which fall due."""

from __future__ import annotations

from datetime import date, datetime

from quen.ledger.model.values import Account, Entry
from quen.program.model import Program


def tier_of(account: Account, program: Program, day: date) -> str:
    """The member's tier on that local day, as the program has it; "" where the program has none."""
    if not program.tiers:
        return ""
    ranks = [program.rank_of(account.tier_on(day)), program.rank_of(account.standing.tier)]
    return program.tiers[max(ranks)].id


def reviewed(account: Account, program: Program, at: datetime, now: datetime) -> Entry:
    """What the review that is due makes of the standing; the standing's next step is a later one."""
    raise NotImplementedError

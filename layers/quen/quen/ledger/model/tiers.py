"""The tier that a member has."""

from __future__ import annotations

from datetime import date

from quen.ledger.model.values import Account
from quen.program.model import Program


def tier_of(account: Account, program: Program, day: date) -> str:
    """The member's tier on that local day, as the program has it; "" where the program has none."""
    tier = program.tier_of(account.tier_on(day))
    return tier.id if tier else ""

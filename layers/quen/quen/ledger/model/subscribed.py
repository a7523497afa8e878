"""Paid memberships: what payments, cancellations and time make of them."""

from __future__ import annotations

from datetime import datetime

from quen.ledger.model.values import Account, Entry
from quen.program.model import Program


def term_turned(account: Account, program: Program, at: datetime, now: datetime) -> Entry:
    """What the day that is due makes of the membership; its next step is a later one."""
    raise NotImplementedError

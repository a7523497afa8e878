"""Punch cards: stamps that purchases bring, what milestones give, and cards that are over."""

from __future__ import annotations

from datetime import datetime

from quen.ledger.model.values import Account, Entry
from quen.program.model import Program


def card_expired(account: Account, card_id: str, program: Program, at: datetime, now: datetime) -> Entry:
    """The card's last day is over: its stamps are gone."""
    raise NotImplementedError

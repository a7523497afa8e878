"""Punch cards of a member, and what they have won."""

from __future__ import annotations

from typing import Any

from quen.cards.views import cards_view, gifts_view
from quen.ledger.ports import CurrentProgram
from quen.ledger.service import Ledger


class Cards:
    """Shows punch cards. They are stamped by purchases and events alone."""

    def __init__(self, ledger: Ledger, programs: CurrentProgram) -> None:
        self._ledger = ledger
        self._programs = programs

    def show(self, member_id: str) -> dict[str, Any]:
        """Every card, and the gifts that can be had. Raises MemberNotFoundError."""
        now = self._ledger.now()
        program = self._programs.current(now)
        account = self._ledger.load_account(member_id)
        return {
            "cards": cards_view(account.cards, program),
            "gifts": gifts_view(account.gifts, program, program.local_day(now)),
        }

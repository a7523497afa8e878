"""Lapses in the ledger: who has one, that it was handled without an offer, and whether the member is back."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from quen.errors import MemberNotFoundError
from quen.ledger.bonuses import note_intent, note_key
from quen.ledger.documents import Outcome
from quen.ledger.model import Account, NoteLapse, NothingGivenError, has_returned
from quen.ledger.ports import DuePage
from quen.ledger.service import Ledger
from quen.program.model import Program


class LapsedAccounts(Protocol):
    """The index of members who will have lapsed."""

    def list_lapsed(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard who have lapsed on that day or before, and of whom that was not handled."""


class Lapses:
    """What the ledger knows of lapses. What is offered is a bonus, and the gifts' part."""

    def __init__(self, ledger: Ledger, accounts: LapsedAccounts) -> None:
        self._ledger = ledger
        self._accounts = accounts

    def list_lapsed(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard who have lapsed on that day or before, and of whom that was not handled; a moment old."""
        return self._accounts.list_lapsed(shard, on, cursor, limit)

    def load_account(self, member_id: str) -> Account:
        """The account brought up to now, without writing; the survivor's of who was merged away. Raises
        MemberNotFoundError.
        """
        return self._ledger.load_account(member_id)

    def note(self, member_id: str, note: NoteLapse, program: Program) -> Outcome | None:
        """Handle the lapse without an offer, once; None where there is none any more. The same again is the first answer
        again. Raises ConflictRetryError.
        """
        intent = note_intent(member_id, note)
        try:
            return self._ledger.carry_out(member_id, lambda: intent, program)
        except NothingGivenError:
            document = self._ledger.find_document(note_key(member_id, note))
            return Outcome(document.result, replayed=True) if document else None

    def reindex(self, member_id: str) -> None:
        """Let the index show what the program in force says of the member; see `Ledger.reindex`."""
        self._ledger.reindex(member_id)

    def has_returned(self, member_id: str, last_bought_on: str) -> bool:
        """Whether the member, or who they were merged into, has bought after that day (`2026-11-02`); read consistently."""
        try:
            account = self._ledger.load_surviving(member_id)
        except MemberNotFoundError:
            return False
        return has_returned(account, date.fromisoformat(last_bought_on))

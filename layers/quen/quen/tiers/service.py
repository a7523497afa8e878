"""Tiers that staff set, to the end of a day or for good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from quen.ledger.model import Account, SetTier
from quen.ledger.ports import CurrentProgram
from quen.ledger.service import Ledger
from quen.ledger.views import account_view
from quen.writes import Write


class Tiers:
    """Gives members tiers."""

    def __init__(self, ledger: Ledger, programs: CurrentProgram) -> None:
        self._ledger = ledger
        self._programs = programs

    def set(self, member_id: str, command: SetTier, *, record: Callable[[Account], Sequence[Write]]) -> dict[str, Any]:
        """How the account looks once the member has the tier; the one that they have, to the same day, changes nothing.

        `record` makes the writes that go with the change, of the account before it. Raises MemberNotFoundError,
        MemberNotActiveError for an account that is closed, ValidationFailedError, ConflictRetryError.
        """
        now = self._ledger.now()
        program = self._programs.current(now)
        before = self._ledger.load_account(member_id)
        until = command.until.isoformat() if command.until else ""
        if before.tier_on(program.local_day(now)) == command.tier and before.tier_until == until:
            return account_view(before, program, now)
        answered = self._ledger.execute(
            before.member_id,
            command,
            answer=lambda account, entry: account_view(account, program, entry.recorded_at),
            program=program,
            others=record(before),
        )
        return dict(answered.result)

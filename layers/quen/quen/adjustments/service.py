"""Adjustments: points that staff give or take, each under its own key, with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from quen.ids import derived_id
from quen.ledger.documents import Claim, DocumentKey, Outcome
from quen.ledger.model import Account, Adjust, Entry
from quen.ledger.ports import CurrentProgram
from quen.ledger.service import Ledger
from quen.ledger.views import account_view, entry_view
from quen.writes import Write


class Adjustments:
    """Points that staff give or take, each under its own key, with a reason."""

    def __init__(self, ledger: Ledger, programs: CurrentProgram, id_key: bytes) -> None:
        self._ledger = ledger
        self._programs = programs
        self._id_key = id_key

    def adjust(
        self,
        member_id: str,
        *,
        points: int,
        reason_code: str,
        note: str,
        expires_on: date | None,
        actor: str,
        idempotency_key: str,
        fingerprint: str,
        others: Sequence[Write] = (),
    ) -> Outcome:
        """Give (+) or take (−) points. Raises InsufficientPointsError, ValidationFailedError, MemberNotFoundError."""
        adjustment_id = derived_id("adj", self._id_key, f"staff:{actor}", idempotency_key)
        details = {"reason_code": reason_code, "note": note, "actor": actor}
        claim = Claim(DocumentKey(f"ADJUSTMENT#{adjustment_id}"), "adjustment", fingerprint, details=details)
        program = self._programs.current(self._ledger.now())

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            shown = {"adjustment_id": adjustment_id, "reason_code": reason_code, "points": points}
            return shown | {"entry": entry_view(entry), "account": account_view(account, program)}

        command = Adjust(adjustment_id, points, reason_code, expires_on)
        return self._ledger.execute(member_id, command, answer=answer, program=program, claim=claim, others=others)

"""Proofs reach the ledger, which is opened only for them; of who is gone nothing is left to prove."""

from __future__ import annotations

from collections.abc import Sequence

from quen.errors import MemberNotFoundError
from quen.messages.proofs import LedgerProofs


class FakeLedger:
    def __init__(self, error: Exception | None = None) -> None:
        self.proofs: list[tuple[str, Sequence[str], str, str]] = []
        self._error = error

    def record_proof(self, member_id: str, days: Sequence[str], message_id: str, proof: str) -> None:
        if self._error:
            raise self._error
        self.proofs.append((member_id, days, message_id, proof))


def test_a_proof_is_what_the_ledger_records():
    ledger = FakeLedger()
    LedgerProofs(lambda: ledger).record("mem_1", ["2026-11-30"], "msg_1", "delivered")
    assert ledger.proofs == [("mem_1", ["2026-11-30"], "msg_1", "delivered")]


def test_a_member_who_is_gone_stops_no_message():
    LedgerProofs(lambda: FakeLedger(MemberNotFoundError())).record("mem_1", ["2026-11-30"], "msg_1", "not_active")

"""The ledger as the keeper of proofs that members were warned; see `quen.messages.ports.WarningProofs`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from quen.errors import MemberNotFoundError
from quen.messages.model import Proof


class Ledger(Protocol):
    """What keeps accounts."""

    def record_proof(self, member_id: str, days: Sequence[str], message_id: str, proof: str) -> None:
        """Why points of these last days may end, once. Raises MemberNotFoundError, ConflictRetryError."""


class LedgerProofs:
    """`ledger` opens it: most messages prove nothing, and need none."""

    def __init__(self, ledger: Callable[[], Ledger]) -> None:
        self._ledger = ledger

    def record(self, member_id: str, days: Sequence[str], message_id: str, proof: Proof) -> None:
        """Idempotent. Of a member who is gone there is nothing left to prove."""
        with suppress(MemberNotFoundError):
            self._ledger().record_proof(member_id, days, message_id, proof)

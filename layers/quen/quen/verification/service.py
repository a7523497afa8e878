"""Checks every history against its account, hash by hash, and keeps what the last check found.

A check only reads. What it finds is reported, never repaired: a ledger that mends itself proves nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from quen.clock import Clock
from quen.errors import MemberNotFoundError, NotFoundError
from quen.instants import format_instant
from quen.ledger.model import Account, Sealed, parse_entry, verify
from quen.verification.model import FLAWS_KEPT_MAX, MemberFlaw, Verification

READS_MAX = 3


class Histories(Protocol):
    """Accounts and all of their entries."""

    def load(self, member_id: str) -> Account:
        """The account as it is stored. Raises MemberNotFoundError."""

    def read_history(self, member_id: str) -> Iterator[Sealed]:
        """Every entry as it is kept, the oldest first."""


class Ledgers(Protocol):
    """Everything that the ledger's table holds, by reading all of it, and the last check."""

    def scan_members(self) -> Mapping[str, Mapping[str, int]]:
        """Every member with an account, an entry or a document, and the entries that their documents name, by key."""

    def keep(self, verification: Verification) -> None:
        """Keep what the check found in place of the one before."""

    def find_last(self) -> Verification | None:
        """The last check of the whole ledger."""


class Verifications:
    """The check, and what the last one found."""

    def __init__(self, histories: Histories, ledgers: Ledgers, wall: Clock) -> None:
        self._histories = histories
        self._ledgers = ledgers
        self._wall = wall

    def verify_all(self) -> Verification:
        """Check every member, and keep the result. Reads the whole table: an operator's task, not a request's."""
        found = self._verify(self._ledgers.scan_members())
        self._ledgers.keep(found)
        return found

    def verify_member(self, member_id: str) -> Verification:
        """Check one member, without their documents. Raises MemberNotFoundError."""
        self._histories.load(member_id)
        return self._verify({member_id: {}})

    def load_last(self) -> dict[str, Any]:
        """What the last check of the whole ledger found. Raises NotFoundError where there was none yet."""
        last = self._ledgers.find_last()
        if last is None:
            raise NotFoundError("The ledger has not been checked yet.")
        return verification_view(last)

    def _verify(self, members: Mapping[str, Mapping[str, int]]) -> Verification:
        entries = 0
        flaws: list[MemberFlaw] = []
        totals = Counter[str]()
        for member_id, documents in members.items():
            history, flaw = self._check(member_id, documents)
            entries += len(history)
            for sealed in history:
                totals.update(_lines(sealed))
            if flaw and len(flaws) < FLAWS_KEPT_MAX:
                flaws.append(flaw)
        return Verification(self._now(), len(members), entries, tuple(flaws), dict(sorted(totals.items())))

    def _check(self, member_id: str, documents: Mapping[str, int]) -> tuple[list[Sealed], MemberFlaw | None]:
        """A member's entries and their first flaw. One who buys meanwhile may look broken between two reads: what is
        wrong counts when it is still wrong after reading again.
        """
        for _ in range(READS_MAX):
            history = list(self._histories.read_history(member_id))
            flaw = self._flaw(member_id, history, documents)
            if flaw is None:
                break
        return history, flaw

    def _flaw(self, member_id: str, history: list[Sealed], documents: Mapping[str, int]) -> MemberFlaw | None:
        try:
            account = self._histories.load(member_id)
        except MemberNotFoundError:
            return MemberFlaw(member_id, 1, "there are entries but no account")
        flaw = verify(account, history)
        if flaw:
            return MemberFlaw(member_id, flaw.sequence, flaw.what)
        lost = [(sequence, key) for key, sequence in documents.items() if not 1 <= sequence <= len(history)]
        return MemberFlaw(member_id, min(lost)[0], f"the entry of {min(lost)[1]} is missing") if lost else None

    def _now(self) -> datetime:
        return self._wall.now().replace(microsecond=0)


def _lines(sealed: Sealed) -> Mapping[str, int]:
    """The ledger accounts that an entry moved points between; nothing, where it cannot be read (a flaw says so)."""
    try:
        return parse_entry(*sealed).lines
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def verification_view(verification: Verification) -> dict[str, Any]:
    """A check as it is shown: JSON-able."""
    return {
        "verified_at": format_instant(verification.verified_at),
        "is_sound": verification.is_sound,
        "members": verification.members,
        "entries": verification.entries,
        "totals": dict(verification.totals),
        "flaws": [
            {"member_id": flaw.member_id, "sequence": flaw.sequence, "what": flaw.what} for flaw in verification.flaws
        ],
    }

"""The check of the whole ledger: every member's chain and fold, every document's entry, and the sum over all accounts.

Pure but for `Verifications`, which shows the last result. Whoever checks reads the histories (`quen ledger verify` reads
them off line); a member found broken while the ledger was in use is read once more, consistently, before it counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from quen.ledger.model import Account, Entry, verify
from quen.ledger.model.chain import format_instant

FLAWS_SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class History:
    """All that is stored of one member, the oldest entry first; `documents` are the keys of documents, with the sequence
    of the entry that made each. `account` is None where the item is missing.
    """

    member_id: str
    account: Account | None
    entries: Sequence[Entry]
    documents: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MemberFlaw:
    """The first thing wrong with a member's history, and at which sequence."""

    member_id: str
    sequence: int
    what: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check found. `totals` is the sum of all lines by ledger account; together they are 0."""

    verified_at: datetime
    members: int
    entries: int
    documents: int
    totals: Mapping[str, int]
    flaws: tuple[MemberFlaw, ...] = ()

    @property
    def imbalance(self) -> int:
        """The sum over all ledger accounts: 0, or points came from nowhere or are gone."""
        return sum(self.totals.values())

    @property
    def is_sound(self) -> bool:
        """Whether nothing at all is wrong."""
        return not self.flaws and self.imbalance == 0

    def view(self) -> dict[str, Any]:
        """As it is shown and stored; of very many flaws the first ones."""
        return {
            "verified_at": format_instant(self.verified_at),
            "is_sound": self.is_sound,
            "members": self.members,
            "entries": self.entries,
            "documents": self.documents,
            "totals": dict(sorted(self.totals.items())),
            "imbalance": self.imbalance,
            "flaws": [
                {"member_id": flaw.member_id, "sequence": flaw.sequence, "what": flaw.what}
                for flaw in self.flaws[:FLAWS_SHOWN_MAX]
            ],
        }


class VerificationRecords(Protocol):
    """Where the last result is kept."""

    def load_last(self) -> dict[str, Any]:
        """The last result as `Verification.view` gave it. Raises NotFoundError where there was no check yet."""
        ...


class Verifications:
    """Shows the last check."""

    def __init__(self, records: VerificationRecords) -> None:
        self._records = records

    def load_last(self) -> dict[str, Any]:
        """The last result. Raises NotFoundError where there was no check yet."""
        return self._records.load_last()


def verify_ledger(histories: Iterable[History], verified_at: datetime) -> Verification:
    """Check every history, in the order they come in."""
    members = entries = documents = 0
    totals: Counter[str] = Counter()
    flaws: list[MemberFlaw] = []
    for history in histories:
        members += 1
        entries += len(history.entries)
        documents += len(history.documents)
        for entry in history.entries:
            totals.update(entry.lines)
        if flaw := find_flaw(history):
            flaws.append(flaw)
    return Verification(verified_at, members, entries, documents, totals, tuple(flaws))


def find_flaw(history: History) -> MemberFlaw | None:
    """The first thing wrong with one member: the chain and the fold, then documents without their entry."""
    member_id = history.member_id
    if history.account is None:
        return MemberFlaw(member_id, 0, "the account is missing")
    if flaw := verify(history.account, history.entries):
        return MemberFlaw(member_id, flaw.sequence, flaw.what)
    lost = [(sequence, key) for key, sequence in history.documents.items() if not 1 <= sequence <= len(history.entries)]
    if lost:
        sequence, key = min(lost)
        return MemberFlaw(member_id, sequence, f"the entry of {key} is missing")
    return None

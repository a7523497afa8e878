"""Checks every history against its account, hash by hash, and keeps what the last check found.

A check only reads. What it finds is reported, never repaired: a ledger that mends itself proves nothing.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from quen.archive.model import BadVolumeError
from quen.clock import Clock
from quen.errors import MemberNotFoundError, NotFoundError
from quen.ledger.documents import DocumentKey
from quen.ledger.model import Account, Checkpoint, KeptHistory, Sealed
from quen.verification.model import (
    FLAWS_KEPT_MAX,
    Baseline,
    Checked,
    History,
    MemberFlaw,
    NamedEntry,
    Verification,
    root_of,
)
from quen.verification.views import View, verification_view

READS_MAX = 3
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, zlib.error)
"""What reading an item raises that this house has not written so."""
ROOT, BASELINE = "root", "baseline"

Instants = Mapping[str, datetime | None]
Keys = Collection[DocumentKey]


class Histories(Protocol):
    """Accounts and all of their entries."""

    def load(self, member_id: str) -> Account:
        """The account as it is stored. Raises MemberNotFoundError."""

    def load_kept(self, member_id: str) -> KeptHistory:
        """The entries that the table has, and what stands for older ones."""


class Archive(Protocol):
    """What has left the table."""

    def read(self, checkpoint: Checkpoint) -> Sequence[Sealed]:
        """All entries that the checkpoint stands for, the oldest first. Raises BadVolumeError."""


class Ledgers(Protocol):
    """Everything that the ledger's table holds, by reading all of it, and the checks that are kept."""

    def scan_members(self) -> Mapping[str, Collection[NamedEntry]]:
        """Every member with an account, an entry or a document, and what their documents say of themselves."""

    def find_existing(self, keys: Keys) -> Keys:
        """Those of the documents that are there, read consistently."""

    def keep(self, verification: Verification) -> None:
        """Keep what the check found in place of the one before."""

    def find_last(self) -> Verification | None:
        """The last check of the whole ledger."""

    def find_day(self, on: date) -> Verification | None:
        """The check that is kept for that day."""

    def find_newest_day(self) -> Verification | None:
        """The check that is kept for the latest day."""


class MemberChecks:
    """The check of one member: what the nightly job and an operator's check both do."""

    def __init__(self, histories: Histories, find_existing: Callable[[Keys], Keys], archive: Archive) -> None:
        self._histories = histories
        self._find_existing = find_existing
        self._archive = archive

    def check(
        self, member_id: str, instants: Instants, named: Collection[NamedEntry] = (), *, is_whole: bool = True
    ) -> Checked:
        """The member's hashes, chain, fold, and the document of every entry; of the `named` entries, that they are there.

        `instants` says for each root up to when it reaches. Costs, beside the history itself, half a read unit a document:
        more than all else, and the only way to name one that was deleted. One who buys meanwhile may look broken between
        two reads: what is wrong counts when it is still wrong after reading again. What is archived is read where
        `is_whole`, or where a root reaches back to it; else the history begins with its checkpoint.
        """
        for _ in range(READS_MAX):
            history, flaw = self._read(member_id, instants, is_whole=is_whole)
            flaw = flaw or self._flaw(history, named)
            if flaw is None:
                break
        heads = {name: history.number(before) for name, before in instants.items()}
        return Checked(history.last, history.totals(), heads, flaw)

    def _read(self, member_id: str, instants: Instants, *, is_whole: bool) -> tuple[History, MemberFlaw | None]:
        """The history, and what is wrong with its checkpoint or its archive."""
        try:
            kept = self._histories.load_kept(member_id)
        except _UNREADABLE:
            return History(KeptHistory(member_id, None, ())), MemberFlaw(member_id, 1, "its checkpoint cannot be read")
        is_asked = is_whole or not all(before is None or kept.reaches_back_to(before) for before in instants.values())
        if kept.checkpoint is None or not is_asked:
            return History(kept), None
        try:
            return History(kept, self._archive.read(kept.checkpoint)), None
        except BadVolumeError as bad:
            return History(kept), MemberFlaw(member_id, bad.sequence, bad.what)

    def _flaw(self, history: History, named: Collection[NamedEntry]) -> MemberFlaw | None:
        lost = sorted((one.sequence, one.key, one) for one in named if not 1 <= one.sequence <= history.last)
        unmade = lost[0][2].flaw if lost else None
        try:
            account = self._histories.load(history.member_id)
        except MemberNotFoundError:
            is_empty = unmade and not history.last
            return unmade if is_empty else MemberFlaw(history.member_id, 1, "there are entries but no account")
        except _UNREADABLE:
            return MemberFlaw(history.member_id, 1, "its account cannot be read")
        return history.flaw(account, self._find_existing([*history.documents()])) or unmade


class Verifications:
    """The check by hand, and what the last one found."""

    def __init__(self, histories: Histories, ledgers: Ledgers, archive: Archive, clock: Clock) -> None:
        self._histories = histories
        self._checks = MemberChecks(histories, ledgers.find_existing, archive)
        self._ledgers = ledgers
        self._clock = clock

    def verify_all(self, on: date | None = None) -> Verification:
        """Check every member, compare with the root kept for that day (None: for the latest), and keep the result.

        Reads the whole table: an operator's task, not a request's. Raises NotFoundError where nothing is kept for `on`.
        """
        kept = self._ledgers.find_day(on) if on else self._ledgers.find_newest_day()
        if on and kept is None:
            raise NotFoundError("No check is kept for that day.")
        found = self._verify(self._ledgers.scan_members(), kept)
        self._ledgers.keep(found)
        return found

    def verify_member(self, member_id: str) -> Verification:
        """Check one member, without documents of which no entry tells. Raises MemberNotFoundError."""
        self._histories.load(member_id)
        checked = self._checks.check(member_id, {})
        flaws = (checked.flaw,) if checked.flaw else ()
        return Verification(self._now(), 1, checked.entries, flaws, dict(sorted(checked.totals.items())))

    def load_last(self) -> View:
        """What the last check of the whole ledger found. Raises NotFoundError where there was none yet."""
        last = self._ledgers.find_last()
        if last is None:
            raise NotFoundError("The ledger has not been checked yet.")
        return verification_view(last)

    def _verify(self, members: Mapping[str, Collection[NamedEntry]], kept: Verification | None) -> Verification:
        instants: Instants = {ROOT: None} | ({BASELINE: kept.as_of} if kept else {})
        entries = 0
        flaws: list[MemberFlaw] = []
        totals, heads = Counter[str](), Counter[str]()
        for member_id, named in members.items():
            checked = self._checks.check(member_id, instants, named)
            entries += checked.entries
            totals.update(checked.totals)
            heads.update(checked.heads)
            if checked.flaw and len(flaws) < FLAWS_KEPT_MAX:
                flaws.append(checked.flaw)
        return Verification(
            verified_at=self._now(),
            members=len(members),
            entries=entries,
            flaws=tuple(flaws),
            totals=dict(sorted(totals.items())),
            root=root_of(heads[ROOT]),
            baseline=compared(kept, heads[BASELINE]),
        )

    def _now(self) -> datetime:
        return self._clock.now().replace(microsecond=0)


def compared(kept: Verification | None, total: int) -> Baseline | None:
    """Whether the histories of a kept day still sum to its root; None where no day is kept."""
    return Baseline(kept.on, root_of(total) == kept.root) if kept and kept.on else None

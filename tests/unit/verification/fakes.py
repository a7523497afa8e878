"""The ledger's proof over accounts in memory, with the fuse of the jobs' tests in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from quen.jobs.names import VERIFY_LEDGER
from quen.jobs.service import Jobs
from quen.jobs.verify_ledger import VerifyLedger
from quen.ledger.documents import DocumentKey
from quen.ledger.model import Account, Checkpoint, GrantBonus, KeptHistory, Sealed, sealed_form
from quen.verification.model import MemberFlaw, NamedEntry, Verification
from quen.verification.service import MemberChecks
from quen.verification.store import Stretch
from unit.jobs.fakes import NOW, Fuse, Guarded, MemoryAccounts, World


class MemoryLedger:
    """The ledger as it is read for its proof. `reading` is called before every check of a member's entries."""

    def __init__(self, accounts: MemoryAccounts) -> None:
        self._accounts = accounts
        self.days: dict[date, Verification] = {}
        self.last: Verification | None = None
        self.reading: Callable[[str], None] = lambda _: None

    def load(self, member_id: str) -> Account:
        return self._accounts.load(member_id)

    def load_kept(self, member_id: str) -> KeptHistory:
        self.reading(member_id)
        return KeptHistory(member_id, None, [sealed_form(one) for one in self._accounts.entries.get(member_id, [])])

    def find_existing(self, keys: Collection[DocumentKey]) -> Collection[DocumentKey]:
        return {key for key in keys if key in self._accounts.documents}

    def list_stretch(self, segment: int, segments: int, cursor: str | None, limit: int) -> Stretch:
        members = sorted(member_id for member_id in self._accounts.entries if int(member_id[4]) % segments == segment)
        rest = [member_id for member_id in members if member_id > (cursor or "")]
        page = rest[: limit // 20]
        named = [
            NamedEntry(document.key, document.member_id, document.sequence)
            for document in self._accounts.documents.values()
            if document.member_id in page
        ]
        return Stretch(page, self.list_lost(named), page[-1] if len(rest) > len(page) else None)

    def list_lost(self, named: Collection[NamedEntry]) -> list[NamedEntry]:
        return [one for one in named if one.sequence > len(self._accounts.entries.get(one.member_id, []))]

    def find_day_before(self, on: date, verified_before: datetime) -> Verification | None:
        found = [kept for day, kept in self.days.items() if day < on and kept.verified_at < verified_before]
        return max(found, key=lambda kept: kept.on or date.min, default=None)

    def keep_day(self, verification: Verification) -> None:
        assert verification.on
        self.days.setdefault(verification.on, verification)
        self.last = verification


class NoArchive:
    """Nothing was archived."""

    def read(self, checkpoint: Checkpoint) -> Sequence[Sealed]:
        raise AssertionError("there is no checkpoint in these tests")


class MemoryDrift:
    """What was told."""

    def __init__(self) -> None:
        self.flaws: list[MemberFlaw] = []
        self.results: list[Verification] = []

    def report_flaw(self, flaw: MemberFlaw, on: date) -> None:
        self.flaws.append(flaw)

    def report_result(self, found: Verification) -> None:
        self.results.append(found)


class ProofWorld(World):
    """Members with a birthday's points each, given on the day before the proof's."""

    def __init__(self, fuse: Fuse | None = None, members: int = 23) -> None:
        super().__init__(Fuse(), now=NOW - timedelta(days=1))
        for number in range(members):
            self.give(self.add_member(0 if number < 13 else number % 8, number))
        self.clock.instant = NOW
        self.fuse = fuse or Fuse()
        self.table = MemoryLedger(self.accounts)
        self.drift = MemoryDrift()
        proof: MemoryLedger = Guarded(self.table, self.fuse)  # type: ignore[assignment] # it is one, but for the fuse
        self.handlers = {
            VERIFY_LEDGER: lambda: VerifyLedger(
                proof, MemberChecks(proof, proof.find_existing, NoArchive()), self.drift
            )
        }
        runs, queue = Guarded(self.runs, self.fuse), Guarded(self.queue, self.fuse)
        self.jobs = Jobs(self.handlers, runs, queue, self.programs, self.reports, self.clock, self.clock)  # type: ignore[arg-type]

    def give(self, member_id: str, year: int = 2026) -> None:
        self.ledger.grant(member_id, GrantBonus("birthday", 50, str(year), "birthday"))

    def kept(self) -> list[Verification]:
        """The days' results, but for when each was made."""
        return [replace(found, verified_at=NOW) for _, found in sorted(self.table.days.items())]


__all__ = ["VERIFY_LEDGER", "Fuse", "ProofWorld"]

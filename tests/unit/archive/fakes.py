"""Old entries over accounts in memory, a bucket in a dictionary, and a night in which they are archived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from msgspec.structs import replace

from factories import make_program
from quen.archive.service import Archive, Archiving, KeptCheckpoint
from quen.errors import ConflictRetryError
from quen.jobs.archive_entries import ArchiveEntries
from quen.jobs.names import ARCHIVE_ENTRIES
from quen.jobs.service import Jobs
from quen.ledger.model import Account, Checkpoint, GrantBonus, KeptHistory, Sealed, sealed_form
from quen.ledger.ports import DuePage
from unit.jobs.fakes import NOW, Fuse, Guarded, MemoryAccounts, World

FIRST = datetime(2024, 1, 10, 5, 0, tzinfo=UTC)


class MemoryOldLedger:
    """The ledger's part of archiving. A member's shard is the fifth character of the id."""

    def __init__(self, accounts: MemoryAccounts) -> None:
        self._accounts = accounts
        self.kept: dict[str, KeptCheckpoint] = {}
        self.oldest: dict[str, date] = {}

    def list_old(self, shard: int, before: date, cursor: str | None, limit: int) -> DuePage:
        days = {member_id: self._oldest(member_id) for member_id in self._accounts.entries}
        old = sorted(f"{day} {who}" for who, day in days.items() if day and day < before and int(who[4]) == shard)
        rest = [found for found in old if found > (cursor or "")]
        return DuePage([found[11:] for found in rest[:limit]], rest[limit - 1] if len(rest) > limit else None)

    def _oldest(self, member_id: str) -> date | None:
        entries = self._accounts.entries[member_id]
        return self.oldest.get(member_id) or (entries[0].recorded_at.date() if entries else None)

    def find(self, member_id: str) -> KeptCheckpoint | None:
        return self.kept.get(member_id)

    def read_entries(self, member_id: str, first: int) -> Iterator[Sealed]:
        return (sealed_form(entry) for entry in self._accounts.entries[member_id] if entry.sequence >= first)

    def keep(self, member_id: str, kept: KeptCheckpoint, before: Checkpoint | None) -> None:
        stored = self.kept.get(member_id)
        if (stored.checkpoint if stored else None) != before:
            raise ConflictRetryError
        self.kept[member_id] = kept
        self.oldest[member_id] = date.min

    def delete(self, member_id: str, through: int) -> None:
        entries = self._accounts.entries[member_id]
        self._accounts.entries[member_id] = [entry for entry in entries if entry.sequence > through]

    def show(self, member_id: str, oldest_on: date) -> None:
        self.oldest[member_id] = oldest_on

    def load(self, member_id: str) -> Account:
        return self._accounts.load(member_id)

    def load_kept(self, member_id: str) -> KeptHistory:
        kept = self.kept.get(member_id)
        first = kept.checkpoint.sequence + 1 if kept else 1
        return KeptHistory(member_id, kept.checkpoint if kept else None, [*self.read_entries(member_id, first)])


class MemoryObjects:
    """The bucket."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}

    def put(self, key: str, data: bytes) -> None:
        self.stored[key] = data

    def find(self, key: str) -> bytes | None:
        return self.stored.get(key)


class ArchivingWorld(World):
    """Members since January 2024 of whom most have had a birthday's points each year, in a program that keeps 13 months."""

    def __init__(self, fuse: Fuse | None = None, members: int = 7) -> None:
        super().__init__(Fuse(), make_program(entries_kept_months=13), now=FIRST)
        self.old = MemoryOldLedger(self.accounts)
        self.bucket = MemoryObjects()
        ids = [self.add_member(number // 6, number) for number in range(members)]
        for member_id in ids:
            self.give(member_id, FIRST, 2024)
        for year, month in ((2024, 5), (2025, 5), (2026, 5)):
            for member_id in ids[1:]:
                self.give(member_id, FIRST.replace(year=year, month=month), 10 * year)
        self.give(self.add_member(2, 1), FIRST.replace(year=2026), 2026)
        self.clock.instant = NOW
        self.fuse = fuse or Fuse()
        old, bucket = Guarded(self.old, self.fuse), Guarded(self.bucket, self.fuse)
        archiving = Archiving(old, bucket)  # type: ignore[arg-type] # they are, but for the fuse
        self.handlers = {ARCHIVE_ENTRIES: lambda: ArchiveEntries(old, archiving, self.programs, self.clock)}  # type: ignore[arg-type]
        runs, queue = Guarded(self.runs, self.fuse), Guarded(self.queue, self.fuse)
        self.jobs = Jobs(self.handlers, runs, queue, self.programs, self.reports, self.clock, self.clock)  # type: ignore[arg-type]

    def give(self, member_id: str, at: datetime, occasion: int) -> None:
        self.clock.instant = at
        self.ledger.grant(member_id, GrantBonus("birthday", 50, str(occasion), "birthday"))

    def history(self, member_id: str) -> Sequence[Sealed]:
        """Everything that ever happened to the member, wherever it is kept."""
        kept = self.old.load_kept(member_id)
        archived = Archive(self.bucket).read(kept.checkpoint) if kept.checkpoint else ()
        return [*archived, *kept.entries]

    def checkpoints(self) -> dict[str, KeptCheckpoint]:
        """What stands for archived entries, but for the run's own id."""
        return {member_id: replace(kept, run_id="") for member_id, kept in self.old.kept.items()}


__all__ = ["ARCHIVE_ENTRIES", "ArchivingWorld"]

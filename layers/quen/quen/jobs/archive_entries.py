"""The job `archive-entries`: entries that are older than the program keeps them leave the table for the archive.

Where the program keeps entries for ever it has nobody to look at. A member is done where entries were archived; the run's
totals count them, and the objects that they became. Its function alone may write to the archive and delete entries.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Protocol
from zoneinfo import ZoneInfo

from quen.archive.model import first_kept_day, looked_at_before
from quen.archive.service import Archived
from quen.clock import Clock
from quen.jobs.model import Page, Run
from quen.jobs.service import CurrentProgram, Handled
from quen.ledger.ports import DuePage


class OldMembers(Protocol):
    """Where members with old entries are found."""

    def list_old(self, shard: int, before: date, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard whose oldest entry is of an earlier day, the oldest first."""


class ArchivedMembers(Protocol):
    """The archive's part of it."""

    def archive(self, member_id: str, kept_from: date, zone: ZoneInfo, run_id: str, *, is_recovering: bool) -> Archived:
        """Archive what was recorded before that local day; with `is_recovering` tell what the run did before as well."""

    def foresee(self, member_id: str, kept_from: date, zone: ZoneInfo) -> Archived:
        """What `archive` would do first, and not done."""


class ArchiveEntries:
    """Works in its own function alone: a run by hand is left to the queue."""

    is_left_to_queue: ClassVar[bool] = True

    def __init__(self, members: OldMembers, archiving: ArchivedMembers, programs: CurrentProgram, clock: Clock) -> None:
        self._members = members
        self._archiving = archiving
        self._programs = programs
        self._clock = clock

    def list_members(self, run: Run, shard: int, cursor: str | None, limit: int) -> Page:
        """Members of whom a quarter's entries are old, the oldest first."""
        kept_from = self._kept_from(run)
        if kept_from is None:
            return Page([], None)
        page = self._members.list_old(shard, looked_at_before(kept_from), cursor, limit)
        return Page(page.member_ids, page.cursor)

    def handle(self, run: Run, member_id: str, *, is_recovering: bool) -> Handled:
        """Archive what is old of the member."""
        kept_from = self._kept_from(run)
        if kept_from is None:
            return Handled(was_done=False)
        zone = self._programs.current(run.as_of).time_zone
        if run.dry_run:
            return _handled(self._archiving.foresee(member_id, kept_from, zone))
        done = self._archiving.archive(member_id, kept_from, zone, run.run_id, is_recovering=is_recovering)
        return _handled(done)

    def _kept_from(self, run: Run) -> date | None:
        """The first day whose entries stay; None where all do. The program of the night and that of now must both let an entry
        go: nothing comes back, so whoever decides to keep more keeps it at once, also where a missed night is caught up.
        """
        months = [self._programs.current(at).entries_kept_months for at in (run.as_of, self._clock.now())]
        kept = [each for each in months if each]
        return first_kept_day(run.on, max(kept)) if len(kept) == len(months) else None


def _handled(archived: Archived) -> Handled:
    totals = {"entries": archived.entries, "volumes": archived.volumes}
    return Handled(archived.entries > 0, totals={name: count for name, count in totals.items() if count})

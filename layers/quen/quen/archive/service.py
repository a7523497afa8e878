"""Moves a member's old entries from the table to the archive, and reads them back.

In this order, so that whoever is stopped loses nothing and the next run finishes: the volume is written, read back and
proven; the checkpoint that names it is committed; the entries that it stands for are deleted; and last the member is shown
in the index by the oldest entry that is left. Account and documents are not touched: nobody who buys meanwhile is in the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from quen.archive.model import (
    BadVolumeError,
    OldEntries,
    Volume,
    checkpoint_after,
    old_entries,
    packed_volume,
    unpacked_volume,
)
from quen.business_days import day_start, local_day
from quen.errors import ConflictRetryError
from quen.ledger.model import BrokenLedgerError, Checkpoint, Sealed


class Archived(Struct, frozen=True):
    """What was archived of a member: entries, and the volumes that they became."""

    entries: int = 0
    volumes: int = 0


class KeptCheckpoint(Struct, frozen=True):
    """A checkpoint, and what the run that wrote it has archived of the member by then."""

    checkpoint: Checkpoint
    run_id: str
    archived: Archived

    def archived_by(self, run_id: str) -> Archived:
        """What that run has archived of the member."""
        return self.archived if self.run_id == run_id else Archived()


class OldLedger(Protocol):
    """The ledger's table, for whoever archives. Every method may raise TemporarilyUnavailableError."""

    def find(self, member_id: str) -> KeptCheckpoint | None:
        """The member's checkpoint, read consistently."""

    def read_entries(self, member_id: str, first: int) -> Iterator[Sealed]:
        """The member's entries from that sequence on, the oldest first, read as far as they are asked for."""

    def keep(self, member_id: str, kept: KeptCheckpoint, before: Checkpoint | None) -> None:
        """Put a checkpoint in the place of the one before. Raises ConflictRetryError where that is no longer there."""

    def delete(self, member_id: str, through: int) -> None:
        """Delete every entry up to that sequence, as far as it is still there."""

    def show(self, member_id: str, oldest_on: date) -> None:
        """Let the index show the member under that day."""


class Objects(Protocol):
    """The bucket. Every method may raise TemporarilyUnavailableError."""

    def put(self, key: str, data: bytes) -> None:
        """Keep an object, or the same once more; what arrives is checked against the sender's checksum."""

    def find(self, key: str) -> bytes | None:
        """The object, or None where there is none."""


class Archive:
    """The archive as it is read: a member's volumes from the newest back to the first."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def read(self, checkpoint: Checkpoint) -> Sequence[Sealed]:
        """All entries that the checkpoint stands for, the oldest first.

        Raises BadVolumeError where an object is gone, was changed, or is not of this row.
        """
        member_id, last, key = checkpoint.account.member_id, checkpoint.sequence, checkpoint.key
        parts: list[Sequence[Sealed]] = []
        while last:
            volume = self.read_volume(key, last)
            if volume.member_id != member_id or volume.last != last:
                raise BadVolumeError(last, f"its archived object {key} is not the one that goes on here")
            parts.append(volume.entries)
            last, key = volume.first - 1, volume.before
        return [sealed for part in reversed(parts) for sealed in part]

    def read_volume(self, key: str, last: int) -> Volume:
        """The volume of that name, which ends with that sequence. Raises BadVolumeError."""
        data = self._objects.find(key) if key else None
        if data is None:
            raise BadVolumeError(last, f"its archived object {key or 'without a name'} is missing")
        return unpacked_volume(key, data)


class Archiving:
    """The archive as it is written."""

    def __init__(self, ledger: OldLedger, objects: Objects) -> None:
        self._ledger = ledger
        self._objects = objects
        self._archive = Archive(objects)

    def archive(self, member_id: str, kept_from: date, zone: ZoneInfo, run_id: str, *, is_recovering: bool) -> Archived:
        """Archive what was recorded before that local day; what was archived now, and where the run is recovering, what it has
        archived of the member before.

        Raises BrokenLedgerError or BadVolumeError where the entries, or what was kept of them, are not what they should be:
        then nothing of them is deleted. Raises ConflictRetryError, TemporarilyUnavailableError.
        """
        kept = self._ledger.find(member_id)
        told = kept.archived_by(run_id) if kept and not is_recovering else Archived()
        while (old := self._old(kept, member_id, kept_from, zone)).entries:
            kept = self._kept(kept, member_id, old.entries, run_id)
        if kept:
            self._ledger.delete(member_id, kept.checkpoint.sequence)
        if old.next_at:
            # Where only the last is left, however old, nothing can go until others were written and have grown old.
            self._ledger.show(member_id, max(local_day(old.next_at, zone), kept_from))
        done = kept.archived_by(run_id) if kept else Archived()
        return Archived(done.entries - told.entries, done.volumes - told.volumes)

    def foresee(self, member_id: str, kept_from: date, zone: ZoneInfo) -> Archived:
        """What `archive` would do first, and not done: at most one volume."""
        entries = len(self._old(self._ledger.find(member_id), member_id, kept_from, zone).entries)
        return Archived(entries, int(entries > 0))

    def _old(self, kept: KeptCheckpoint | None, member_id: str, kept_from: date, zone: ZoneInfo) -> OldEntries:
        first = kept.checkpoint.sequence + 1 if kept else 1
        return old_entries(self._ledger.read_entries(member_id, first), day_start(kept_from, zone))

    def _kept(
        self, kept: KeptCheckpoint | None, member_id: str, entries: Sequence[Sealed], run_id: str
    ) -> KeptCheckpoint:
        """The entries as a volume that is kept, and the checkpoint that stands for it."""
        before = kept.checkpoint if kept else None
        volume = Volume(member_id, before.sequence + 1 if before else 1, entries, before.key if before else "")
        try:
            checkpoint = checkpoint_after(before, volume)
        except BrokenLedgerError:
            if self._ledger.find(member_id) != kept:
                raise ConflictRetryError from None  # another run has deleted what was still to be read here
            raise
        self._objects.put(volume.key, packed_volume(volume))
        # What cannot be read again was not kept: rights and keys are tried before anything is deleted.
        if self._archive.read_volume(volume.key, volume.last) != replace(volume, entries=list(entries)):
            raise BadVolumeError(volume.first, f"its archived object {volume.key} is not what was written")
        done = kept.archived_by(run_id) if kept else Archived()
        archived = Archived(done.entries + len(entries), done.volumes + 1)
        after = KeptCheckpoint(checkpoint, run_id, archived)
        self._ledger.keep(member_id, after, before)
        return after

"""The audit trail: every change and every unmasked read by staff leaves a record that nothing takes away again.

A change that is one transaction takes the record's write into it (`write`), so that neither is there without the other.
What is none (a read, a job's run) is recorded before it is answered or begun (`record`): as something asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from quen.clock import Clock
from quen.ids import new_id
from quen.plain_text import LINES, refuse_controls
from quen.staff.model import Action, AuditRecord, StaffCaller
from quen.writes import Write

FIRST_MONTH = "2026-01"


class AuditRecords(Protocol):
    """Where the trail is kept, a month at a time."""

    def add(self, record: AuditRecord) -> None:
        """Keep the record. Raises TemporarilyUnavailableError."""

    def write(self, record: AuditRecord) -> Write:
        """The write that keeps it, for another's transaction."""

    def list_month(self, month: str, before: str | None, limit: int) -> Sequence[tuple[str, AuditRecord]]:
        """Records of a month (`2026-11`) with their places, newest first, from the one before that place on."""


class AuditTrail:
    """What staff did. `clock` is the wall clock: a trail is evidence, and time does not travel for it."""

    def __init__(self, records: AuditRecords, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def record(
        self,
        caller: StaffCaller,
        action: Action,
        target: str,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        reason: str = "",
    ) -> None:
        """Keep that `caller` did `action` to `target`, for example `member:mem_…`.

        Raises ValidationFailedError for a reason with control characters, TemporarilyUnavailableError.
        """
        refuse_controls("/reason", reason, LINES)
        self._records.add(self._made(caller, action, target, before, after, reason))

    def write(
        self,
        caller: StaffCaller,
        action: Action,
        target: str,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        reason: str = "",
        pointer: str = "/reason",
    ) -> Write:
        """The same as a write, for the transaction that makes the change. `pointer` is where the reason stands in the request.
        Raises ValidationFailedError.
        """
        refuse_controls(pointer, reason, LINES)
        return self._records.write(self._made(caller, action, target, before, after, reason))

    def list_records(self, before: str | None, limit: int) -> tuple[list[AuditRecord], str | None]:
        """A page of the trail, newest first, and the place before which the next page starts."""
        month = before[:7] if before else self._clock.now().strftime("%Y-%m")
        found: list[tuple[str, AuditRecord]] = []
        while len(found) <= limit and month >= FIRST_MONTH:
            found += self._records.list_month(month, before, limit + 1 - len(found))
            month, before = _month_before(month), None
        page = found[:limit]
        return [record for _, record in page], page[-1][0] if len(found) > limit else None

    def _made(
        self,
        caller: StaffCaller,
        action: Action,
        target: str,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
        reason: str,
    ) -> AuditRecord:
        now = self._clock.now()
        return AuditRecord(
            new_id("aud"), now, caller.subject, caller.role, action, target, before or {}, after or {}, reason
        )


def _month_before(month: str) -> str:
    first = date.fromisoformat(f"{month}-01")
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1).strftime("%Y-%m")

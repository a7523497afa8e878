"""The job `expire-points`: whatever fell due up to the run's instant is written, account by account, in its order.

The ledger shows balances right without it; the job writes the entries, so that they are told to the member and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol

from quen.jobs.model import Page, Run, due_by
from quen.jobs.service import CurrentProgram, Handled
from quen.ledger.model import Entry
from quen.ledger.ports import DuePage

NAME = "expire-points"

_DUE_KINDS = frozenset({"activate", "lapse", "expire"})
_RECOVERED_ENTRIES = 100


class DueAccounts(Protocol):
    """The ledger's part of it."""

    def list_due(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard with something due on that day or before."""

    def bring_up_to_date(self, member_id: str, until: datetime, *, dry_run: bool = False) -> Sequence[Entry]:
        """Write what had fallen due at `until`, and say what it was; with `dry_run` only say it."""

    def list_entries(self, member_id: str, before: int | None, limit: int) -> tuple[list[dict[str, Any]], int | None]:
        """A page of the statement, newest first."""


class ExpirePoints:
    """Points counted are those that expired; an account whose points only activated, or came back, is done as well."""

    def __init__(self, ledger: DueAccounts, programs: CurrentProgram) -> None:
        self._ledger = ledger
        self._programs = programs

    def list_members(self, run: Run, shard: int, cursor: str | None, limit: int) -> Page:
        """Accounts with something due, the longest due first."""
        zone = self._programs.current(run.as_of).time_zone
        page = self._ledger.list_due(shard, due_by(run.as_of, zone), cursor, limit)
        return Page(page.member_ids, page.cursor)

    def handle(self, run: Run, member_id: str, *, is_recovering: bool) -> Handled:
        """Bring the account up to the run's instant."""
        entries = self._ledger.bring_up_to_date(member_id, run.as_of, dry_run=run.dry_run)
        if entries or run.dry_run or not is_recovering:
            return Handled(bool(entries), sum(-entry.points for entry in entries if entry.kind == "expire"))
        return self._handled_before(run, member_id)

    def _handled_before(self, run: Run, member_id: str) -> Handled:
        """What this run did to the account before it was stopped: all that was due and has been recorded since."""
        recent, _ = self._ledger.list_entries(member_id, None, _RECOVERED_ENTRIES)
        own = [
            entry
            for entry in recent
            if entry["kind"] in _DUE_KINDS
            and datetime.fromisoformat(entry["recorded_at"]) >= run.started_at
            and datetime.fromisoformat(entry["occurred_at"]) <= run.as_of
        ]
        return Handled(bool(own), sum(-entry["points"] for entry in own if entry["kind"] == "expire"))

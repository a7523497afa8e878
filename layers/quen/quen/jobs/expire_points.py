"""The job `expire-points`: accounts with something due by themselves are brought up to date, all but the reviews of tiers.

The ledger shows balances right without it; the job writes the entries, so that they are told to the member and counted.
"""

from __future__ import annotations

from datetime import date
from typing import Protocol

from quen.jobs.fallen_due import BroughtUp, write_what_fell_due
from quen.jobs.model import Page, Run, due_by
from quen.jobs.service import CurrentProgram, Handled
from quen.ledger.ports import DuePage

NAME = "expire-points"


class DueAccounts(BroughtUp, Protocol):
    """The ledger's part of it."""

    def list_due(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard with something due on that day or before."""


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
        return write_what_fell_due(self._ledger, run, member_id, is_recovering=is_recovering)

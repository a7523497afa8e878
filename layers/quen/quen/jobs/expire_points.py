"""The job `expire-points`: accounts with something due by themselves are brought up to date, all but the reviews of tiers.

The ledger shows balances right without it; the job writes the entries, so that they are told to the member and counted.

The index shows accounts as they were last written: on the first day on which the program warns earlier, all that will ever
have something due are looked at instead, so that nobody's warning waits for the end of their points.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Protocol

from quen.business_days import day_start
from quen.jobs.fallen_due import BroughtUp, write_what_fell_due
from quen.jobs.model import Page, Run, due_by
from quen.jobs.service import CurrentProgram, Handled
from quen.ledger.model import Account, next_due_on
from quen.ledger.ports import DuePage
from quen.program.model import Program


class DueAccounts(BroughtUp, Protocol):
    """The ledger's part of it."""

    def list_due(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard with something due on that day or before."""

    def load_written(self, member_id: str) -> Account:
        """The account as it was last written. Raises MemberNotFoundError."""

    def reindex(self, member_id: str) -> None:
        """Let the index show what the program in force says of the member. Raises MemberNotFoundError."""


class ExpirePoints:
    """Points counted are those that expired; an account whose points only activated, or came back, is done as well."""

    def __init__(self, ledger: DueAccounts, programs: CurrentProgram) -> None:
        self._ledger = ledger
        self._programs = programs

    def list_members(self, run: Run, shard: int, cursor: str | None, limit: int) -> Page:
        """Accounts with something due, the longest due first; all that will have, on the day on which warnings come earlier."""
        program = self._programs.current(run.as_of)
        on = date.max if _warns_earlier(program, self._before(run, program)) else due_by(run.as_of, program.time_zone)
        page = self._ledger.list_due(shard, on, cursor, limit)
        return Page(page.member_ids, page.cursor)

    def handle(self, run: Run, member_id: str, *, is_recovering: bool) -> Handled:
        """Bring the account up to the run's instant."""
        handled = write_what_fell_due(self._ledger, run, member_id, is_recovering=is_recovering)
        if not handled.was_done and not run.dry_run:
            self._show_anew(run, member_id)
        return handled

    def _show_anew(self, run: Run, member_id: str) -> None:
        """Nothing was due: where the index was written by another program's rules, let it show those in force."""
        program, account = self._programs.current(run.as_of), self._ledger.load_written(member_id)
        due, before = next_due_on(account, program), self._before(run, program)
        if _warns_earlier(program, before):
            is_stale = due != next_due_on(account, before)
        else:
            is_stale = due is None or due > due_by(run.as_of, program.time_zone)
        if is_stale:
            self._ledger.reindex(member_id)

    def _before(self, run: Run, program: Program) -> Program:
        """The program in force when the day before began."""
        return self._programs.current(day_start(run.on - timedelta(days=1), program.time_zone))


def _warns_earlier(program: Program, before: Program) -> bool:
    """Whether members are told at a stage at which they were not before."""
    stages, had = (each.points.expiry.warning.stages(each.points.expiry) for each in (program, before))
    return not {*stages} <= {*had}

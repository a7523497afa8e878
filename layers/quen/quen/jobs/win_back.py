"""The job `win-back`: members who stay away longer than they used to are offered something, once for each time that they do.

Whose time has come, a sparse index says; whether they are back since, their account does. The index shows accounts as they
were last written: on the first day on which the program wins members back, or by another rhythm, all active members are
looked at once instead, so that those who had gone long before are asked as well. Some are offered nothing, so that
the shop sees what the offer brings, and those who have not agreed to offers by what they bought are not chosen. Each is
handled once: the ledger's claim for the day of the last purchase holds that, not the run.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Protocol

from msgspec.structs import replace

from quen.business_days import day_start
from quen.errors import MemberNotFoundError
from quen.jobs.birthday_rewards import MemberPage
from quen.jobs.giving import NOTHING, Gifts, Joined, given, is_counted, takes_part
from quen.jobs.model import Page, Run, added
from quen.jobs.service import CurrentProgram, Handled
from quen.ledger.documents import Outcome
from quen.ledger.model import Account, GrantBonus, LapseOutcome, NoteLapse, next_lapse_on, outcome_of
from quen.ledger.ports import DuePage
from quen.members.model.consents import PROFILING
from quen.program.model import Program

RULE_ID = "win_back"
"""The use that an offer by what the member bought is of their data."""


class Lapses(Protocol):
    """The ledger's part of it."""

    def list_lapsed(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard who have lapsed on that day or before, and of whom that was not handled."""

    def load_account(self, member_id: str) -> Account:
        """The account brought up to now, without writing. Raises MemberNotFoundError."""

    def note(self, member_id: str, note: NoteLapse, program: Program) -> Outcome | None:
        """Handle the lapse without an offer, once; None where there is none any more."""

    def reindex(self, member_id: str) -> None:
        """Let the index show what the program in force says of the member. Raises MemberNotFoundError."""


class Profile(Joined, Protocol):
    """What the job asks of a member."""

    def consents_to(self, purpose: str) -> bool:
        """Whether the member has agreed to that use."""


class Profiles(Protocol):
    """What members have agreed to, and who they all are."""

    def list_active(self, shard: int, cursor: str | None = None, limit: int = 100) -> MemberPage:
        """Active members, one shard of them."""

    def load(self, member_id: str) -> Profile:
        """The profile. Raises MemberNotFoundError."""


class WinBack:
    """Makes the offer of the program that was in force at the run's instant. Totals count members by what became of them."""

    def __init__(self, lapses: Lapses, gifts: Gifts, profiles: Profiles, programs: CurrentProgram) -> None:
        self._lapses = lapses
        self._gifts = gifts
        self._profiles = profiles
        self._programs = programs

    def list_members(self, run: Run, shard: int, cursor: str | None, limit: int) -> Page:
        """Members who have lapsed, the longest first; all active ones on the day on which the rhythm is a new one; nobody where
        the program offers nothing.
        """
        program = self._programs.current(run.as_of)
        if program.win_back is None:
            return Page((), None)
        if self._is_new(run, program):
            members = self._profiles.list_active(shard, cursor, limit)
            return Page(members.member_ids, members.cursor)
        page = self._lapses.list_lapsed(shard, run.on, cursor, limit)
        return Page(page.member_ids, page.cursor)

    def handle(self, run: Run, member_id: str, *, is_recovering: bool) -> Handled:
        """Offer it, or note why not, where the member is active, has lapsed by the run's day, and is not back since."""
        program = self._programs.current(run.as_of)
        try:
            account, profile = self._lapses.load_account(member_id), self._profiles.load(member_id)
        except MemberNotFoundError:
            return NOTHING
        if account.member_id != member_id or not takes_part(profile, run, program):
            return NOTHING
        if bought_on := _lapsed_after(account, program, run.on):
            outcome = outcome_of(account, program, run.on, may_profile=profile.consents_to(PROFILING))
            return self._handle(run, member_id, bought_on, outcome, program, is_recovering=is_recovering)
        before = account.win_back
        if is_recovering and before.outcome and not run.dry_run:
            # This run may have done it before it was stopped: asked again for the very same, the ledger says.
            bought_on = date.fromisoformat(before.bought_on)
            return self._handle(run, member_id, bought_on, before.outcome, program, is_recovering=True)
        # Of a member without a rhythm the index should show nothing, and shows nothing unless it has found them.
        if not run.dry_run and (next_lapse_on(account, program) or not self._is_new(run, program)):
            self._lapses.reindex(member_id)
        return NOTHING

    def _is_new(self, run: Run, program: Program) -> bool:
        """Whether the program had members lapse otherwise, or not at all, when the day before began."""
        before = self._programs.current(day_start(run.on - timedelta(days=1), program.time_zone)).win_back
        return program.win_back is not None and (before is None or before.rhythm != program.win_back.rhythm)

    def _handle(
        self, run: Run, member_id: str, bought_on: date, outcome: LapseOutcome, program: Program, *, is_recovering: bool
    ) -> Handled:
        if outcome != "offered":
            return self._note(run, member_id, NoteLapse(bought_on, outcome), program, is_recovering=is_recovering)
        gifts = program.win_back.gifts if program.win_back else None
        bonus = GrantBonus("win_back", 0, bought_on.isoformat(), RULE_ID, gifts=gifts, day=run.on)
        handled = given(self._gifts, run, member_id, bonus, program, is_recovering=is_recovering)
        return replace(handled, totals=added(handled.totals, {"offered": 1})) if handled.was_done else NOTHING

    def _note(self, run: Run, member_id: str, note: NoteLapse, program: Program, *, is_recovering: bool) -> Handled:
        done = Handled(was_done=True, totals={note.outcome: 1})
        if run.dry_run:
            return done
        outcome = self._lapses.note(member_id, note, program)
        return done if outcome and is_counted(outcome, run, is_recovering=is_recovering) else NOTHING


def _lapsed_after(account: Account, program: Program, on: date) -> date | None:
    """The day of the last purchase, where the member has lapsed by that day and it was not handled."""
    lapse_on = next_lapse_on(account, program)
    return account.last_bought_on if lapse_on and lapse_on <= on else None

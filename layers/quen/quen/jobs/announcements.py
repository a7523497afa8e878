"""The job `announcements`: what the program tells its members on a day, asked for once for each member who is meant.

On a day without an announcement nobody is looked at. On any other the index of all active members is read, a shard and a
page at a time; the planned pages of the run are the list of whom it looked at. The job only asks: consent, caps and hours are
judged when the message is sent, and the message's own key makes it one, however often it is asked for.

An announcement is news. A day that is caught up more than `LATE_DAYS_MAX` days late asks for nothing, and counts for whom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from quen.business_days import local_day
from quen.errors import MemberNotFoundError
from quen.jobs import audience
from quen.jobs.audience import Accounts, Audience, People
from quen.jobs.giving import NOTHING, takes_part
from quen.jobs.model import Page, Run
from quen.jobs.service import CurrentProgram, Handled
from quen.ledger.model import tier_of
from quen.members.model.consents import PROFILING
from quen.messages.model import Intent, purpose_of
from quen.program.model import Announcement, Program

LATE_DAYS_MAX = 3


class Profile(audience.Profile, Protocol):
    """What the job asks of a member."""

    def consents_to(self, purpose: str) -> bool:
        """Whether the member has agreed to that use."""


class Profiles(People, Protocol):
    """All members who may take part."""

    def load(self, member_id: str) -> Profile:
        """The profile. Raises MemberNotFoundError."""


class IntentQueue(Protocol):
    """Where intents wait to become messages."""

    def send(self, intents: Sequence[Intent], delay_seconds: int = 0) -> None:
        """Queue them all. Raises TemporarilyUnavailableError where one may not be queued."""


class Announcements:
    """Asks for the announcements of the program that was in force at the run's instant."""

    def __init__(self, intents: IntentQueue, profiles: Profiles, accounts: Accounts, programs: CurrentProgram) -> None:
        self._intents = intents
        self._profiles = profiles
        self._accounts = accounts
        self._audience = Audience(profiles, accounts)
        self._programs = programs

    def list_members(self, run: Run, shard: int, cursor: str | None, limit: int) -> Page:
        """All active members, on a day with an announcement; nobody on any other."""
        if not _told_on(self._programs.current(run.as_of), run):
            return Page((), None)
        page = self._profiles.list_active(shard, cursor, limit)
        return Page(page.member_ids, page.cursor)

    def handle(self, run: Run, member_id: str, *, is_recovering: bool) -> Handled:  # noqa: ARG002 - asked twice is told once
        """Ask for what the day tells this member, who is active and was a member on that day."""
        program = self._programs.current(run.as_of)
        try:
            profile = self._profiles.load(member_id)
            if not takes_part(profile, run, program):
                return NOTHING
            told = [said for said in _told_on(program, run) if self._is_meant(said, profile, member_id, program, run)]
        except MemberNotFoundError:
            return NOTHING
        if told and is_late(run, program):
            return Handled(was_done=False, totals={"late": len(told)})
        chosen = [said for said in told if not said.segment or profile.consents_to(PROFILING)]
        unasked = {"unasked": len(told) - len(chosen)} if len(chosen) < len(told) else {}
        if not chosen:
            return Handled(was_done=False, totals=unasked)
        if run.dry_run:
            return Handled(was_done=True, totals={**_foreseen(chosen, profile), **unasked})
        self._intents.send([intent_of(said, member_id, program.time_zone) for said in chosen])
        return Handled(was_done=True, totals={"asked": len(chosen), **unasked})

    def _is_meant(self, said: Announcement, profile: Profile, member_id: str, program: Program, run: Run) -> bool:
        """Whether the member is in one of the tiers and in the audience. The tier is asked for only where it matters."""
        if said.tiers:
            account = self._accounts.load_account(member_id)
            if tier_of(account, program, run.on) not in said.tiers:
                return False
        return self._audience.includes(member_id, profile, said, program, run.on)


def intent_of(said: Announcement, member_id: str, zone: ZoneInfo) -> Intent:
    """The message that tells it, once for each member; `zone` is the program's."""
    waits = {}
    if said.at:
        waits["not_before"] = datetime.combine(said.on, said.at, zone).astimezone(UTC).isoformat()
    return Intent(member_id, "announcement", said.id, {"announcement_id": said.id, **waits})


def is_late(run: Run, program: Program) -> bool:
    """Whether the run was begun so long after its day that its news is none any more."""
    return (local_day(run.started_at, program.time_zone) - run.on).days > LATE_DAYS_MAX


def _told_on(program: Program, run: Run) -> list[Announcement]:
    return [said for said in program.announcements if said.on == run.on]


def _foreseen(told: Sequence[Announcement], profile: Profile) -> dict[str, int]:
    """How many messages would be asked for, and by channel for how many there is a consent today."""
    agreed = [
        channel
        for said in told
        for channel in said.channels
        if profile.consents_to(purpose_of("announcement", channel))
    ]
    return {"asked": len(told), **Counter(f"agreed_{channel}" for channel in agreed)}

"""The job `holiday-rewards`: what the program gives on a holiday, to every active member whom it is for, once a year each.

On a day without a gift nobody is looked at. On any other the index of all active members is read, a shard and a page at a
time. The year is the holiday's own, and the ledger's claim holds that it is given once, not the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import reduce
from typing import Protocol
from zoneinfo import ZoneInfo

from quen.errors import MemberNotFoundError
from quen.jobs.birthday_rewards import MemberPage
from quen.jobs.giving import NOTHING, Gifts, Joined, both, given, takes_part
from quen.jobs.model import Page, Run
from quen.jobs.service import CurrentProgram, Handled
from quen.ledger.model import Account, GrantBonus, behaviour_of
from quen.people import Person
from quen.program.model import Holiday, Program, segment_holds

NAME = "holiday-rewards"


class Profile(Joined, Protocol):
    """What the job asks of a member."""

    @property
    def tags(self) -> Sequence[str]:
        """The words that staff put on the member."""


class Profiles(Protocol):
    """All members who may take part."""

    def list_active(self, shard: int, cursor: str | None = None, limit: int = 100) -> MemberPage:
        """Active members, one shard of them."""

    def load(self, member_id: str) -> Profile:
        """The profile. Raises MemberNotFoundError."""

    def person(self, member_id: str, zone: ZoneInfo) -> Person:
        """What segments may ask of the member; `zone` is the program's. Raises MemberNotFoundError."""


class Accounts(Protocol):
    """What members did."""

    def load_account(self, member_id: str) -> Account:
        """The account brought up to now, without writing. Raises MemberNotFoundError."""


class HolidayRewards:
    """Gives the holidays' gifts of the program that was in force at the run's instant."""

    def __init__(self, gifts: Gifts, profiles: Profiles, accounts: Accounts, programs: CurrentProgram) -> None:
        self._gifts = gifts
        self._profiles = profiles
        self._accounts = accounts
        self._programs = programs

    def list_members(self, run: Run, shard: int, cursor: str | None, limit: int) -> Page:
        """All active members, on a day on which something is given; nobody on any other."""
        if not any(_given_on(self._programs.current(run.as_of), run.on)):
            return Page((), None)
        page = self._profiles.list_active(shard, cursor, limit)
        return Page(page.member_ids, page.cursor)

    def handle(self, run: Run, member_id: str, *, is_recovering: bool) -> Handled:
        """Give what the day gives, where the member is active, was one on that day, is meant, and has not had it."""
        program = self._programs.current(run.as_of)
        try:
            profile = self._profiles.load(member_id)
            if not takes_part(profile, run, program):
                return NOTHING
            meant = [
                (holiday, day, year)
                for holiday, day, year in _given_on(program, run.on)
                if self._is_meant(holiday, profile, member_id, program, run.on)
            ]
        except MemberNotFoundError:
            return NOTHING
        bonuses = [
            GrantBonus("holiday", 0, f"{holiday.id}:{year}", f"holiday:{holiday.id}", gifts=holiday.gifts, day=day)
            for holiday, day, year in meant
        ]
        parts = (given(self._gifts, run, member_id, bonus, program, is_recovering=is_recovering) for bonus in bonuses)
        return reduce(both, parts, NOTHING)

    def _is_meant(self, holiday: Holiday, profile: Profile, member_id: str, program: Program, on: date) -> bool:
        """Whether the member has one of the tags, or is in the segment on that day, where the holiday asks."""
        if holiday.tags:
            return not holiday.tags.isdisjoint(profile.tags)
        if not holiday.segment:
            return True
        asks_person = any(each.asks_person for each in program.segments if each.id == holiday.segment)
        person = self._profiles.person(member_id, program.time_zone) if asks_person else None
        behaviour = behaviour_of(self._accounts.load_account(member_id), program, on)
        return segment_holds(program, holiday.segment, person, behaviour, on)


def _given_on(program: Program, on: date) -> Iterator[tuple[Holiday, date, int]]:
    """The holidays for which something is given on that day, with their own days and years."""
    for holiday in program.holidays:
        celebrated = holiday.celebrated(on)
        if celebrated and not holiday.gifts.are_nothing:
            yield holiday, *celebrated

"""The job `holiday-rewards`: what the program gives on a holiday, to every active member whom it is for, once a year each.

On a day without a gift nobody is looked at. On any other the index of all active members is read, a shard and a page at a
time. The year is the holiday's own, and the ledger's claim holds that it is given once, not the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import reduce
from typing import Protocol

from quen.errors import MemberNotFoundError
from quen.jobs.audience import Accounts, Audience, People, Profile
from quen.jobs.giving import NOTHING, Gifts, both, given, takes_part
from quen.jobs.model import Page, Run
from quen.jobs.service import CurrentProgram, Handled
from quen.ledger.model import GrantBonus
from quen.program.model import Holiday, Program


class Profiles(People, Protocol):
    """All members who may take part."""

    def load(self, member_id: str) -> Profile:
        """The profile. Raises MemberNotFoundError."""


class HolidayRewards:
    """Gives the holidays' gifts of the program that was in force at the run's instant."""

    def __init__(self, gifts: Gifts, profiles: Profiles, accounts: Accounts, programs: CurrentProgram) -> None:
        self._gifts = gifts
        self._profiles = profiles
        self._audience = Audience(profiles, accounts)
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
                if self._audience.includes(member_id, profile, holiday, program, run.on)
            ]
        except MemberNotFoundError:
            return NOTHING
        bonuses = [
            GrantBonus("holiday", 0, f"{holiday.id}:{year}", f"holiday:{holiday.id}", gifts=holiday.gifts, day=day)
            for holiday, day, year in meant
        ]
        parts = (given(self._gifts, run, member_id, bonus, program, is_recovering=is_recovering) for bonus in bonuses)
        return reduce(both, parts, NOTHING)


def _given_on(program: Program, on: date) -> Iterator[tuple[Holiday, date, int]]:
    """The holidays for which something is given on that day, with their own days and years."""
    for holiday in program.holidays:
        celebrated = holiday.celebrated(on)
        if celebrated and not holiday.gifts.are_nothing:
            yield holiday, *celebrated

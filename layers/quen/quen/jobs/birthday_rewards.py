"""The job `birthday-rewards`: the program's gift to every active member whose birthday it is, once a year.

The year is the birthday's own, so a gift that is given some days early, or late, is never given twice. The ledger's claim
holds that, not the run.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol, cast

from quen.errors import MemberNotFoundError
from quen.jobs.giving import NOTHING, Gifts, Joined, given, takes_part
from quen.jobs.model import Page, Run
from quen.jobs.service import CurrentProgram, Handled
from quen.ledger.model import GrantBonus
from quen.program.model import Birthday

RULE_ID = "birthday"


class MemberPage(Protocol):
    """Some of a shard's members; `cursor` is None on the last page."""

    @property
    def member_ids(self) -> Sequence[str]:
        """The members."""

    @property
    def cursor(self) -> str | None:
        """Where the next page starts."""


class Profile(Joined, Protocol):
    """What the job asks of a member."""

    @property
    def birthday_set_at(self) -> datetime | None:
        """When the birthday was last set; None where it came with the member."""


class Profiles(Protocol):
    """Who was born when, and may still take part."""

    def list_birthdays(self, month_day: str, shard: int, cursor: str | None = None, limit: int = 100) -> MemberPage:
        """Members whose birthday is that `MM-DD`, one shard of them."""

    def load(self, member_id: str) -> Profile:
        """The profile. Raises MemberNotFoundError."""


class BirthdayRewards:
    """Gives the birthday gift of the program that was in force at the run's instant."""

    def __init__(self, gifts: Gifts, profiles: Profiles, programs: CurrentProgram) -> None:
        self._gifts = gifts
        self._profiles = profiles
        self._programs = programs

    def list_members(self, run: Run, shard: int, cursor: str | None, limit: int) -> Page:
        """Members born on a day that is kept on the gift's day: 29 February stands in for, or is stood in for."""
        birthday = self._birthday(run)
        if birthday is None:
            return Page((), None)
        _, born_on = birthday.celebrated(run.on)
        number, start = cast("tuple[int, str | None]", json.loads(cursor)) if cursor else (0, None)
        month, day = born_on[number]
        page = self._profiles.list_birthdays(f"{month:02}-{day:02}", shard, start, limit)
        following = (number, page.cursor) if page.cursor else (number + 1, None)
        return Page(page.member_ids, json.dumps(following) if following[0] < len(born_on) else None)

    def handle(self, run: Run, member_id: str, *, is_recovering: bool) -> Handled:
        """Give the gift, where the member is active, was one on that day, and has not had this year's."""
        birthday = self._birthday(run)
        if birthday is None:
            return NOTHING
        day, _ = birthday.celebrated(run.on)
        if not self._is_given(run, birthday, day, member_id):
            return NOTHING
        bonus = GrantBonus("birthday", 0, str(day.year), RULE_ID, gifts=birthday.gifts, day=day)
        program = self._programs.current(run.as_of)
        return given(self._gifts, run, member_id, bonus, program, is_recovering=is_recovering)

    def _birthday(self, run: Run) -> Birthday | None:
        birthday = self._programs.current(run.as_of).birthday
        return None if birthday is None or birthday.gifts.are_nothing else birthday

    def _is_given(self, run: Run, birthday: Birthday, day: date, member_id: str) -> bool:
        """Whether the member takes part, and the birthday was known early enough before the day."""
        try:
            profile = self._profiles.load(member_id)
        except MemberNotFoundError:
            return False
        program = self._programs.current(run.as_of)
        set_on = program.local_day(profile.birthday_set_at) if profile.birthday_set_at else None
        return takes_part(profile, run, program) and birthday.was_known(set_on, day)

"""The job `birthday-rewards`: the program's gift to every active member whose birthday it is, once a year.

The year is the birthday's own, so a gift that is given some days early, or late, is never given twice. The ledger's claim
holds that, not the run.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, cast

from quen.errors import MemberNotFoundError
from quen.jobs.model import Page, Run
from quen.jobs.service import CurrentProgram, Handled
from quen.ledger.documents import Document, DocumentKey, Outcome
from quen.ledger.model import GrantBonus
from quen.program.model import Birthday

NAME = "birthday-rewards"
RULE_ID = "birthday"

_NOTHING = Handled(was_done=False)


class BirthdayMembers(Protocol):
    """Some of a shard's members; `cursor` is None on the last page."""

    @property
    def member_ids(self) -> Sequence[str]:
        """The members."""

    @property
    def cursor(self) -> str | None:
        """Where the next page starts."""


class Profile(Protocol):
    """What the job asks of a member."""

    @property
    def state(self) -> str:
        """`active`, or what keeps the member from earning."""

    @property
    def joined_at(self) -> datetime:
        """When the member enrolled."""


class Profiles(Protocol):
    """Who was born when, and may still take part."""

    def list_birthdays(
        self, month_day: str, shard: int, cursor: str | None = None, limit: int = 100
    ) -> BirthdayMembers:
        """Members whose birthday is that `MM-DD`, one shard of them."""

    def load(self, member_id: str) -> Profile:
        """The profile. Raises MemberNotFoundError."""


class Grants(Protocol):
    """The ledger's part of it."""

    def grant(self, member_id: str, bonus: GrantBonus) -> Outcome:
        """Give a bonus for an occasion, once."""

    def find_document(self, key: DocumentKey) -> Document | None:
        """What a claim left behind."""


class BirthdayRewards:
    """Gives the birthday gift of the program that was in force at the run's instant."""

    def __init__(self, ledger: Grants, profiles: Profiles, programs: CurrentProgram) -> None:
        self._ledger = ledger
        self._profiles = profiles
        self._programs = programs

    def list_members(self, run: Run, shard: int, cursor: str | None, limit: int) -> Page:
        """Members born on a day that is kept on the gift's day: 29 February stands in for, or is stood in for."""
        gift = self._gift(run)
        if gift is None:
            return Page((), None)
        _, born_on = gift.celebrated(run.on)
        number, start = cast("tuple[int, str | None]", json.loads(cursor)) if cursor else (0, None)
        month, day = born_on[number]
        page = self._profiles.list_birthdays(f"{month:02}-{day:02}", shard, start, limit)
        following = (number, page.cursor) if page.cursor else (number + 1, None)
        return Page(page.member_ids, json.dumps(following) if following[0] < len(born_on) else None)

    def handle(self, run: Run, member_id: str, *, is_recovering: bool) -> Handled:
        """Give the gift, where the member is active, was one on that day, and has not had this year's."""
        gift = self._gift(run)
        if gift is None or not self._takes_part(run, member_id):
            return _NOTHING
        bonus = GrantBonus("birthday", gift.points, str(gift.celebrated(run.on)[0].year), RULE_ID)
        if run.dry_run:
            key = DocumentKey(f"MEMBER#{member_id}", f"CLAIM#{bonus.reason}:{bonus.occasion}")
            return _NOTHING if self._ledger.find_document(key) else Handled(was_done=True, points=gift.points)
        outcome = self._ledger.grant(member_id, bonus)
        is_own = datetime.fromisoformat(outcome.result["recorded_at"]) >= run.started_at
        if outcome.replayed and not (is_recovering and is_own):
            return _NOTHING
        return Handled(was_done=True, points=outcome.result["points"])

    def _gift(self, run: Run) -> Birthday | None:
        gift = self._programs.current(run.as_of).birthday
        return gift if gift and gift.points else None

    def _takes_part(self, run: Run, member_id: str) -> bool:
        """Who joined after the run's day missed no birthday of theirs: a day long past gives nothing to new members."""
        try:
            profile = self._profiles.load(member_id)
        except MemberNotFoundError:
            return False
        joined_on = self._programs.current(run.as_of).local_day(profile.joined_at)
        return profile.state == "active" and joined_on <= run.on

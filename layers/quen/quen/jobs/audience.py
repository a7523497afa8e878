"""For whom a holiday or an announcement is: everybody, who is in a segment on that day, or who has one of some tags."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from quen.jobs.birthday_rewards import MemberPage
from quen.jobs.giving import Joined
from quen.ledger.model import Account, behaviour_of
from quen.people import Person
from quen.program.model import Program, segment_holds


class Meant(Protocol):
    """What says for whom it is; both empty: for everybody."""

    @property
    def segment(self) -> str:
        """The segment."""

    @property
    def tags(self) -> frozenset[str]:
        """The tags, of which one will do."""


class Profile(Joined, Protocol):
    """What is asked of a member."""

    @property
    def tags(self) -> Sequence[str]:
        """The words that staff put on the member."""


class People(Protocol):
    """All members who may take part."""

    def list_active(self, shard: int, cursor: str | None = None, limit: int = 100) -> MemberPage:
        """Active members, one shard of them."""

    def person(self, member_id: str, zone: ZoneInfo) -> Person:
        """What segments may ask of the member; `zone` is the program's. Raises MemberNotFoundError."""


class Accounts(Protocol):
    """What members did."""

    def load_account(self, member_id: str) -> Account:
        """The account brought up to now, without writing. Raises MemberNotFoundError."""


class Audience:
    """Says of one member whether they are meant; what is not asked for is not read."""

    def __init__(self, people: People, accounts: Accounts) -> None:
        self._people = people
        self._accounts = accounts

    def includes(self, member_id: str, profile: Profile, meant: Meant, program: Program, on: date) -> bool:
        """Whether the member has one of the tags, or is in the segment on that day. Raises MemberNotFoundError."""
        if meant.tags:
            return not meant.tags.isdisjoint(profile.tags)
        if not meant.segment:
            return True
        asks_person = any(each.asks_person for each in program.segments if each.id == meant.segment)
        person = self._people.person(member_id, program.time_zone) if asks_person else None
        behaviour = behaviour_of(self._accounts.load_account(member_id), program, on)
        return segment_holds(program, meant.segment, person, behaviour, on)

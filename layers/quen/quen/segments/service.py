"""Which of the program's segments a member is in."""

from __future__ import annotations

from typing import Any, Protocol
from zoneinfo import ZoneInfo

from quen.ledger.model import behaviour_of
from quen.ledger.ports import CurrentProgram
from quen.ledger.service import Ledger
from quen.people import Person
from quen.program.model import segments_held


class People(Protocol):
    """Members as persons."""

    def person(self, member_id: str, zone: ZoneInfo) -> Person:
        """What conditions may ask of the member; `zone` is the program's. Raises MemberNotFoundError."""


class Segments:
    """Tells who belongs to what."""

    def __init__(self, ledger: Ledger, people: People, programs: CurrentProgram) -> None:
        self._ledger = ledger
        self._people = people
        self._programs = programs

    def show(self, member_id: str) -> list[dict[str, Any]]:
        """Every segment of the program, as the document orders them, and whether the member is in it today.

        The profile is read only where a segment asks about it. Raises MemberNotFoundError.
        """
        now = self._ledger.now()
        program = self._programs.current(now)
        day = program.local_day(now)
        account = self._ledger.load_account(member_id)
        asks_person = any(segment.asks_person for segment in program.segments)
        person = self._people.person(account.member_id, program.time_zone) if asks_person else None
        held = segments_held(program, person, behaviour_of(account, program, day), day)
        return [
            {"id": segment.id, "name": dict(segment.name), "holds": segment.id in held} for segment in program.segments
        ]

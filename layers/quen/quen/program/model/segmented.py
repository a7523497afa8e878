"""Which segments a member is in, as of a local day of the program."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from quen.people import Behaviour, Person
from quen.program.model.program import Program
from quen.program.model.segments import AsOf


def segments_held(program: Program, person: Person | None, behaviour: Behaviour, day: date) -> frozenset[str]:
    """The ids of all the program's segments that the member is in. Without a person, no question about one holds."""
    member = _as_of(program, person, behaviour, day)
    return frozenset(segment.id for segment in program.segments if member.is_in(segment.id))


def segment_holds(program: Program, segment_id: str, person: Person | None, behaviour: Behaviour, day: date) -> bool:
    """Whether the member is in that segment; in none that the program does not have (any more)."""
    return _as_of(program, person, behaviour, day).is_in(segment_id)


def _as_of(program: Program, person: Person | None, behaviour: Behaviour, day: date) -> AsOf:
    """The member, in the tier that the program has them in: its first one, where theirs is not (any more) among them."""
    tier = program.tier_of(behaviour.tier)
    segments = {segment.id: segment for segment in program.segments}
    return AsOf(person, replace(behaviour, tier=tier.id if tier else ""), day, segments)

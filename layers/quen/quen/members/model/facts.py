"""What conditions may ask of a person: drawn from the profile, without anything that says who it is; and the tags in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from quen.business_days import local_day
from quen.errors import Fault, ValidationFailedError
from quen.members.model.values import Member
from quen.people import Person

TAGS_MAX = 32
TAG_LENGTH_MAX = 64
TAG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def person_of(member: Member, zone: ZoneInfo) -> Person:
    """The member as a person: every purpose that they have decided about and now agree to, the local day of joining."""
    return Person(
        birth_month=member.birthday.month if member.birthday else None,
        birth_day=member.birthday.day if member.birthday else None,
        tags=frozenset(member.tags),
        consents=frozenset(given.purpose for given in member.consents if member.consents_to(given.purpose)),
        joined_on=local_day(member.joined_at, zone),
    )


def check_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """The tags, each once and sorted. Raises ValidationFailedError with every fault."""
    given = [*tags]
    if len({*given}) > TAGS_MAX:
        raise ValidationFailedError.at("/tags", "too_many", f"A member has at most {TAGS_MAX} tags.")
    faults = [
        Fault(f"/tags/{index}", "pattern", "A tag is words of small letters and digits, joined by -.")
        for index, tag in enumerate(given)
        if len(tag) > TAG_LENGTH_MAX or not TAG.fullmatch(tag)
    ]
    if faults:
        raise ValidationFailedError(faults=faults)
    return tuple(sorted({*given}))

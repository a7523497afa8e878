"""Segments: which members are meant, as trees of small questions about a person and what they did. Pure.

Every question is asked as of one local day of the program: what came after that day is left out as far as it can be
told apart. Days are told apart, of purchases the first and the last one; tallies are kept by month, so the day's own
month counts whole. Nothing is said of a person who is not known: no question about them holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from quen.business_days import add_months
from quen.people import Behaviour, Person
from quen.program.model.texts import text_in

EARLIER = "earlier"
"""Under which behaviour keeps what was bought before the months that are told apart."""

Measure = Literal["purchases", "spend", "visits"]
_MEASURES: Sequence[Measure] = ("purchases", "spend", "visits")


class AsOf(Struct, frozen=True):
    """A member as of a local day: whom segments are asked about. `person` is None where nobody looked.

    `segments` are those that a segment may ask about by name; each is asked once, and its answer kept in `answers`.
    """

    person: Person | None
    behaviour: Behaviour
    day: date
    segments: Mapping[str, Segment] = field(default_factory=dict)
    answers: dict[str, bool] = field(default_factory=dict)

    @property
    def has_bought(self) -> bool:
        """Whether there was a purchase by then, whatever became of it."""
        return self.days_since(self.behaviour.first_on) is not None

    def days_since(self, day: date | None) -> int | None:
        """How many days ago that was; None where it never was, or was not yet."""
        return None if day is None or day > self.day else (self.day - day).days

    def tally(self, measure: Measure, months: int | None) -> int:
        """Purchases, spend or visits of the day's calendar month and those before it, so many in all; None: of ever."""
        first_on = self.behaviour.first_on
        if first_on is not None and first_on > self.day:
            return 0
        place, last = _MEASURES.index(measure), self.day.isoformat()[:7]
        first = add_months(self.day.replace(day=1), 1 - months).isoformat()[:7] if months else ""
        tallies = self.behaviour.months.items()
        return sum(
            tally[place]
            for month, tally in tallies
            if (first <= month <= last) or (month == EARLIER and months is None)
        )

    def is_in(self, segment_id: str) -> bool:
        """Whether the member is in that segment; in none that does not exist, nor in one by way of itself."""
        if segment_id not in self.answers:
            self.answers[segment_id] = False
            segment = self.segments.get(segment_id)
            self.answers[segment_id] = segment is not None and segment.when.holds(self)
        return self.answers[segment_id]


class Question(Protocol):
    """What a segment asks about a member."""

    def holds(self, member: AsOf) -> bool:
        """Whether it is so, as of the day."""


class Segment(Struct, frozen=True):
    """Members of whom `when` holds. `asks_person` is whether only a profile can tell, be it by way of another segment;
    a `Program` sees to it.
    """

    id: str
    name: Mapping[str, str]
    when: Question
    asks_person: bool = False

    def name_in(self, locale: str | None) -> str:
        """The name in that locale, or in its language, or in the program's first locale."""
        return text_in(self.name, locale)


class Range(Struct, frozen=True):
    """Whole numbers from one to another, both included; None: without that end."""

    at_least: int | None = None
    at_most: int | None = None

    def includes(self, number: int) -> bool:
        """Whether it is one of them."""
        is_enough = self.at_least is None or number >= self.at_least
        return is_enough and (self.at_most is None or number <= self.at_most)


class LastPurchase(Struct, frozen=True):
    """The last purchase was so many days ago. One that is known to be later than the day counts as of the day."""

    days: Range

    def holds(self, member: AsOf) -> bool:
        """Whether it was; never for who had not bought anything."""
        return member.has_bought and self.days.includes(member.days_since(member.behaviour.last_on) or 0)


class FirstPurchase(Struct, frozen=True):
    """The first purchase was so many days ago."""

    days: Range

    def holds(self, member: AsOf) -> bool:
        """Whether it was; never for who had not bought anything."""
        days = member.days_since(member.behaviour.first_on)
        return days is not None and self.days.includes(days)


class NeverBought(Struct, frozen=True):
    """There was no purchase yet; one that came back was one."""

    def holds(self, member: AsOf) -> bool:
        """Whether there was none."""
        return not member.has_bought


class InAll(Struct, frozen=True):
    """So many purchases or visits, or so much spent, in the day's calendar month and those before it, so many in all;
    None: ever. What came back is taken off.
    """

    measure: Measure
    range: Range
    months: int | None = None

    def holds(self, member: AsOf) -> bool:
        """Whether it was so many."""
        return self.range.includes(member.tally(self.measure, self.months))


class SeenAt(Struct, frozen=True):
    """One of these was among the last stores."""

    stores: frozenset[str]

    def holds(self, member: AsOf) -> bool:
        """Whether one was; never for who had not bought anything."""
        return member.has_bought and not self.stores.isdisjoint(member.behaviour.stores)


class OfTiers(Struct, frozen=True):
    """In one of these tiers."""

    tiers: frozenset[str]

    def holds(self, member: AsOf) -> bool:
        """Whether they are."""
        return member.behaviour.tier in self.tiers


class OfSegments(Struct, frozen=True):
    """In at least one of these other segments."""

    segments: frozenset[str]

    def holds(self, member: AsOf) -> bool:
        """Whether they are."""
        return any(member.is_in(segment_id) for segment_id in sorted(self.segments))


class Joined(Struct, frozen=True):
    """Joined so many days ago."""

    days: Range

    def holds(self, member: AsOf) -> bool:
        """Whether they did; never for who had not joined."""
        days = member.days_since(member.person.joined_on) if member.person else None
        return days is not None and self.days.includes(days)


class Tagged(Struct, frozen=True):
    """Has one of these tags."""

    tags: frozenset[str]

    def holds(self, member: AsOf) -> bool:
        """Whether they have."""
        return member.person is not None and not self.tags.isdisjoint(member.person.tags)


class BornIn(Struct, frozen=True):
    """Born in one of these months, 1 to 12; None: in the month of the day."""

    months: frozenset[int] | None = None

    def holds(self, member: AsOf) -> bool:
        """Whether they were; never for who did not say."""
        months = frozenset({member.day.month}) if self.months is None else self.months
        return member.person is not None and member.person.birth_month in months


class Consenting(Struct, frozen=True):
    """Consented to one of these purposes."""

    purposes: frozenset[str]

    def holds(self, member: AsOf) -> bool:
        """Whether they have."""
        return member.person is not None and not self.purposes.isdisjoint(member.person.consents)


class AllHold(Struct, frozen=True):
    """Every one of these."""

    parts: tuple[Question, ...]

    def holds(self, member: AsOf) -> bool:
        """Whether all do."""
        return all(part.holds(member) for part in self.parts)


class AnyHolds(Struct, frozen=True):
    """At least one of these."""

    parts: tuple[Question, ...]

    def holds(self, member: AsOf) -> bool:
        """Whether one does."""
        return any(part.holds(member) for part in self.parts)


class Opposite(Struct, frozen=True):
    """The opposite."""

    part: Question

    def holds(self, member: AsOf) -> bool:
        """Whether it does not hold."""
        return not self.part.holds(member)


_ABOUT_PERSON = (Joined, Tagged, BornIn, Consenting)


def questions(question: Question) -> Iterator[Question]:
    """Every question of a tree that is no combination of others."""
    if isinstance(question, AllHold | AnyHolds):
        for part in question.parts:
            yield from questions(part)
    elif isinstance(question, Opposite):
        yield from questions(question.part)
    else:
        yield question


def linked(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The segments, each knowing whether only a profile can tell, be it by way of another one."""
    asked = {segment.id: list(questions(segment.when)) for segment in segments}
    references = {
        name: frozenset[str]().union(*(each.segments for each in found if isinstance(each, OfSegments)))
        for name, found in asked.items()
    }
    asking = {name for name, found in asked.items() if any(isinstance(each, _ABOUT_PERSON) for each in found)}
    while more := {name for name, others in references.items() if name not in asking and others & asking}:
        asking |= more
    return tuple(replace(segment, asks_person=segment.id in asking) for segment in segments)

"""Segments of a stored document, as trees of questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from quen.program.compiled.texts import named
from quen.program.model.segments import (
    AllHold,
    AnyHolds,
    BornIn,
    Consenting,
    FirstPurchase,
    InAll,
    Joined,
    LastPurchase,
    NeverBought,
    OfSegments,
    OfTiers,
    Opposite,
    Question,
    Range,
    SeenAt,
    Segment,
    Tagged,
)


def segment_of(segment: Mapping[str, Any], locales: Sequence[str]) -> Segment:
    """One segment."""
    return Segment(segment["id"], named(segment["name"], locales), question_of(segment["when"]))


def question_of(when: Mapping[str, Any]) -> Question:
    """The question of a segment's `when`: its members must all hold."""
    parts = [_QUESTIONS[name](said) for name, said in when.items()]
    return parts[0] if len(parts) == 1 else AllHold(tuple(parts))


def _range(said: Mapping[str, int]) -> Range:
    return Range(said.get("at_least"), said.get("at_most"))


def _several(whens: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    return tuple(question_of(when) for when in whens)


_QUESTIONS: Mapping[str, Callable[[Any], Question]] = {
    "last_purchase": lambda said: LastPurchase(_range(said["days_ago"])),
    "first_purchase": lambda said: FirstPurchase(_range(said["days_ago"])),
    "never_bought": lambda _: NeverBought(),
    "purchases": lambda said: InAll("purchases", _range(said), said.get("months")),
    "spend": lambda said: InAll("spend", _range(said), said.get("months")),
    "visits": lambda said: InAll("visits", _range(said), said.get("months")),
    "store": lambda said: SeenAt(frozenset(said)),
    "tag": lambda said: Tagged(frozenset(said)),
    "birthday_month": lambda said: BornIn(None if said == "current" else frozenset(said)),
    "consent": lambda said: Consenting(frozenset(said)),
    "joined": lambda said: Joined(_range(said["days_ago"])),
    "tier": lambda said: OfTiers(frozenset(said)),
    "segment": lambda said: OfSegments(frozenset(said)),
    "all": lambda said: AllHold(_several(said)),
    "any": lambda said: AnyHolds(_several(said)),
    "not": lambda said: Opposite(question_of(said)),
}
"""What every member of a segment's `when` asks."""

"""Tiers that cannot stand: that would take points away, that nobody could reach, periods that say what is not theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from quen.errors import Fault
from quen.program.document.checks.conditions import Path
from quen.program.document.checks.earning import check_multiplier
from quen.program.document.checks.names import check_names
from quen.program.document.checks.reading import at, given, items, members, repeated
from quen.program.document.faults import pointer_to
from quen.program.model import Measure

DEPTH_MAX = 3
_MONTH_DAYS_MIN = 28
_OF_ALL = {
    "reach": "The first tier is everybody's: it is not reached.",
    "keep": "The first tier is everybody's: it is never lost.",
    "retired": "The first tier is everybody's: it cannot be retired.",
}
_OF_PERIODS = {"starts": "program_year", "months": "rolling"}


def check_tiers(document: object) -> Iterator[Fault]:
    """Every fault of the tiers, and of their periods."""
    tiers = items(at(document, "tiers"))
    yield from repeated((at(tier, "id") for tier in tiers), ("tiers",), member="id")
    can_qualify = any(at(rule, "wallet") == "qualifying" for rule in items(at(document, "earning")))
    for index, tier in enumerate(tiers):
        path: Path = ("tiers", index)
        yield from check_names(document, at(tier, "name"), (*path, "name"), "A tier")
        yield from check_multiplier(members(tier), pointer_to(path))
        yield from _misplaced(members(tier), path, is_first=index == 0)
        for name in ("reach", "keep"):
            if given(members(tier), name):
                yield from _criteria(at(tier, name), (*path, name), can_qualify=can_qualify)
    yield from _overtaken(tiers)
    yield from _periods(members(at(document, "tiering")), tiers)


def _misplaced(tier: Mapping[str, object], path: Path, *, is_first: bool) -> Iterator[Fault]:
    """A fault at everything that the first tier, or one that staff alone give, cannot have."""
    for name, sentence in _OF_ALL.items():
        if is_first and given(tier, name):
            yield Fault(pointer_to((*path, name)), "not_allowed", sentence)
    if not is_first and given(tier, "keep") and not given(tier, "reach"):
        sentence = "Staff alone give a tier that is not reached, to the day that they say: nothing keeps it."
        yield Fault(pointer_to((*path, "keep")), "contradiction", sentence)


def _criteria(criteria: object, path: Path, *, can_qualify: bool, depth: int = 1) -> Iterator[Fault]:
    """A fault where nothing is asked, or what cannot be, or too deep to be told to anybody."""
    if not isinstance(criteria, Mapping):
        return  # the shape says so
    if depth > DEPTH_MAX:
        sentence = f"Criteria stand at most {DEPTH_MAX} deep: nobody could be told what is lacking."
        yield Fault(pointer_to(path), "too_deep", sentence)
        return
    if all(value is None for value in criteria.values()):
        sentence = "Say what must be reached: `qualifying`, `spend`, `visits`, `purchases`, `all` or `any`."
        yield Fault(pointer_to(path), "asks_nothing", sentence)
    if given(criteria, "qualifying") and not can_qualify:
        sentence = "No rule gives qualifying points, so nobody would ever have any: add one with `wallet: qualifying`."
        yield Fault(pointer_to((*path, "qualifying")), "never", sentence)
    for name in ("all", "any"):
        for number, part in enumerate(items(criteria.get(name))):
            yield from _criteria(part, (*path, name, number), can_qualify=can_qualify, depth=depth + 1)


def _overtaken(tiers: list[object]) -> Iterator[Fault]:
    """A fault at every tier whose reach brings a higher tier as well, as far as both ask for plain amounts."""
    plain = [_plain(tier) for tier in tiers]
    for index, asked in enumerate(plain):
        higher = [other for other in plain[index + 1 :] if other]
        if asked and any(_brings(asked, other) for other in higher):
            sentence = "Who reaches this reaches a higher tier as well, so nobody would ever be in it."
            yield Fault(pointer_to(("tiers", index, "reach")), "never", sentence)


def _plain(tier: object) -> Mapping[str, int] | None:
    """The amounts that reach a tier, where it asks for nothing but amounts; None where it asks otherwise, or not at all."""
    reach = members(at(tier, "reach"))
    if given(members(tier), "retired") or given(reach, "all") or given(reach, "any"):
        return None
    return {name: reach[name] for name in get_args(Measure) if type(reach.get(name)) is int} or None


def _brings(asked: Mapping[str, int], other: Mapping[str, int]) -> bool:
    return all(asked.get(name, 0) >= amount for name, amount in other.items())


def _periods(tiering: Mapping[str, object], tiers: list[object]) -> Iterator[Fault]:
    """A fault at what another kind of period says, and where there is nothing to look at or no time for it."""
    period = tiering.get("period") or "calendar_year"
    for name, own in _OF_PERIODS.items():
        if given(tiering, name) and period != own:
            yield Fault(pointer_to(("tiering", name)), "contradiction", f"Only a period of the kind `{own}` says so.")
    if period == "program_year" and not given(tiering, "starts"):
        yield Fault("/tiering/starts", "missing", "Say with which month the program's year begins.")
    if tiering and not any(given(members(tier), "reach") for tier in tiers):
        yield Fault("/tiering", "never", "No tier can be reached, so there is nothing to review: give one a `reach`.")
    months, notice = tiering.get("months"), tiering.get("notice_days")
    # what is no whole number is named by the shape
    if type(months) is int and type(notice) is int and months > 0 and notice >= months * _MONTH_DAYS_MIN:
        sentence = "The notice would come before the period that it is about has begun."
        yield Fault("/tiering/notice_days", "contradiction", sentence)

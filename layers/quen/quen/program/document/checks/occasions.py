"""Birthdays, holidays and win-backs that cannot stand: that give nothing, or what there is not, or come never."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from quen.errors import Fault
from quen.program.document.checks.conditions import UNKNOWN, Path, names_of
from quen.program.document.checks.names import check_names
from quen.program.document.checks.reading import at, given, items, members, repeated, texts
from quen.program.document.checks.values import decimal_of
from quen.program.document.faults import pointer_to
from quen.program.document.win_back import DAYS_MAX, DAYS_MIN

_GIVEN = ("points", "reward", "perk")
_ALL_PERCENT = 100
_KINDS = ("date", "lunar", "day")
_UNKNOWN = {
    **UNKNOWN,
    "reward": "No reward of that name is listed under `rewards`: add it there, or correct the spelling.",
    "perk": "No perk of that name is listed under `perks`: add it there, or correct the spelling.",
}
Known = Mapping[str, frozenset[str]]


def check_birthday(document: object) -> Iterator[Fault]:
    """A birthday that gives nothing, or what there is not."""
    birthday = at(document, "birthday")
    if isinstance(birthday, Mapping):  # not said, or the shape says so
        yield from _gifts(birthday, ("birthday",), _known(document))


def check_holidays(document: object) -> Iterator[Fault]:
    """Holidays that are there twice, that are not told in some language, that nobody would ever have."""
    sections = items(at(document, "holidays"))
    known = _known(document)
    yield from repeated((at(section, "id") for section in sections), ("holidays",), member="id")
    for index, section in enumerate(sections):
        path: Path = ("holidays", index)
        yield from check_names(document, at(section, "name"), (*path, "name"), "A holiday")
        yield from check_names(document, at(section, "message"), (*path, "message"), "A message", "is told")
        yield from repeated(items(at(section, "channels")), (*path, "channels"))
        yield from repeated(items(at(section, "tags")), (*path, "tags"))
        if isinstance(section, Mapping):
            yield from _gifts(section, path, known)
            yield from _day(at(section, "on"), (*path, "on"))
            yield from _audience(section, path, known)


def check_win_back(document: object) -> Iterator[Fault]:
    """A win-back that offers nothing, or what there is not; that comes at once, or whose bounds leave no day; of whose members
    everybody is held out.
    """
    section = at(document, "win_back")
    if not isinstance(section, Mapping):  # not said, or the shape says so
        return
    yield from _gifts(section, ("win_back",), _known(document))
    least, most = section.get("days_min", DAYS_MIN), section.get("days_max", DAYS_MAX)
    if type(least) is int and type(most) is int and least > most:  # what is no whole number is named by the shape
        sentence = (
            "Members lapse after `days_min` days at least and `days_max` at most: the first is more than the second."
        )
        yield Fault("/win_back/days_min", "contradiction", sentence)
    if (after := decimal_of(section.get("after"))) is not None and after <= 0:
        yield Fault("/win_back/after", "out_of_range", "Members lapse after more than none of their gaps.")
    if (held_out := decimal_of(section.get("hold_out"))) is not None and held_out >= _ALL_PERCENT:
        sentence = "Fewer than all members are held out: else nobody would be offered anything."
        yield Fault("/win_back/hold_out", "out_of_range", sentence)


def _known(document: object) -> Known:
    """The names that gifts and holidays may use, by what they are names of."""
    lists = {"reward": "rewards", "perk": "perks"}
    own = {name: texts(at(each, "id") for each in items(at(document, of))) for name, of in lists.items()}
    return {**names_of(document), **own}


def _gifts(section: Mapping[str, Any], path: Path, known: Known) -> Iterator[Fault]:
    """Faults of what is given to everybody, and to members of some tiers."""
    by_tier = members(section.get("by_tier"))
    if not by_tier:
        yield from _is_something(section, path)
    yield from _gift(section, path, known)
    for tier, gift in by_tier.items():
        place = (*path, "by_tier", tier)
        if tier not in known["tier"]:
            yield Fault(pointer_to(place), "unknown_tier", _UNKNOWN["tier"])
        if isinstance(gift, Mapping):
            yield from _is_something(gift, place)
            yield from _gift(gift, place, known)


def _is_something(gift: Mapping[str, Any], path: Path) -> Iterator[Fault]:
    if not any(given(gift, name) for name in _GIVEN):
        sentence = "This gives nothing: say `points`, `reward` or `perk`, or leave it out."
        yield Fault(pointer_to(path), "gives_nothing", sentence)


def _gift(gift: Mapping[str, Any], path: Path, known: Known) -> Iterator[Fault]:
    for name in ("reward", "perk"):
        named = at(gift, name, "id")
        if isinstance(named, str) and named not in known[name]:  # what is no text is named by the shape
            yield Fault(pointer_to((*path, name, "id")), f"unknown_{name}", _UNKNOWN[name])


def _day(on: object, path: Path) -> Iterator[Fault]:
    if isinstance(on, Mapping) and len([name for name in _KINDS if given(on, name)]) != 1:
        sentence = 'Say exactly one of "date", "lunar" and "day".'
        yield Fault(pointer_to(path), "exactly_one", sentence)


def _audience(section: Mapping[str, Any], path: Path, known: Known) -> Iterator[Fault]:
    segment = section.get("segment")
    if isinstance(segment, str) and segment not in known["segment"]:
        yield Fault(pointer_to((*path, "segment")), "unknown_segment", _UNKNOWN["segment"])
    if segment is not None and section.get("tags") is not None:
        sentence = "Say `segment` or `tags`, not both: a segment may ask for tags itself."
        yield Fault(pointer_to((*path, "tags")), "contradiction", sentence)

"""Segments that cannot stand: that nobody could be in, that ask about themselves, that name what is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from quen.errors import Fault
from quen.program.document.checks.conditions import UNKNOWN, Path, names_of
from quen.program.document.checks.names import check_names
from quen.program.document.checks.reading import at, items, repeated, texts
from quen.program.document.checks.segment_scopes import bounds_of, impossible_in, ranges_of
from quen.program.document.faults import pointer_to
from quen.program.document.segments import SEGMENTS_MAX

_REFERENCES = ("tier", "segment")


def check_segments(document: object) -> Iterator[Fault]:
    """Every fault of the segments, and between them."""
    segments = items(at(document, "segments"))
    yield from repeated((at(segment, "id") for segment in segments), ("segments",), member="id")
    known = names_of(document)
    within = _reachable(segments)
    for index, segment in enumerate(segments):
        path = ("segments", index)
        yield from check_names(document, at(segment, "name"), (*path, "name"), "A segment")
        for when, place in _whens(at(segment, "when"), (*path, "when")):
            yield from _ranges(when, place)
            yield from _impossible(when, place)
            yield from _unknown(when, place, known)
            yield from _cycles(when, place, str(at(segment, "id")), within)


def _whens(when: object, path: Path) -> Iterator[tuple[Mapping[str, object], Path]]:
    """A `when` and all that it is made of, each with its path."""
    if not isinstance(when, Mapping):
        return  # the shape says so
    yield when, path
    for name in ("all", "any"):
        for number, part in enumerate(items(at(when, name))):
            yield from _whens(part, (*path, name, number))
    yield from _whens(at(when, "not"), (*path, "not"))


def _ranges(when: Mapping[str, object], path: Path) -> Iterator[Fault]:
    """A fault where nothing is asked, and at every range that says nothing or that no number is in."""
    if not any(value is not None for value in when.values()):
        sentence = "A segment says what must be so of its members: everybody needs no segment."
        yield Fault(pointer_to(path), "asks_nothing", sentence)
    for place, said in ranges_of(when):
        if isinstance(said, Mapping) and said.get("at_least") is None and said.get("at_most") is None:
            yield Fault(pointer_to((*path, *place)), "asks_nothing", "Say `at_least`, `at_most`, or both.")
        if bounds_of(said).is_empty:
            sentence = "The most is below the least, so nobody would ever belong to it."
            yield Fault(pointer_to((*path, *place, "at_most")), "never", sentence)


def _impossible(when: Mapping[str, object], path: Path) -> Iterator[Fault]:
    """A fault where its members cannot all hold, though each of its parts and its ranges could."""
    parts = items(at(when, "all"))
    ranges_stand = not any(bounds_of(said).is_empty for _, said in ranges_of(when))
    if not ranges_stand or any(impossible_in(part) for part in parts):
        return
    if question := impossible_in(when):
        sentence = "These can never all be so at once, so nobody would ever belong to it."
        place = (*path, question) if when.get(question) is not None else path
        yield Fault(pointer_to(place), "never", sentence)


def _unknown(when: Mapping[str, object], path: Path, known: Mapping[str, frozenset[str]]) -> Iterator[Fault]:
    for name in _REFERENCES:
        for number, value in enumerate(items(when.get(name))):
            if isinstance(value, str) and value not in known[name]:
                yield Fault(pointer_to((*path, name, number)), f"unknown_{name}", UNKNOWN[name])


def _cycles(
    when: Mapping[str, object], path: Path, segment_id: str, within: Mapping[str, frozenset[str]]
) -> Iterator[Fault]:
    """A fault at every segment named that asks about this one, be it by way of others."""
    for number, value in enumerate(items(when.get("segment"))):
        if isinstance(value, str) and (value == segment_id or segment_id in within.get(value, frozenset())):
            sentence = (
                "This segment and the one named here ask about each other, be it by way of others, so nobody could say who"
                " is in them: take the name out of one of the two."
            )
            if value == segment_id:
                sentence = "A segment cannot ask whether the member is in itself: take its own name out here."
            yield Fault(pointer_to((*path, "segment", number)), "cycle", sentence)


def _reachable(segments: list[object]) -> dict[str, frozenset[str]]:
    """All segments that each one asks about, be it by way of others. Of more than there may be, the shape says so."""
    named: dict[str, set[str]] = {}
    for segment in segments[:SEGMENTS_MAX]:
        asked = (texts(items(when.get("segment"))) for when, _ in _whens(at(segment, "when"), ()))
        named.setdefault(str(at(segment, "id")), set()).update(*asked)
    return {segment_id: _all_from(segment_id, named) for segment_id in named}


def _all_from(segment_id: str, named: Mapping[str, set[str]]) -> frozenset[str]:
    found: set[str] = set()
    to_visit = set(named[segment_id])
    while to_visit:
        found |= to_visit
        to_visit = set().union(*(named.get(each, set()) for each in to_visit)) - found
    return frozenset(found)

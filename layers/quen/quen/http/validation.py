"""Bodies and queries become typed values, or a 422 that names the place (JSON pointer) and the rule (stable code).

The codes: `missing`, `unknown`, `type`, `out_of_range`, `length`, `pattern`, `format`, `not_allowed`, `duplicate`, and
those that a subject adds. A message never repeats a value of the request.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, TypeVar, get_args

import msgspec
from msgspec import Struct

from quen.errors import Fault, ValidationFailedError
from quen.http.strict_json import Json

T = TypeVar("T")

# msgspec says what is wrong in words only; a test holds every one of these to the version that is installed.
_RULES: Sequence[tuple[re.Pattern[str], str, str]] = tuple(
    (re.compile(pattern), code, message)
    for pattern, code, message in (
        (r"Object missing required field `(?P<member>[^`]*)`", "missing", "This field is required."),
        (r"Object contains unknown field `(?P<member>.*)`", "unknown", "No field of this name belongs here."),
        (r"Expected `\w+` of length", "length", "This is too short or too long."),
        (r"Expected `\w+` matching regex", "pattern", "This does not have the required form."),
        (r"Expected `\w+` (?:<|>|that's a multiple)", "out_of_range", "This number is out of range."),
        (r"Expected `datetime` with", "format", "An instant carries its offset from UTC, for example Z."),
        (r"Expected ", "type", "This is not of the required type."),
        (r"Invalid enum value", "not_allowed", "This is none of the allowed values."),
        (r"Invalid ", "format", "This does not have the required format."),
    )
)
_PLACE = re.compile(r" - at `(?:key in )?\$(?P<path>[^`]*)`\Z")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_SPEAKABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


class Bounds(Struct, frozen=True):
    """The first and the last of the days, or of the instants, that a member may have."""

    first: date
    last: date


def bounded(first: date, last: date) -> dict[str, Any]:
    """What `msgspec.Meta(extra=…)` of a date's or a datetime's type says, for it to be held to these bounds.

    msgspec bounds numbers only, and no JSON Schema word bounds a time.
    """
    return {"bounds": Bounds(first, last)}


def parse_body(value: Json, kind: type[T]) -> T:
    """A parsed JSON value as `kind`. Raises ValidationFailedError."""
    try:
        parsed = msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        raise ValidationFailedError("One value of the body is not valid.", faults=[_fault(str(error))]) from None
    _check_times(parsed)
    return parsed


_NUMBERS = ("limit", "version")
"""The parameters that are whole numbers."""
_WHOLE = re.compile(r"[0-9]{1,9}")


def parse_query(parameters: Mapping[str, Sequence[str]], kind: type[T]) -> T:
    """The query parameters as `kind`, whose fields are texts, days and the numbers in `_NUMBERS`. Raises
    ValidationFailedError.
    """
    faults = [
        Fault(f"/{name}", "duplicate", "Once is enough.") for name, values in parameters.items() if len(values) > 1
    ]
    if faults:
        raise ValidationFailedError("A query parameter came more than once.", faults=faults)
    values: dict[str, Any] = {name: values[-1] for name, values in parameters.items()}
    values |= {name: int(values[name]) for name in _NUMBERS if name in values and _WHOLE.fullmatch(values[name])}
    try:
        parsed = msgspec.convert(values, kind, strict=True)
    except msgspec.ValidationError as error:
        raise ValidationFailedError("One query parameter is not valid.", faults=[_fault(str(error))]) from None
    _check_times(parsed)
    return parsed


@cache
def bounds_of(kind: type[msgspec.Struct]) -> Mapping[str, Bounds]:
    """The members of a body whose type is `bounded`, by name."""
    found = {field.name: _find_bounds(field.type) for field in msgspec.structs.fields(kind)}
    return {name: bounds for name, bounds in found.items() if bounds}


def _find_bounds(kind: Any) -> Bounds | None:
    notes = [note for note in getattr(kind, "__metadata__", ()) if isinstance(note, msgspec.Meta)]
    own = next((note.extra["bounds"] for note in notes if note.extra and "bounds" in note.extra), None)
    return own or next(filter(None, map(_find_bounds, get_args(kind))), None)


@cache
def _timed_members(kind: type[msgspec.Struct]) -> Sequence[tuple[str, str, Bounds | None]]:
    """The members of a body that are bounded, or may hold a body that has one which is: their names, as they are spoken, and
    their bounds. A purchase of 200 lines has one of them.
    """
    bounds = bounds_of(kind)
    return [
        (field.name, field.encode_name, bounds.get(field.name))
        for field in msgspec.structs.fields(kind)
        if field.name in bounds or any(map(bounds_of, _bodies_within(field.type)))
    ]


def _bodies_within(kind: Any) -> Collection[type[msgspec.Struct]]:
    """Every body that a member of this type may hold, however deep; one may hold itself."""
    found: set[type[msgspec.Struct]] = set()
    left = [kind]
    while left:
        one = left.pop()
        if not (isinstance(one, type) and issubclass(one, msgspec.Struct)):
            left += get_args(one)
        elif one not in found:
            found.add(one)
            left += [field.type for field in msgspec.structs.fields(one)]
    return found


def _check_times(value: object, pointer: str = "") -> None:
    """Raises ValidationFailedError where a time of a body, or of a body within it, is out of its bounds."""
    if isinstance(value, msgspec.Struct):
        for name, spoken, bounds in _timed_members(type(value)):
            member = getattr(value, name)
            if bounds and isinstance(member, date) and not bounds.first <= member <= bounds.last:
                raise ValidationFailedError.at(f"{pointer}/{spoken}", "out_of_range", "This time is out of range.")
            _check_times(member, f"{pointer}/{spoken}")
    elif isinstance(value, tuple):
        for index, part in enumerate(value):
            _check_times(part, f"{pointer}/{index}")


def _fault(message: str) -> Fault:
    place = _PLACE.search(message)
    # A member of a map is called `...`: then the map is named, for its keys are the request's own.
    steps = _STEP.findall(place["path"].partition("[...]")[0]) if place else []
    pointer = "".join(f"/{name or index}" for name, index in steps)
    text = message[: place.start()] if place else message
    for rule, code, sentence in _RULES:
        match = rule.match(text)
        if match:
            return Fault(pointer + _member(match), code, sentence)
    return Fault(pointer, "not_allowed", "This value is not allowed.")


def _member(match: re.Match[str]) -> str:
    # What is no plain name might be a value that slipped into the wrong place: then the object alone is named.
    name = match.groupdict().get("member") or ""
    return f"/{name}" if _SPEAKABLE.fullmatch(name) else ""

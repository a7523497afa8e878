"""Program text → plain values: mappings, lists, texts, whole numbers, true/false, null. Nothing else can come out.

YAML 1.1 reads `on` as true, `22:00` as 1320, `010` as 8, `1.5` as a float and `2026-12-01` as a date; aliases let a small
text unfold into gigabytes, and tags construct objects. Here a plain scalar is null, a boolean, a whole number or else the
text that stands there; keys are always text; aliases, anchors and tags are refused. JSON numbers with a point stay
floats, so that the shape refuses them: money and points are whole, multipliers are decimal strings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NoReturn, Protocol

import yaml

from quen.errors import Fault, ValidationFailedError
from quen.program.document.faults import pointer_to

BYTES_MAX = 128 * 1024
DEPTH_MAX = 32

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_PLAIN = {"": None, "~": None, "null": None, "true": True, "false": False}

Path = tuple[str | int, ...]


class _Mark(Protocol):
    """Where in the text, counted from 0."""

    line: int
    column: int


def read_text(source: str | bytes) -> tuple[object, list[Fault]]:
    """The values of a YAML or JSON text (JSON where it begins with a brace), and a fault for every member named twice.

    Raises ValidationFailedError where the text cannot be read.
    """
    text = _decoded(source)
    faults: list[Fault] = []
    if text.lstrip().startswith("{"):
        return _from_json(text, faults), faults
    return _from_yaml(text, faults), faults


def _decoded(source: str | bytes) -> str:
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(data) > BYTES_MAX:
        _refuse("too_large", f"A program document has at most {BYTES_MAX // 1024} KB.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("malformed", "The text is not UTF-8.")


def _from_json(text: str, faults: list[Fault]) -> object:
    try:
        parsed = json.loads(text, object_pairs_hook=_Members, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        _refuse("malformed", f"The JSON cannot be read (line {error.lineno}, column {error.colno}).")
    except (ValueError, RecursionError):
        _refuse("malformed", "The JSON cannot be read.")
    return _plain(parsed, (), faults)


class _Members(list[tuple[str, object]]):
    """The members of a JSON object as they were written, repeated ones too."""


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


def _plain(value: object, path: Path, faults: list[Fault]) -> object:
    _check_depth(path)
    if isinstance(value, _Members):
        members: dict[str, object] = {}
        for key, item in value:
            _note_repetition(key, members, path, faults)
            members[key] = _plain(item, (*path, key), faults)
        return members
    if isinstance(value, list):
        return [_plain(item, (*path, index), faults) for index, item in enumerate(value)]
    return value


def _from_yaml(text: str, faults: list[Fault]) -> object:
    try:
        events = _content(text)
        value = _node(next(events, None), events, (), faults)
        if next(events, None) is not None:
            _refuse("malformed", "The text holds more than one document.")
    except yaml.MarkedYAMLError as error:
        _refuse("malformed", f"The YAML cannot be read{_where(error.problem_mark)}.")
    except (yaml.YAMLError, RecursionError):
        _refuse("malformed", "The YAML cannot be read.")
    return value


def _content(text: str) -> Iterator[yaml.Event]:
    """The events of the nodes, one after the other; aliases, anchors and tags end it."""
    frame = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
            _refuse("malformed", f"Anchors, aliases and tags are not read{_where(event.start_mark)}.")
        if not isinstance(event, frame):
            yield event


def _node(event: yaml.Event | None, events: Iterator[yaml.Event], path: Path, faults: list[Fault]) -> object:
    _check_depth(path)
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, path, faults)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, path, faults)
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event.value) if event.implicit[0] else event.value
    return None


def _mapping(events: Iterator[yaml.Event], path: Path, faults: list[Fault]) -> dict[str, object]:
    members: dict[str, object] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if not isinstance(event, yaml.ScalarEvent):
            _refuse("malformed", f"A member's name is plain text{_where(event.start_mark)}.")
        _note_repetition(event.value, members, path, faults)
        members[event.value] = _node(next(events), events, (*path, event.value), faults)
    return members


def _sequence(events: Iterator[yaml.Event], path: Path, faults: list[Fault]) -> list[object]:
    items: list[object] = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        items.append(_node(event, events, (*path, len(items)), faults))
    return items


def _scalar(text: str) -> object:
    if text in _PLAIN:
        return _PLAIN[text]
    return int(text) if _INTEGER.fullmatch(text) else text


def _where(mark: _Mark | None) -> str:
    return f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""


def _note_repetition(key: str, members: dict[str, object], path: Path, faults: list[Fault]) -> None:
    if key in members:
        faults.append(Fault(pointer_to((*path, key)), "duplicate", "The member stands here more than once."))


def _check_depth(path: Path) -> None:
    if len(path) > DEPTH_MAX:
        _refuse("malformed", f"The document nests deeper than {DEPTH_MAX} levels.")


def _refuse(code: str, sentence: str) -> NoReturn:
    raise ValidationFailedError("The program document cannot be read.", faults=[Fault("", code, sentence)])

"""Two documents compared: by the names of what is in them, so that a rule that moved up a line is no change of every rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

ChangeKind = Literal["added", "changed", "removed"]
Content = Mapping[str, Any]

_ABOUT_THE_WRITE = frozenset({"version", "effective_from"})
_NAMES = ("id", "type")
"""The members that things of a list are told apart by."""


class Change(Struct, frozen=True):
    """One value that is there, is not there, or is another one. `path` leads to it like a pointer, with the name of a rule
    or a reward where a pointer has its number; `item` is that name, empty where the section has none.
    """

    path: str
    section: str
    item: str
    kind: ChangeKind
    before: Any = None
    after: Any = None


def changes_between(before: Content, after: Content) -> list[Change]:
    """Every change, section by section in the order of the new document, what is gone last."""
    return [change for change in _mapping((), before, after) if change.section not in _ABOUT_THE_WRITE]


def _mapping(path: tuple[str, ...], before: Content, after: Content) -> Iterator[Change]:
    for name in [*after, *(name for name in before if name not in after)]:
        place = (*path, name)
        if not path and isinstance(after.get(name, before.get(name)), list):
            yield from _value(place, before.get(name, []), after.get(name, []))  # a section that is not there is empty
        elif name not in before:
            yield _change(place, "added", None, after[name])
        elif name not in after:
            yield _change(place, "removed", before[name], None)
        else:
            yield from _value(place, before[name], after[name])


def _value(path: tuple[str, ...], before: Any, after: Any) -> Iterator[Change]:
    if before == after and type(before) is type(after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _mapping(path, before, after)
        return
    name = _name_of_items(before, after) if len(path) == 1 else None
    if name is None:
        yield _change(path, "changed", before, after)
        return
    yield from _mapping(path, {item[name]: item for item in before}, {item[name]: item for item in after})
    stayed = [[item[name] for item in one if item[name] in _all(other, name)] for one, other in _both(before, after)]
    if stayed[0] != stayed[1]:
        yield _change(path, "changed", *([item[name] for item in items] for items in (before, after)))


def _both(before: Any, after: Any) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    return (before, after), (after, before)


def _all(items: Sequence[Content], name: str) -> frozenset[str]:
    return frozenset(item[name] for item in items)


def _name_of_items(before: Any, after: Any) -> str | None:
    """The member that all things of both lists have as their name; None where they have none."""
    if not isinstance(before, list) or not isinstance(after, list):
        return None
    items = [*before, *after]
    return next((name for name in _NAMES if all(isinstance(item, Mapping) and name in item for item in items)), None)


def _change(path: tuple[str, ...], kind: ChangeKind, before: Any, after: Any) -> Change:
    section, item = path[0], path[1] if len(path) > 1 else ""
    pointer = "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in path)
    return Change(pointer, section, item, kind, before, after)

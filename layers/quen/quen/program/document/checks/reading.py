"""Reading a document that may have any form: nothing here raises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from quen.errors import Fault
from quen.program.document.faults import pointer_to


def at(value: object, *path: str) -> object:
    """What stands at that path; None where nothing does or a part of the way is no mapping."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def given(members: Mapping[str, Any], name: str) -> bool:
    """Whether the member says anything."""
    return members.get(name) is not None


def items(value: object) -> list[object]:
    """The list, or an empty one where it is none."""
    return value if isinstance(value, list) else []


def members(value: object) -> Mapping[str, Any]:
    """The mapping, or an empty one where it is none."""
    return value if isinstance(value, Mapping) else {}


def repeated(values: Iterable[object], path: tuple[str | int, ...], *, member: str | None = None) -> Iterator[Fault]:
    """A fault at every text that stood before."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        if isinstance(value, str) and value in seen:
            pointer = pointer_to((*path, index, member) if member else (*path, index))
            yield Fault(pointer, "duplicate", "The same stands further up already: each may stand here once.")
        if isinstance(value, str):
            seen.add(value)


def texts(values: Iterable[object]) -> frozenset[str]:
    """Those of the values that are texts."""
    return frozenset(value for value in values if isinstance(value, str))

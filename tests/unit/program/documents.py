"""Documents for tests: a coffee shop's program, and ways to break it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from quen.errors import ValidationFailedError
from quen.program.document import parse_document, read_text

PROGRAMS = Path(__file__).parents[3] / "infra" / "local" / "programs"
COFFEE_SHOP = Path(__file__).parents[2] / "coffee_shop.yaml"
MISSING = object()


def make_document() -> dict[str, Any]:
    """The coffee shop's program, parsed, free to be changed."""
    document, faults = read_text(COFFEE_SHOP.read_text())
    assert not faults
    assert isinstance(document, dict)
    return document


def changed(pointer: str, value: object) -> dict[str, Any]:
    """The coffee shop's program with one value set, added (index one past the end) or, with MISSING, taken away."""
    document = make_document()
    *path, last = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
    place: Any = document
    for step in path:
        place = place[step]
    if value is MISSING:
        del place[last]
    elif isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = value
    return document


def faults_of(source: Any) -> list[tuple[str, str]]:
    """(pointer, code) of every fault; empty for a valid document."""
    try:
        parse_document(source)
    except ValidationFailedError as error:
        return [(fault.pointer, fault.code) for fault in error.faults]
    return []

"""Punch cards that cannot stand."""

from __future__ import annotations

from collections.abc import Iterator

from quen.errors import Fault
from quen.program.document.checks.names import check_names
from quen.program.document.checks.reading import at, items, repeated


def check_cards(document: object) -> Iterator[Fault]:
    """Punch cards that are there twice, or have no name."""
    sections = items(at(document, "cards"))
    yield from repeated((at(section, "id") for section in sections), ("cards",), member="id")
    for index, section in enumerate(sections):
        yield from check_names(document, at(section, "name"), ("cards", index, "name"), "A card")

"""Paid memberships that cannot stand."""

from __future__ import annotations

from collections.abc import Iterator

from quen.errors import Fault
from quen.program.document.checks.names import check_names
from quen.program.document.checks.reading import at, items, repeated


def check_memberships(document: object) -> Iterator[Fault]:
    """Paid memberships that are there twice, or have no name."""
    sections = items(at(document, "memberships"))
    yield from repeated((at(section, "id") for section in sections), ("memberships",), member="id")
    for index, section in enumerate(sections):
        yield from check_names(document, at(section, "name"), ("memberships", index, "name"), "A membership")

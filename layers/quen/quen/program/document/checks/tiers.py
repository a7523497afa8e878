"""Tiers that cannot stand."""

from __future__ import annotations

from collections.abc import Iterator

from quen.errors import Fault
from quen.program.document.checks.earning import check_multiplier
from quen.program.document.checks.names import check_names
from quen.program.document.checks.reading import at, items, members, repeated
from quen.program.document.faults import pointer_to


def check_tiers(document: object) -> Iterator[Fault]:
    """Tiers that are there twice, have no name, or would take points away."""
    tiers = items(at(document, "tiers"))
    yield from repeated((at(tier, "id") for tier in tiers), ("tiers",), member="id")
    for index, tier in enumerate(tiers):
        yield from check_names(document, at(tier, "name"), ("tiers", index, "name"), "A tier")
        yield from check_multiplier(members(tier), pointer_to(("tiers", index)))

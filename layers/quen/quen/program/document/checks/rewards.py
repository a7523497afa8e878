"""Rewards that cannot stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from quen.errors import Fault
from quen.program.document.checks.reading import at, items, repeated
from quen.program.document.faults import pointer_to
from quen.program.document.values import Locale


def check_rewards(document: object) -> Iterator[Fault]:
    """Rewards that are there twice, or have no name in some language."""
    rewards = items(at(document, "rewards"))
    yield from repeated((at(reward, "id") for reward in rewards), ("rewards",), member="id")
    locales = [locale for locale in get_args(Locale) if locale in items(at(document, "program", "locales"))]
    for index, reward in enumerate(rewards):
        names = at(reward, "name")
        if not isinstance(names, Mapping):
            continue  # the shape says so
        for locale in locales:
            if locale not in names:
                pointer = pointer_to(("rewards", index, "name", locale))
                yield Fault(pointer, "missing", "A reward has a name in every locale of the program.")

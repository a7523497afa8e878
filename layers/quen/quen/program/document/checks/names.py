"""Names by locale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from quen.errors import Fault
from quen.program.document.checks.reading import at, items
from quen.program.document.faults import pointer_to
from quen.program.document.values import Locale


def check_names(
    document: object, names: object, path: tuple[str | int, ...], what: str, has: str = "has a name"
) -> Iterator[Fault]:
    """A fault for every locale of the program in which there is no name. `what` begins the sentence: "A reward"; `has` says
    what of it is told by locale.
    """
    if not isinstance(names, Mapping):
        return  # the shape says so
    for locale in get_args(Locale):
        if locale in items(at(document, "program", "locales")) and locale not in names:
            yield Fault(pointer_to((*path, locale)), "missing", f"{what} {has} in every locale of the program.")

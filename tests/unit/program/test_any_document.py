"""Whatever is sent as a program is either refused with faults or becomes a program that works: never a defect."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from factories import NOON, make_purchase
from quen.earning.model import price_purchase
from quen.errors import CurrencyMismatchError, ValidationFailedError
from quen.program.compiled import canonical_text, compile_program
from quen.program.document import parse_document, read_text
from unit.program.documents import make_document

DEMO = make_document()
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["none", "1.5", "02-29", "07:00"])
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything in the document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in places(item, (*path, key)))]


def use(document: Any) -> None:
    content = json.loads(canonical_text(parse_document(document).content))
    program = compile_program(content, 1, NOON)
    with contextlib.suppress(CurrencyMismatchError):
        price_purchase(program, make_purchase())
    program.points.expiry.expires_on(program.local_day(NOON))
    program.worth(10)
    for reward in program.rewards:
        assert reward.name_in("vi")


@given(st.lists(st.tuples(st.sampled_from(places(DEMO)[1:]), values), min_size=1, max_size=3))
def test_a_program_with_anything_anywhere(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    document = make_document()
    for path, value in changes:
        place: Any = document
        with contextlib.suppress(KeyError, IndexError, TypeError):  # an earlier change took the place away
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = value
    with contextlib.suppress(ValidationFailedError):
        use(document)


@given(values)
def test_anything_at_all(value: Any) -> None:
    with contextlib.suppress(ValidationFailedError):
        use(value)


@given(st.text(max_size=200) | st.text("{}[]\"':,-#&*!|>%@`? \n\tab1.", max_size=60) | st.binary(max_size=200))
def test_any_text(text: str | bytes) -> None:
    with contextlib.suppress(ValidationFailedError):
        read_text(text)

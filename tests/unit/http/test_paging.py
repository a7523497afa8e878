"""A cursor belongs to one caller and one list, and any other text is refused."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quen.http.errors import CursorInvalidError
from quen.http.paging import Cursors

CURSORS = Cursors(b"k" * 32)
SEALED = CURSORS.seal(41, caller="mem_1", listing="entries")


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_the_position_comes_back(position: object) -> None:
    cursor = CURSORS.seal(position, caller="mem_1", listing="entries")  # type: ignore[arg-type]
    assert CURSORS.open(cursor, caller="mem_1", listing="entries") == position


@pytest.mark.parametrize(
    ("cursor", "caller", "listing"),
    [
        (SEALED, "mem_2", "entries"),
        (SEALED, "mem_1", "redemptions"),
        (SEALED[:-1], "mem_1", "entries"),
        (SEALED + "A", "mem_1", "entries"),
        (SEALED + "=", "mem_1", "entries"),
        (SEALED.swapcase(), "mem_1", "entries"),
        ("", "mem_1", "entries"),
        ("x", "mem_1", "entries"),
        ("ñ" * 20, "mem_1", "entries"),
        ("A" * 5000, "mem_1", "entries"),
        (base64.urlsafe_b64encode(b"\0" * 16 + b"41").decode(), "mem_1", "entries"),
    ],
)
def test_no_other_cursor_opens(cursor: str, caller: str, listing: str) -> None:
    with pytest.raises(CursorInvalidError):
        CURSORS.open(cursor, caller=caller, listing=listing)


def test_every_changed_character_is_noticed() -> None:
    for place, character in enumerate(SEALED):
        changed = SEALED[:place] + ("A" if character != "A" else "B") + SEALED[place + 1 :]
        with pytest.raises(CursorInvalidError):
            CURSORS.open(changed, caller="mem_1", listing="entries")


def test_another_stack_cannot_open_it() -> None:
    with pytest.raises(CursorInvalidError):
        Cursors(b"j" * 32).open(SEALED, caller="mem_1", listing="entries")

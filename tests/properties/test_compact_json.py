"""JSON as it is kept is spelled as `json.dumps` spells it, whatever the value: what was hashed stays what it was."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quen.compact_json import canonical, compact

SMALLEST, LARGEST = -(2**63), 2**63 - 1
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(SMALLEST, LARGEST) | TEXTS,
    lambda parts: st.lists(parts) | st.lists(parts).map(tuple) | st.dictionaries(TEXTS, parts),
    max_leaves=20,
)


class Mark(NamedTuple):
    """A value of ours is kept as a list."""

    stamps: int
    until: str


class Word(StrEnum):
    """Or as a text."""

    ACTIVE = "active"


def dumped(value: Any, *, sort_keys: bool = False) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=sort_keys).encode()


@settings(max_examples=50)
@given(VALUES)
def test_what_is_kept_is_spelled_as_json_spells_it(value: Any) -> None:
    assert compact(value) == dumped(value)
    assert canonical(value) == dumped(value, sort_keys=True)


def test_every_character_is_spelled_as_json_spells_it() -> None:
    text = "".join(chr(code) for code in (*range(0xD800), *range(0xE000, 0x11000), 0x1F600, 0x10FFFF))
    assert compact(text) == dumped(text)
    assert canonical({"\U0001f600": 1, "\ufffd": 2}) == dumped({"\ufffd": 2, "\U0001f600": 1})


@pytest.mark.parametrize("value", [Mark(3, "2026-11-30"), Word.ACTIVE, {"x": {Word.ACTIVE: Mark(0, "")}}])
def test_values_of_ours_are_spelled_as_what_they_are_made_of(value: Any) -> None:
    assert compact(value) == canonical(value) == dumped(value)


def test_half_of_a_surrogate_pair_is_kept_nowhere() -> None:
    with pytest.raises(UnicodeEncodeError):
        compact("\ud800")

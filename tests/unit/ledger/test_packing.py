"""Answers are kept compressed, and come back word for word."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import NOON, make_purchase, make_stamping
from quen.earning.views import purchase_view
from quen.ledger.model import Account, RecordPurchase, decide, folded
from quen.ledger.packing import packed, unpacked

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=20,
)


@given(JSON)
def test_what_is_packed_comes_back_as_it_was(value: object) -> None:
    assert unpacked(packed(value)) == value


def test_an_answer_takes_half_of_what_it_would_without_the_words_that_all_have() -> None:
    program, purchase = make_stamping(), make_purchase(50_000)
    entries = decide(Account("mem"), RecordPurchase("ptn", purchase), program, NOON)
    answer = purchase_view(purchase, folded(Account("mem"), entries), entries[-1], program)
    plain = zlib.compress(json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode(), 6)
    assert len(packed(answer)) < len(plain) / 2


def test_what_was_packed_with_other_words_is_refused_and_not_misread() -> None:
    other = zlib.compressobj(6, zdict=b"other words")
    data = other.compress(b'{"a":1}') + other.flush()
    with pytest.raises(zlib.error):
        unpacked(data)

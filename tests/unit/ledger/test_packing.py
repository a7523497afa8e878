"""Answers as documents keep them: they read back word for word, and what was kept once is read for ever."""

from __future__ import annotations

import json
import zlib

import pytest

from factories import NOON, make_program, make_purchase, make_stamping
from quen.earning.views import purchase_view
from quen.ledger.model import Account, RecordPurchase, decide, folded
from quen.ledger.packing import _DICTIONARIES, packed, unpacked
from quen.ledger.views import account_view
from till import Till

CHECKSUMS = {1_080_771_544}
"""Of every dictionary that anything may have been written with: one that is gone makes documents unreadable."""


@pytest.mark.parametrize("value", [{}, [], {"a": [1, None, True, "đồng"]}, {"account": {"gifts": []}}, "x" * 5000])
def test_what_is_packed_reads_back(value: object) -> None:
    assert unpacked(packed(value)) == value


def test_no_dictionary_is_ever_changed() -> None:
    assert {zlib.adler32(words) for words in _DICTIONARIES} == CHECKSUMS


def test_what_was_compressed_without_any_dictionary_reads_back_too() -> None:
    assert unpacked(zlib.compress(b'{"a":1}')) == {"a": 1}


def test_an_account_takes_less_than_half_of_the_room() -> None:
    till = Till(make_program())
    till.buy(1_000_000)
    shown = account_view(till.account, till.program, till.now)
    assert len(packed(shown)) < len(zlib.compress(json.dumps(shown).encode())) / 2


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


def test_an_answer_beside_a_nearly_equal_one_takes_a_quarter_of_the_room_and_reads_back_beside_it() -> None:
    till = Till(make_stamping())
    till.buy(1_370_000)
    first = {"state": "reserved", "account": account_view(till.account, till.program, NOON)}
    second = {**first, "state": "redeemed"}
    alone, beside = packed(second), packed(second, beside=first)
    assert len(beside) * 4 < len(alone)
    assert unpacked(beside, beside=first) == second
    assert unpacked(alone, beside=first) == second
    with pytest.raises(zlib.error):
        unpacked(beside)

"""The code on a receipt: short, always the same for the same receipt, and nobody's to guess."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from house import MASTER
from quen.ids import ALPHABET
from quen.keys import KeyRing
from quen.receipts.codes import BODY_LENGTH, ClaimCodes

CODES = ClaimCodes(KeyRing(MASTER))
CODE = CODES.code_of("ptn_1", "B-1", 0)


def test_a_code_has_sixty_bits_and_a_check_symbol_in_groups() -> None:
    assert [len(group) for group in CODE.split("-")] == [4, 4, 5]
    assert set(CODE.lower()) <= {*ALPHABET, "-"}
    assert BODY_LENGTH * 5 == 60


def test_the_same_receipt_has_the_same_code_and_every_other_one_another() -> None:
    assert CODES.code_of("ptn_1", "B-1", 0) == CODE
    others = [("ptn_2", "B-1", 0), ("ptn_1", "B-2", 0), ("ptn_1", "B-1", 1), ("ptn_1B", "-1", 0)]
    assert CODE not in {CODES.code_of(*other) for other in others}
    assert ClaimCodes(KeyRing(MASTER[::-1])).code_of("ptn_1", "B-1", 0) != CODE


@pytest.mark.parametrize("spell", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_however_it_is_typed_it_names_the_same_receipt(spell: Callable[[str], str]) -> None:
    receipt_id = CODES.find_receipt_id(CODE)
    assert receipt_id is not None
    assert CODES.find_receipt_id(spell(CODE)) == receipt_id


def test_the_id_that_is_kept_says_nothing_of_the_code() -> None:
    assert CODE.replace("-", "").lower()[:4] not in str(CODES.find_receipt_id(CODE))


@pytest.mark.parametrize("place", [0, 5, 12])
def test_a_symbol_that_was_read_wrongly_names_nothing(place: int) -> None:
    symbols = CODE.replace("-", "").lower()
    wrong = ALPHABET[(ALPHABET.index(symbols[place]) + 1) % 32]
    assert CODES.find_receipt_id(symbols[:place] + wrong + symbols[place + 1 :]) is None


@pytest.mark.parametrize("text", ["", "7K3W", CODE + "0", CODE * 10, "é" * 13, "7K3W-9QXM-R2T4-BC8D0"])
def test_what_has_another_shape_names_nothing(text: str) -> None:
    assert CODES.find_receipt_id(text) is None

"""Codes: 80 bits that nobody can guess, a check symbol that finds what a hand gets wrong, and nothing to steal."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quen.ids import ALPHABET, is_id
from quen.keys import KeyRing
from quen.vouchers.codes import BODY_LENGTH, VoucherCodes, check_symbol, display, parse_code

CODES = VoucherCodes(KeyRing(b"0123456789abcdef0123456789abcdef"))
BATCH = "vbt_0000000000000000"
bodies = st.text(ALPHABET, min_size=BODY_LENGTH, max_size=BODY_LENGTH)


def test_a_code_is_shown_in_groups_and_leads_to_its_voucher() -> None:
    code = CODES.code_of(BATCH, 7)
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 5]
    assert code == code.upper()
    voucher_id = CODES.find_voucher_id(code)
    assert voucher_id == CODES.voucher_id_of(BATCH, 7)
    assert is_id("vch", str(voucher_id))


def test_every_number_of_every_source_has_a_code_of_its_own_and_always_the_same() -> None:
    codes = {CODES.code_of(source, number) for source in (BATCH, "red_1", "red_11") for number in range(200)}
    assert len(codes) == 600
    assert CODES.code_of(BATCH, 1) == CODES.code_of(BATCH, 1)


def test_another_stack_has_other_codes_and_other_ids() -> None:
    others = VoucherCodes(KeyRing(b"another master key of thirty-two"))
    assert others.code_of(BATCH, 1) != CODES.code_of(BATCH, 1)
    assert others.find_voucher_id(CODES.code_of(BATCH, 1)) != CODES.voucher_id_of(BATCH, 1)


def test_an_id_tells_nothing_of_its_code() -> None:
    code = CODES.code_of(BATCH, 1).replace("-", "").lower()
    assert CODES.voucher_id_of(BATCH, 1).removeprefix("vch_") != code[:16]


def test_bits_are_even() -> None:
    """Each of the 80 bits is set in about half of the codes: 2,000 fair coins are within 45 to 55 in a hundred."""
    numbers = [
        sum(ALPHABET.index(symbol) << 5 * place for place, symbol in enumerate(reversed(plain(number)[:BODY_LENGTH])))
        for number in range(2_000)
    ]
    shares = [sum(number >> bit & 1 for number in numbers) for bit in range(80)]
    assert all(900 < share < 1_100 for share in shares)


def plain(number: int) -> str:
    return str(parse_code(CODES.code_of(BATCH, number)))


@given(bodies)
def test_what_is_shown_is_read_in_any_spelling(body: str) -> None:
    code = body + check_symbol(body)
    shown = display(code)
    spellings = [shown, shown.lower(), shown.replace("-", ""), f" {shown.replace('-', ' ')} "]
    spellings += [shown.replace("0", "O").replace("1", "I"), shown.lower().replace("0", "o").replace("1", "l")]
    assert {parse_code(spelling) for spelling in spellings} == {code}


@given(bodies, st.integers(0, BODY_LENGTH), st.sampled_from(ALPHABET))
def test_every_wrong_symbol_is_found(body: str, place: int, other: str) -> None:
    code = body + check_symbol(body)
    wrong = code[:place] + other + code[place + 1 :]
    assert parse_code(wrong) == (code if wrong == code else None)


@given(bodies)
def test_every_two_swapped_symbols_are_found_wherever_they_stand(body: str) -> None:
    code = body + check_symbol(body)
    for first, second in combinations(range(len(code)), 2):
        swapped = [*code]
        swapped[first], swapped[second] = code[second], code[first]
        assert parse_code("".join(swapped)) == (code if swapped == [*code] else None)


@pytest.mark.parametrize(
    "spelling", ["", "7K3W", "U" * 17, "0" * 16, "0" * 18, "0" * 65, "０" * 17, "0000*0000~0000$00", "\0" * 17]
)
def test_what_is_no_code_is_none(spelling: str) -> None:
    assert parse_code(spelling) is None
    assert CODES.find_voucher_id(spelling) is None

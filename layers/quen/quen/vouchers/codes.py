"""A voucher's code, and the id that it is kept under.

A code is 80 bits in 16 symbols of Crockford's base32, and a check symbol. Its bits are an HMAC-SHA256, under a key of the
stack's own, of what issued it (a batch, a redemption) and its number there: without the key nobody can tell one from 80
random bits, and with it the stack can show a member their code again though it keeps no code. What is kept is the
voucher's id: another keyed hash, of the code, so that a table that leaks holds nothing that a till would take.

The check symbol is the Reed-Solomon one over the field of 32 elements, not Crockford's own modulo 37, whose five extra
signs no scanner and no cashier can type. Each place has a weight of its own (the first 17 powers of a generator, whose
order is 31), so every wrong symbol and every two swapped ones are found, wherever they stand; and all 32 values of it are
symbols of the alphabet, so none of the 2^80 codes is left out.
"""

from __future__ import annotations

import re

from quen.ids import ALPHABET, derived_id
from quen.keys import KeyRing

BODY_LENGTH = 16
SPELLING_LENGTH_MAX = 64

_GROUPS = re.compile(r"(.{4})(.{4})(.{4})(.{5})")
_SEPARATORS = re.compile(r"[\s-]")
_LOOKALIKES = str.maketrans("oil", "011")
_SHAPE = re.compile(rf"[{ALPHABET}]+")
# x^5 + x^2 + 1, which generates the field of 32 elements from its root.
_POLYNOMIAL = 0b100101


class VoucherCodes:
    """Derives codes and the ids that they are kept under, with keys of the stack's own."""

    def __init__(self, keys: KeyRing) -> None:
        self._code_key = keys.derive("voucher-code")
        self._id_key = keys.derive("voucher-id")

    def code_of(self, source_id: str, number: int) -> str:
        """The code of the n-th voucher of a batch or a redemption, as a member is shown it: `7K3W-9QXM-R2T4-BC8D0`."""
        body = derived_id("vch", self._code_key, source_id, str(number)).partition("_")[2]
        return display(body + check_symbol(body))

    def voucher_id_of(self, source_id: str, number: int) -> str:
        """The id of the n-th voucher of a batch or a redemption."""
        return self._hashed(_plain(self.code_of(source_id, number)))

    def find_voucher_id(self, spelling: str) -> str | None:
        """The id that the voucher of this code would have; None where no voucher can have such a code."""
        code = parse_code(spelling)
        return self._hashed(code) if code else None

    def _hashed(self, code: str) -> str:
        return derived_id("vch", self._id_key, code)


def check_symbol(body: str) -> str:
    """What makes the weighted sum of all symbols zero."""
    return ALPHABET[_doubled(_sum(body))]


def parse_code(spelling: str, body_length: int = BODY_LENGTH) -> str | None:
    """The symbols of a code of that length in lower case, its check symbol the last, or None. Any case will do, hyphens and
    blanks, O for 0, and I or L for 1.
    """
    if len(spelling) > SPELLING_LENGTH_MAX or not spelling.isascii():
        return None
    code = _plain(spelling).translate(_LOOKALIKES)
    is_code = len(code) == body_length + 1 and _SHAPE.fullmatch(code) is not None
    return code if is_code and _sum(code) == 0 else None


def display(code: str) -> str:
    """The code as it is shown: upper case, in groups."""
    return _GROUPS.sub(r"\1-\2-\3-\4", code).upper()


def _plain(spelling: str) -> str:
    return _SEPARATORS.sub("", spelling).lower()


def _sum(symbols: str) -> int:
    """The symbols as a polynomial over the field, at its generator: the last one has the weight 1."""
    total = 0
    for symbol in symbols:
        total = _doubled(total) ^ ALPHABET.index(symbol)
    return total


def _doubled(element: int) -> int:
    """The element times the generator."""
    shifted = element << 1
    return shifted ^ _POLYNOMIAL if shifted > 31 else shifted

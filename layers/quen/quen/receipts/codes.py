"""The code on a receipt, and the id under which its receipt is found.

A code is 60 bits in 12 symbols of Crockford's base32, and a check symbol, as a voucher's is (see `quen.vouchers.codes`): short
enough to be typed from paper, and with 20 wrong ones a minute for each member nobody finds one. Its bits are a keyed hash of
the partner and the purchase, so the same receipt again has the same code though no code is kept; what is kept is another
keyed hash, of the code: a table that leaks holds nothing that could be claimed.
"""

from __future__ import annotations

import re

from quen.ids import derived_id
from quen.keys import KeyRing
from quen.vouchers.codes import check_symbol, parse_code

BODY_LENGTH = 12

_GROUPS = re.compile(r"(.{4})(.{4})(.{5})")


class ClaimCodes:
    """Derives codes and the ids that receipts are found by, with keys of the stack's own."""

    def __init__(self, keys: KeyRing) -> None:
        self._code_key = keys.derive("receipt-code")
        self._id_key = keys.derive("receipt-id")

    def code_of(self, partner_id: str, purchase_id: str, number: int) -> str:
        """The n-th code that the receipt could have, as it is printed: `7K3W-9QXM-R2T4B`."""
        symbols = derived_id("rct", self._code_key, partner_id, purchase_id, str(number)).partition("_")[2]
        body = symbols[:BODY_LENGTH]
        return _GROUPS.sub(r"\1-\2-\3", body + check_symbol(body)).upper()

    def find_receipt_id(self, spelling: str) -> str | None:
        """The id that the receipt of this code would have; None where no receipt can have such a code."""
        code = parse_code(spelling, BODY_LENGTH)
        return derived_id("rct", self._id_key, code) if code else None

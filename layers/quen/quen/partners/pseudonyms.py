"""Pairwise member ids: a brand knows a member by an id of its own, so that two brands cannot join their lists.

A brand's id is `mem_` and 26 characters of Crockford's base32: one AES-128 block, which is the program's id (80 bits) and 48
zero bits, under a key derived for that brand. It needs no table and no call, is the same for ever, and reads back: what
another brand was shown, or somebody made up, comes out without the zero bits and means nobody. A single block of its own
needs no mode: each value is enciphered once, and that equal members give equal ids is the purpose.

The shop's own tills know members by the program's ids.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from quen.ids import ALPHABET, BITS, is_id, number_of, spelled
from quen.keys import KeyRing
from quen.partners.model import Partner, Relation

PREFIX = "mem"
LENGTH = 26
CIPHERS_KEPT_MAX = 256

_BLOCK_BITS = 128
_ZERO_BITS = _BLOCK_BITS - BITS
_KEY_BYTES = 16
_SHAPE = re.compile(rf"{PREFIX}_([{ALPHABET}]{{{LENGTH}}})")


class Pseudonyms:
    """Writes and reads member ids as a partner knows them."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._cipher = lru_cache(CIPHERS_KEPT_MAX)(self._make_cipher)

    def shown(self, partner: Partner, member_id: str) -> str:
        """The program's id in the partner's form. What is no id of a member stays as it is."""
        if partner.relation is Relation.OWN or not is_id(PREFIX, member_id):
            return member_id
        block = number_of(member_id.removeprefix(f"{PREFIX}_")) << _ZERO_BITS
        encryptor = self._cipher(partner.partner_id).encryptor()
        return f"{PREFIX}_{spelled(int.from_bytes(encryptor.update(_bytes(block)), 'big'), LENGTH)}"

    def meant(self, partner: Partner, shown: str) -> str:
        """The program's id of whom the partner means. An id of the program's own means whom it names, because the member may
        have handed it over; anything else stays as it is, and names nobody.
        """
        match = _SHAPE.fullmatch(shown) if partner.relation is Relation.BRAND else None
        number = number_of(match[1]) if match else 1 << _BLOCK_BITS
        if number >> _BLOCK_BITS:
            return shown
        decryptor = self._cipher(partner.partner_id).decryptor()
        block = int.from_bytes(decryptor.update(_bytes(number)), "big")
        if block & ((1 << _ZERO_BITS) - 1):
            return shown
        return f"{PREFIX}_{spelled(block >> _ZERO_BITS)}"

    def _make_cipher(self, partner_id: str) -> Cipher[ECB]:
        key = self._keys.derive(f"pseudonyms/{partner_id}")[:_KEY_BYTES]
        return Cipher(AES(key), ECB())  # noqa: S305 - one block, as the module says


def _bytes(block: int) -> bytes:
    return block.to_bytes(_BLOCK_BITS // 8, "big")

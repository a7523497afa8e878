"""Cards: the lasting code on paper or plastic, and the token on a screen that is good for a minute.

A card code is 17 characters of Crockford's base32 (85 random bits) and his check symbol, which finds every wrong and
every swapped character. Codes whose check symbol would be one of his five extra signs are not given out, so a code is
letters and digits only (https://www.crockford.com/base32.html).

A QR token is `q2.` and 60 characters of base64url over 45 bytes: a random salt, the member's id masked by what only our key
makes of that salt, the expiry, and a MAC of all that. Who scans one learns nothing of the member, and two tokens of one
member have nothing in common. It changes every 30 seconds and is good for 30 to 60: a photo of somebody's screen is worth
nothing a minute later.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime

from quen.ids import ALPHABET, BITS, number_of, spelled

CARD_DIGITS = 17
QR_ROTATION_SECONDS = 30
QR_VALIDITY_SECONDS = 60
CARD_SPELLING_LENGTH_MAX = 64

_SYMBOLS = ALPHABET.upper()
_CHECK_MODULUS = 37
_LOOKALIKES = str.maketrans("OIL", "011", "- ")
_CARD_CODE = re.compile(rf"[{_SYMBOLS}]{{{CARD_DIGITS + 1}}}")

_SALT_BYTES, _ID_BYTES, _EXPIRY_BYTES, _MAC_BYTES = 14, BITS // 8, 5, 16
_SEALED_BYTES = _SALT_BYTES + _ID_BYTES + _EXPIRY_BYTES
_QR_TOKEN = re.compile(r"q2\.([A-Za-z0-9_-]{60})")


def new_card_code() -> str:
    """A fresh code, for example `7K3W9QXMR2T4BC8D0F`."""
    while True:
        number = secrets.randbits(CARD_DIGITS * 5)
        check = number % _CHECK_MODULUS
        if check < len(_SYMBOLS):
            digits = (_SYMBOLS[(number >> shift) & 31] for shift in range((CARD_DIGITS - 1) * 5, -1, -5))
            return "".join(digits) + _SYMBOLS[check]


def parse_card_code(text: str) -> str | None:
    """The code as it is kept, or None where this is none. Any case will do, and dashes, O for 0, I or L for 1."""
    if not text.isascii() or len(text) > CARD_SPELLING_LENGTH_MAX:
        return None
    code = text.upper().translate(_LOOKALIKES)
    if not _CARD_CODE.fullmatch(code):
        return None
    number = 0
    for symbol in code[:-1]:
        number = number * 32 + _SYMBOLS.index(symbol)
    return code if number % _CHECK_MODULUS == _SYMBOLS.index(code[-1]) else None


class QrTokens:
    """Makes and reads QR tokens under one key. `now` is wall time: a screen and a till know no other."""

    def __init__(self, key: bytes) -> None:
        self._mask_key = hmac.digest(key, b"mask", hashlib.sha256)
        self._mac_key = hmac.digest(key, b"mac", hashlib.sha256)

    def issue(self, member_id: str, now: datetime) -> tuple[str, datetime]:
        """A token of this half minute, and until when it is good."""
        rotation = int(now.timestamp()) // QR_ROTATION_SECONDS
        expires_at = rotation * QR_ROTATION_SECONDS + QR_VALIDITY_SECONDS
        salt = secrets.token_bytes(_SALT_BYTES)
        masked = number_of(member_id.removeprefix("mem_")) ^ self._mask(salt)
        sealed = salt + masked.to_bytes(_ID_BYTES, "big") + expires_at.to_bytes(_EXPIRY_BYTES, "big")
        token = base64.urlsafe_b64encode(sealed + self._mac(sealed)).decode()
        return f"q2.{token}", datetime.fromtimestamp(expires_at, UTC)

    def read(self, token: str, now: datetime) -> str | None:
        """The member's id; None where the token was never ours or is over."""
        match = _QR_TOKEN.fullmatch(token)
        if match is None:
            return None
        data = base64.urlsafe_b64decode(match[1])
        sealed, mac = data[:_SEALED_BYTES], data[_SEALED_BYTES:]
        if not hmac.compare_digest(self._mac(sealed), mac):
            return None
        salt, masked = sealed[:_SALT_BYTES], sealed[_SALT_BYTES:-_EXPIRY_BYTES]
        if now.timestamp() >= int.from_bytes(sealed[-_EXPIRY_BYTES:], "big"):
            return None
        return f"mem_{spelled(int.from_bytes(masked, 'big') ^ self._mask(salt))}"

    def _mask(self, salt: bytes) -> int:
        return int.from_bytes(hmac.digest(self._mask_key, salt, hashlib.sha256)[:_ID_BYTES], "big")

    def _mac(self, sealed: bytes) -> bytes:
        return hmac.digest(self._mac_key, sealed, hashlib.sha256)[:_MAC_BYTES]

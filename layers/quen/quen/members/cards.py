"""Cards: the lasting code on paper or plastic, and the token on a screen that is good for a minute.

A card code is 17 characters of Crockford's base32 (85 random bits) and his check symbol, which finds every wrong and
every swapped character. Codes whose check symbol would be one of his five extra signs are not given out, so a code is
letters and digits only (https://www.crockford.com/base32.html).

A QR token is `q1.<member>.<expiry, epoch seconds>.<mac>`. It changes every 30 seconds and is good for 30 to 60: a photo
of somebody's screen is worth nothing a minute later.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime

from quen.ids import ALPHABET, is_id

CARD_DIGITS = 17
QR_ROTATION_SECONDS = 30
QR_VALIDITY_SECONDS = 60
CARD_SPELLING_LENGTH_MAX = 64

_SYMBOLS = ALPHABET.upper()
_CHECK_MODULUS = 37
_MAC_BYTES = 16
_LOOKALIKES = str.maketrans("OIL", "011", "- ")
_CARD_CODE = re.compile(rf"[{_SYMBOLS}]{{{CARD_DIGITS + 1}}}")
_QR_TOKEN = re.compile(r"q1\.([a-z0-9_]{1,40})\.([0-9]{10,11})\.([A-Za-z0-9_-]{22})")


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
        self._key = key

    def issue(self, member_id: str, now: datetime) -> tuple[str, datetime]:
        """The token of this half minute, and until when it is good."""
        rotation = int(now.timestamp()) // QR_ROTATION_SECONDS
        expires_at = rotation * QR_ROTATION_SECONDS + QR_VALIDITY_SECONDS
        body = f"q1.{member_id}.{expires_at}"
        return f"{body}.{self._mac(body)}", datetime.fromtimestamp(expires_at, UTC)

    def read(self, token: str, now: datetime) -> str | None:
        """The member's id; None where the token was never ours or is over."""
        match = _QR_TOKEN.fullmatch(token)
        if match is None or not hmac.compare_digest(self._mac(token[: match.start(3) - 1]), match[3]):
            return None
        is_fresh = now.timestamp() < int(match[2])
        return match[1] if is_fresh and is_id("mem", match[1]) else None

    def _mac(self, body: str) -> str:
        digest = hmac.digest(self._key, body.encode(), hashlib.sha256)[:_MAC_BYTES]
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

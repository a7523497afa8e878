"""Ids: opaque, prefixed, unguessable, and readable aloud.

An id is `<prefix>_` and 16 characters of Crockford's base32 (no i, l, o, u): 80 bits. A new id takes them from the
operating system; a derived id from a keyed hash, so that the same request always names the same thing and nobody
without the key can guess it (https://www.crockford.com/base32.html).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 16
BITS = LENGTH * 5

_SHAPE = re.compile(rf"[a-z]{{3}}_[{ALPHABET}]{{{LENGTH}}}")


def new_id(prefix: str) -> str:
    """A fresh id, for example `mem_7k3w…`."""
    return f"{prefix}_{spelled(secrets.randbits(BITS))}"


def derived_id(prefix: str, key: bytes, *parts: str) -> str:
    """The id that these parts always get under this key. The parts are framed, so that no two lists of parts collide."""
    message = b"".join(len(data).to_bytes(4, "big") + data for data in (part.encode() for part in (prefix, *parts)))
    digest = hmac.digest(key, message, hashlib.sha256)
    return f"{prefix}_{spelled(int.from_bytes(digest, 'big') >> (256 - BITS))}"


def is_id(prefix: str, text: str) -> bool:
    """Whether the text has the shape of an id of that prefix; what fails this need not be looked up."""
    return text.startswith(f"{prefix}_") and _SHAPE.fullmatch(text) is not None


def number_of(text: str) -> int:
    """The number behind an id's characters, or behind any text of the alphabet."""
    number = 0
    for character in text:
        number = number * 32 + ALPHABET.index(character)
    return number


def spelled(number: int, length: int = LENGTH) -> str:
    """A number as so many characters of the alphabet."""
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range((length - 1) * 5, -1, -5))

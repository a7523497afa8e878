"""One secret of the stack, and a key of its own for every purpose derived from it.

The master key lives in Secrets Manager. `HMAC-SHA256(master, purpose)` gives independent keys (RFC 5869's expand step
with one block), so a leaked cursor key says nothing about identities.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

MASTER_BYTES_MIN = 32


class KeyRing:
    """Derives the stack's keys. `master` is at least 32 bytes."""

    def __init__(self, master: bytes) -> None:
        if len(master) < MASTER_BYTES_MIN:
            raise ValueError(f"a master key has at least {MASTER_BYTES_MIN} bytes")
        self._master = master

    def derive(self, purpose: str) -> bytes:
        """The 32-byte key for one purpose, for example `"cursor"`."""
        return hmac.digest(self._master, b"quen/1/" + purpose.encode(), hashlib.sha256)

    def hash(self, purpose: str, value: str) -> str:
        """A keyed hash of a value as 26 lower-case base32 characters (130 bits): a look-up key that tells nothing."""
        digest = hmac.digest(self.derive(purpose), value.encode(), hashlib.sha256)
        return base64.b32encode(digest).decode().lower()[:26]

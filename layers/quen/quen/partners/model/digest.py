"""Content-Digest: the body is the body that was signed (RFC 9530, https://www.rfc-editor.org/rfc/rfc9530)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from types import MappingProxyType

from quen.partners.model.errors import (
    ContentDigestMalformedError,
    ContentDigestMismatchError,
    ContentDigestUnsupportedError,
)

_HASHES = MappingProxyType({"sha-256": hashlib.sha256, "sha-512": hashlib.sha512})


def check_digests(digests: Mapping[str, bytes], body: bytes) -> None:
    """Every digest of a known algorithm is that of the raw body, and there is at least one; unknown ones are ignored."""
    known = [(_HASHES[name](body).digest(), digest) for name, digest in digests.items() if name in _HASHES]
    if not known:
        raise ContentDigestUnsupportedError
    if any(len(expected) != len(digest) for expected, digest in known):
        raise ContentDigestMalformedError("A digest has the wrong length for its algorithm.")
    # Counted, so that every digest is compared whichever fails first.
    matching = sum(hmac.compare_digest(expected, digest) for expected, digest in known)
    if matching < len(known):
        raise ContentDigestMismatchError

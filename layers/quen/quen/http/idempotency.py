"""A request's own name, and what it says: `Idempotency-Key` and the fingerprint of the payload.

The key is a quoted sf-string or the bare token; a replay is the same key with the same fingerprint.
https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

from quen.http.errors import IdempotencyKeyInvalidError, IdempotencyKeyMissingError
from quen.http.strict_json import Json

KEY_LENGTH_MAX = 255

_KEY = re.compile(rf'("?)([A-Za-z0-9._~-]{{1,{KEY_LENGTH_MAX}}})\1')


def parse_idempotency_key(header: str | None) -> str:
    """The key without its quotes; quoted and bare name the same request."""
    if header is None:
        raise IdempotencyKeyMissingError("This route needs the header Idempotency-Key.")
    match = _KEY.fullmatch(header.strip(" \t"))
    if match is None:
        raise IdempotencyKeyInvalidError(f"A key has 1 to {KEY_LENGTH_MAX} characters of A-Z a-z 0-9 . _ ~ -")
    return match[2]


def fingerprint(path: Mapping[str, str], body: Json) -> str:
    """SHA-256 (hex) of what a request asks for: the parameters of its path and its parsed body, in canonical JSON."""
    canonical = json.dumps([dict(path), body], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()

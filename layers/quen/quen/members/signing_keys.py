"""The issuer's public keys: fetched from its JWKS address, kept for ten minutes, and never fetched in a flood.

A key id that is not known yet is looked for once a minute at most, so tokens with made-up key ids cannot make us hammer
the issuer. Where the issuer does not answer, the keys that we have are believed for an hour; a process that has none yet
asks again after two seconds.
https://www.rfc-editor.org/rfc/rfc7517
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from quen.clock import Clock
from quen.errors import TemporarilyUnavailableError
from quen.members.tokens import PublicKey
from quen.observability import logger, named

FRESH_FOR = timedelta(minutes=10)
REFETCH_AFTER = timedelta(minutes=1)
FIRST_FETCH_AGAIN_AFTER = timedelta(seconds=2)
BELIEVED_FOR = timedelta(hours=1)

FETCH_TIMEOUT_SECONDS = 2.0
DOCUMENT_BYTES_MAX = 256 * 1024
KEYS_MAX = 100
RSA_BITS_MIN = 2048
RSA_BITS_MAX = 8192

_CHUNK_BYTES = 16 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Only what a public key is made of: no private part, no certificate chain, nothing to follow.
_MEMBERS = frozenset({"kty", "use", "key_ops", "alg", "kid", "n", "e", "crv", "x", "y"})
_KINDS: Mapping[str, tuple[str, type[RSAKey | ECKey | OKPKey]]] = {
    "RS256": ("RSA", RSAKey),
    "ES256": ("EC", ECKey),
    "EdDSA": ("OKP", OKPKey),
}
_CURVES = {"ES256": "P-256", "EdDSA": "Ed25519"}


class FetchedKeys:
    """The SigningKeys of an issuer. `fetch` gives the JWKS document, or raises OSError or ValueError."""

    def __init__(self, fetch: Callable[[], bytes], wall: Clock) -> None:
        self._fetch = fetch
        self._wall = wall
        self._keys: list[Mapping[str, Any]] = []
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._failure: Exception | None = None

    def find(self, key_id: str | None, algorithm: str) -> PublicKey | None:
        """The one key for that id and algorithm. Raises TemporarilyUnavailableError."""
        now = self._wall.now()
        if self._age(now) >= FRESH_FOR:
            self._refresh(now)
        if self._age(now) >= BELIEVED_FOR:
            raise TemporarilyUnavailableError from self._failure
        if not self._candidates(key_id, algorithm):
            self._refresh(now)
        candidates = self._candidates(key_id, algorithm)
        return _public_key(candidates[0], algorithm) if len(candidates) == 1 else None

    def _age(self, now: datetime) -> timedelta:
        return now - self._fetched_at if self._fetched_at else timedelta.max

    def _refresh(self, now: datetime) -> None:
        pause = REFETCH_AFTER if self._fetched_at else FIRST_FETCH_AGAIN_AFTER
        if self._tried_at and now - self._tried_at < pause:
            return
        self._tried_at = now
        try:
            self._keys = _parse_keys(self._fetch())
        except (OSError, ValueError, RecursionError) as error:
            # Told long before it hurts: for an hour the keys that we have are believed.
            logger().warning("The issuer's keys cannot be had", extra={"cause": named(error)})
            self._failure = error
            return
        self._fetched_at = now

    def _candidates(self, key_id: str | None, algorithm: str) -> list[Mapping[str, Any]]:
        return [key for key in self._keys if key_id in (None, key.get("kid")) and _may_verify(key, algorithm)]


def fetcher(url: str, *, is_sandbox: bool, timeout_seconds: float = FETCH_TIMEOUT_SECONDS) -> Callable[[], bytes]:
    """Fetches that address, within two seconds and 256 KB, following no redirect.

    Raises ValueError where the address is not https; a sandbox may use http on its own machine.
    """
    parts = urlsplit(url)
    is_local = is_sandbox and parts.hostname in _LOOPBACK
    if not (parts.scheme == "https" or (parts.scheme == "http" and is_local)):
        raise ValueError("the JWKS address is not https")
    opener = urllib.request.build_opener(_NoRedirects(), *([urllib.request.ProxyHandler({})] if is_local else []))

    def fetch() -> bytes:
        deadline = time.monotonic() + timeout_seconds
        with opener.open(url, timeout=timeout_seconds) as response:
            return _read(response, deadline)

    return fetch


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """An issuer's keys are where its settings say, not where an answer points."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """No request: the redirect becomes an HTTPError, which is an OSError."""


def _read(response: HTTPResponse, deadline: float) -> bytes:
    # A time-out of a socket counts from byte to byte: a server that drips would hold `read` for ever, not `read1`.
    document = b""
    while chunk := response.read1(_CHUNK_BYTES):
        document += chunk
        if len(document) > DOCUMENT_BYTES_MAX:
            raise ValueError("the JWKS document is too long")
        if time.monotonic() > deadline:
            raise TimeoutError
    return document


def _parse_keys(document: bytes) -> list[Mapping[str, Any]]:
    parsed = json.loads(document)
    keys = parsed.get("keys") if isinstance(parsed, dict) else None
    if not isinstance(keys, list) or len(keys) > KEYS_MAX:
        raise ValueError("the document is no JWKS")
    return [{name: value for name, value in key.items() if name in _MEMBERS} for key in keys if isinstance(key, dict)]


def _may_verify(key: Mapping[str, Any], algorithm: str) -> bool:
    kind, _ = _KINDS[algorithm]
    operations = key.get("key_ops", ["verify"])
    return (
        key.get("kty") == kind
        and key.get("crv") == _CURVES.get(algorithm)
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and isinstance(operations, list)
        and "verify" in operations
    )


def _public_key(key: Mapping[str, Any], algorithm: str) -> PublicKey | None:
    try:
        public_key = _KINDS[algorithm][1].import_key(dict(key))
    except (JoseError, ValueError, TypeError):
        return None
    if isinstance(public_key, RSAKey) and not RSA_BITS_MIN <= public_key.raw_value.key_size <= RSA_BITS_MAX:
        return None
    return public_key

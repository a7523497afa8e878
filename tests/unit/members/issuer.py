"""An identity provider for tests: real keys of every kind, and tokens good and bad."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import warnings
from functools import cache
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from unit.members.fakes import NOW

ISSUER = "https://id.example/"
AUDIENCE = "quen"


@cache
def key(name: str) -> Any:
    """A private key by name: `RS256…` is RSA, `ES256…` P-256, `EdDSA…` Ed25519; another name, another key."""
    if name.startswith("RS"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # joserfc warns of what a test wants: a key too short
            return RSAKey.generate_key(1024 if "short" in name else 2048)
    if name.startswith("ES384"):
        return ECKey.generate_key("P-384")
    if name.startswith("ES"):
        return ECKey.generate_key("P-256")
    return OKPKey.generate_key("Ed25519")


def public(name: str, **members: Any) -> dict[str, Any]:
    """The key as its JWKS shows it."""
    return {**key(name).as_dict(private=False), "kid": name, **members}


def jwks(*keys: dict[str, Any]) -> bytes:
    """The document at the JWKS address; by default one key for each algorithm."""
    return json.dumps({"keys": keys or [public("RS256"), public("ES256"), public("EdDSA")]}).encode()


def claims(**changes: Any) -> dict[str, Any]:
    """Valid claims of a member; None takes one out."""
    now = int(NOW.timestamp())
    valid = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "user-1",
        "exp": now + 3600,
        "iat": now,
        "phone_number": "+84901234567",
        "phone_number_verified": True,
        "email": "hoa@example.com",
        "email_verified": True,
    }
    return {name: value for name, value in (valid | changes).items() if value is not None}


def sign(
    payload: dict[str, Any] | bytes | None = None, algorithm: str = "RS256", *, by: str = "", header: Any = None
) -> str:
    """A token; `by` names the key (the algorithm's own by default), `header` adds to the header or, with None, takes out."""
    content = claims() if payload is None else payload
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    by = by or algorithm
    members = {"alg": algorithm, "kid": by, "typ": "JWT"} | (header or {})
    members = {name: value for name, value in members.items() if value is not None}
    text = ".".join(_encode(part) for part in (json.dumps(members).encode(), content))
    signature = jws.JWSRegistry.algorithms[algorithm].sign(text.encode(), key(by))
    return f"{text}.{_encode(signature)}"


def by_hand(header: dict[str, Any] | bytes, payload: dict[str, Any] | bytes, secret: bytes | None = None) -> str:
    """A token that no library would make: signed by HMAC under `secret`, or not at all."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    text = ".".join(_encode(part) for part in parts)
    return f"{text}.{_encode(hmac.digest(secret, text.encode(), hashlib.sha256)) if secret else ''}"


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")

"""Tokens: whether a JWT of the brand's identity provider is to be believed, and what it says.

The server decides which algorithms count; the key's own `use`, `alg` and `key_ops` may only narrow that. Nothing in a
token says where to find its key: `jwk`, `jku`, `x5c` and `x5u` are not looked at, `crit` is refused.
https://www.rfc-editor.org/rfc/rfc8725 (best practices), https://www.rfc-editor.org/rfc/rfc7519

Importing this costs about 30 ms (joserfc, cryptography): only the authorizer does it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from msgspec import Struct

from quen.clock import Clock
from quen.members.model import Login

ALGORITHMS = ("RS256", "ES256", "EdDSA")
LEEWAY_SECONDS = 60
TOKEN_LENGTH_MAX = 8192
HEADER_LENGTH_MAX = 2048
SUBJECT_LENGTH_MAX = 255
ROLE_LENGTH_MAX = 64
CONTACT_LENGTH_MAX = 254
INSTANT_MAX = 2**53  # epoch seconds

PublicKey = RSAKey | ECKey | OKPKey
Refusal = Literal["token_missing", "token_invalid", "token_expired"]

# RFC 9068's and RFC 7519's types, and none. A logout token or a request object is no login, whoever signed it.
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})


class UntrustedTokenError(Exception):
    """The token is not believed; `refusal` is the error code of the answer."""

    def __init__(self, refusal: Refusal = "token_invalid") -> None:
        super().__init__(refusal)
        self.refusal = refusal


class TokenClaims(Struct, frozen=True):
    """What a believed token says. `expires_at` is in epoch seconds; `role` is empty for members."""

    login: Login
    role: str
    expires_at: int


class SigningKeys(Protocol):
    """The issuer's public keys."""

    def find(self, key_id: str | None, algorithm: str) -> PublicKey | None:
        """The one key for that id and algorithm; without an id, the one key for the algorithm where there is only one.

        Raises TemporarilyUnavailableError where the issuer's keys cannot be had.
        """


class TokenVerifier:
    """Believes tokens of one issuer for one audience. `wall` is the clock that nobody moves."""

    def __init__(self, issuer: str, audience: str, keys: SigningKeys, wall: Clock) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._wall = wall
        self._registry = _Registry(algorithms=ALGORITHMS, strict_check_header=False)
        self._registry.max_header_length = HEADER_LENGTH_MAX

    def verify(self, token: str) -> TokenClaims:
        """What the token says. Raises UntrustedTokenError, TemporarilyUnavailableError."""
        if len(token) > TOKEN_LENGTH_MAX or not token.isascii():
            raise UntrustedTokenError
        try:
            payload = self._signed_payload(token)
            claims = json.loads(payload, object_pairs_hook=_said_once)
        # RecursionError: thousands of brackets, in a header or in a payload.
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise UntrustedTokenError from error
        if not isinstance(claims, dict):
            raise UntrustedTokenError
        return self._believed(claims)

    def _signed_payload(self, token: str) -> bytes:
        signed = jws.extract_compact(token.encode(), registry=self._registry)
        header = signed.protected
        key = self._keys.find(*_key_of(header))
        if key is None or not jws.validate_compact(signed, key, registry=self._registry):
            raise UntrustedTokenError
        return signed.payload

    def _believed(self, claims: Mapping[str, Any]) -> TokenClaims:
        now = self._wall.now().timestamp()
        subject = claims.get("sub")
        is_for_us = claims.get("iss") == self._issuer and self._audience in _audiences(claims)
        is_named = isinstance(subject, str) and 1 <= len(subject) <= SUBJECT_LENGTH_MAX and subject.isprintable()
        if not (is_for_us and is_named) or now < _instant(claims, "nbf", default=0) - LEEWAY_SECONDS:
            raise UntrustedTokenError
        expires_at = _instant(claims, "exp")
        if now >= expires_at + LEEWAY_SECONDS:
            raise UntrustedTokenError("token_expired")
        return TokenClaims(
            login=Login(
                issuer=self._issuer,
                subject=str(subject),
                phone=_verified(claims, "phone_number"),
                email=_verified(claims, "email"),
            ),
            role=_text(claims.get("role"), ROLE_LENGTH_MAX) or "",
            expires_at=int(expires_at),
        )


class _Registry(jws.JWSRegistry):
    """The three algorithms. joserfc warns of the name EdDSA (RFC 9864 renames it); issuers still use it."""

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UntrustedTokenError
        return self.algorithms[name]


def _key_of(header: Mapping[str, Any]) -> tuple[str | None, str]:
    algorithm, key_id, kind = header.get("alg"), header.get("kid"), header.get("typ")
    is_login = kind is None or (isinstance(kind, str) and kind.lower() in _TYPES)
    if algorithm not in ALGORITHMS or "crit" in header or "b64" in header or not is_login:
        raise UntrustedTokenError
    if key_id is not None and not isinstance(key_id, str):
        raise UntrustedTokenError
    return key_id, str(algorithm)


def _said_once(members: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    # Of two claims of one name we would read the last and somebody else the first (RFC 7519, 4: reject, or the last).
    said = dict(members)
    if len(said) != len(members):
        raise ValueError("a claim is said twice")
    return said


def _audiences(claims: Mapping[str, Any]) -> list[object]:
    audience = claims.get("aud")
    return audience if isinstance(audience, list) else [audience]


def _instant(claims: Mapping[str, Any], name: str, default: float | None = None) -> float:
    value = claims.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UntrustedTokenError
    # What is no number, infinite, or too long to be compared with a time is not between these two.
    if not -INSTANT_MAX <= value <= INSTANT_MAX:
        raise UntrustedTokenError
    return value


def _verified(claims: Mapping[str, Any], name: str) -> str | None:
    # Apple and Cognito's user info write the flag as a string.
    flag = claims.get(f"{name}_verified")
    is_verified = flag is True or flag == "true"
    return _text(claims.get(name), CONTACT_LENGTH_MAX) if is_verified else None


def _text(value: object, length_max: int) -> str | None:
    return value if isinstance(value, str) and 1 <= len(value) <= length_max and value.isprintable() else None

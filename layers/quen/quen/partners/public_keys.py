"""Partners' public keys: read in the spellings people send (PEM, JWK, base64 of the raw point), kept as PEM.

A key that everyone can sign for is refused: Ed25519 points of small order, which verify signatures without a secret.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from quen.errors import ValidationFailedError
from quen.partners.model import Algorithm

TEXT_CHARACTERS_MAX = 4096
_POINTER = "/public_key"

PublicKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey

# https://www.rfc-editor.org/rfc/rfc8032#section-5.1: the prime, and the y coordinates of the eight points of small order.
_ED25519_PRIME = 2**255 - 19
_ED25519_Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_ED25519_SMALL_ORDER_Y = frozenset({0, 1, _ED25519_PRIME - 1, _ED25519_Y8, _ED25519_PRIME - _ED25519_Y8})


def read_public_key(algorithm: Algorithm, text: str) -> str:
    """The PEM form of a public key for that algorithm. Raises ValidationFailedError at `/public_key`."""
    if len(text) > TEXT_CHARACTERS_MAX:
        raise _refused("too_long", f"A public key has at most {TEXT_CHARACTERS_MAX} characters.")
    try:
        key = _parse(algorithm, text.strip())
    except (ValueError, TypeError, KeyError, binascii.Error, UnsupportedAlgorithm, RecursionError):
        raise _refused("invalid", "This is no public key as PEM, JWK or base64.") from None
    _check(algorithm, key)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def load_public_key(pem: bytes) -> PublicKey:
    """A key that `read_public_key` wrote."""
    key = load_pem_public_key(pem)
    if not isinstance(key, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey):
        raise TypeError("a partner's key is of Ed25519 or P-256")
    return key


def _parse(algorithm: Algorithm, text: str) -> PublicKey:
    if "PRIVATE KEY" in text:
        raise _refused("private_key", "This is a private key. Keep it secret, make a new one, send its public half.")
    if text.startswith("-----BEGIN"):
        return load_public_key(text.encode("ascii"))
    if text.startswith("{"):
        return _from_jwk(json.loads(text))
    return _from_point(algorithm, base64.b64decode(text, validate=True))


def _from_jwk(jwk: dict[str, Any]) -> PublicKey:
    if "d" in jwk or "k" in jwk:
        raise _refused("private_key", "This key set holds a secret. Make a new key and send its public half.")
    if (jwk["kty"], jwk["crv"]) == ("OKP", "Ed25519"):
        return ed25519.Ed25519PublicKey.from_public_bytes(_base64url(jwk["x"]))
    if (jwk["kty"], jwk["crv"]) == ("EC", "P-256"):
        x, y = (int.from_bytes(_base64url(jwk[name]), "big") for name in ("x", "y"))
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    raise ValueError("neither Ed25519 nor P-256")


def _from_point(algorithm: Algorithm, point: bytes) -> PublicKey:
    if algorithm is Algorithm.ED25519:
        return ed25519.Ed25519PublicKey.from_public_bytes(point)
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def _check(algorithm: Algorithm, key: PublicKey) -> None:
    if isinstance(key, ed25519.Ed25519PublicKey):
        is_right_kind = algorithm is Algorithm.ED25519
        y = int.from_bytes(key.public_bytes_raw(), "little") & (2**255 - 1)
        is_strong = y < _ED25519_PRIME and y not in _ED25519_SMALL_ORDER_Y
    else:
        is_right_kind = algorithm is Algorithm.ECDSA_P256_SHA256 and isinstance(key.curve, ec.SECP256R1)
        is_strong = True
    if not is_right_kind:
        raise _refused("wrong_algorithm", "The key is of another algorithm.")
    if not is_strong:
        raise _refused("weak", "Anyone could sign for this key.")


def _base64url(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _refused(code: str, message: str) -> ValidationFailedError:
    return ValidationFailedError.at(_POINTER, code, message)

"""Test vectors of our signature profile, for whoever writes a client: `python -m local.partner_vectors` writes
`infra/partners/vectors.json`.

Every run writes the same bytes: times and nonces are fixed, and P-256 signs deterministically here (RFC 6979); a client's
own P-256 signature differs each time, so it is compared by verifying it. The asymmetric keys are RFC 9421's, appendix B.1,
and secret to nobody. https://www.rfc-editor.org/rfc/rfc9421#appendix-B.1
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from quen.client.signing import LIFETIME_SECONDS, TAG, Credentials, UnsignedRequest, sign, signature_base

OUTPUT = Path(__file__).parents[1] / "partners" / "vectors.json"
CREATED = 1795317300
NONCE = "Zm9yLW9uZS11c2Utb25seQ"
AUTHORITY = "api.quen.example"
STAGE = "/live"

ED25519_PRIVATE = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
"""
P256_PRIVATE = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgUpuF81l+kOxbjf7T
4mNSv0r5tN67Gim7rnf6EFpcYDuhRANCAASohVhlUsKs9kcYeM/XsJNbT/4P0t/D
QSSOoXvEHgWK8DHOJzfS0wzgYX6FHoPGHvVnnRUYZ2V2SQNdkKdM2ehd
-----END PRIVATE KEY-----
"""


class RepeatableCredentials(Credentials):
    """Signs the same base alike each time, by P-256 too."""

    def sign(self, base: bytes) -> bytes:
        """The raw signature of a signature base."""
        if self.algorithm != "ecdsa-p256-sha256":
            return super().sign(base)
        private = load_pem_private_key(self.secret, password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise TypeError("the key is of P-256")
        r, s = utils.decode_dss_signature(private.sign(base, ec.ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


KEYS: Sequence[Credentials] = (
    RepeatableCredentials("key_0123456789abcdef", "hmac-sha256", bytes(range(32))),
    RepeatableCredentials("key_zyxwvtsrqpnmkjhg", "ed25519", ED25519_PRIVATE.encode("ascii")),
    RepeatableCredentials("key_2345678923456789", "ecdsa-p256-sha256", P256_PRIVATE.encode("ascii")),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of request, signed by every key."""

    name: str
    method: str
    path: str
    body: str = ""
    idempotency_key: str | None = None

    def request(self) -> UnsignedRequest:
        """As the client takes it."""
        return UnsignedRequest(
            self.method,
            AUTHORITY,
            STAGE + self.path,
            self.body.encode("utf-8"),
            idempotency_key=self.idempotency_key,
        )


CASES: Sequence[Case] = (
    Case("no body", "GET", "/v1/purchases/r-1"),
    Case("a body", "POST", "/v1/purchases/preview", '{"total":{"amount":125000,"currency":"VND"}}'),
    Case("a body beyond ASCII", "POST", "/v1/members/search", '{"note":"cà phê sữa đá ☕"}'),
    Case(
        "a body and an idempotency key",
        "POST",
        "/v1/redemptions",
        '{"member":{"phone":"0901234567"},"points":30}',
        "till-7-42",
    ),
    Case(
        "an idempotency key and no body",
        "POST",
        "/v1/redemptions/red_0123456789abcdef/redeem",
        idempotency_key="till-7-43",
    ),
)


def document() -> dict[str, Any]:
    """All of it: the profile's name, the keys, the vectors."""
    return {
        "profile": TAG,
        "source": "https://www.rfc-editor.org/rfc/rfc9421",
        "note": "ecdsa-p256-sha256 signs differently each time: verify yours with public_key, do not compare it.",
        "keys": [_key_form(key) for key in KEYS],
        "vectors": [_vector(case, key) for key in KEYS for case in CASES],
    }


def text() -> str:
    """The file's text."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    """Write the file."""
    OUTPUT.write_text(text(), encoding="utf-8")


def _key_form(key: Credentials) -> dict[str, str]:
    shown = {"key_id": key.key_id, "algorithm": key.algorithm}
    if key.algorithm == "hmac-sha256":
        return shown | {"secret": base64.b64encode(key.secret).decode("ascii")}
    public = load_pem_private_key(key.secret, password=None).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return shown | {"private_key": key.secret.decode("ascii"), "public_key": pem.decode("ascii")}


def _vector(case: Case, key: Credentials) -> dict[str, Any]:
    request = case.request()
    headers = sign(request, key, created=CREATED, nonce=NONCE)
    return {
        "name": f"{key.algorithm}: {case.name}",
        "key_id": key.key_id,
        "method": request.method,
        "authority": request.authority,
        "path": request.path,
        "body": case.body,
        "created": CREATED,
        "expires": CREATED + LIFETIME_SECONDS,
        "nonce": NONCE,
        "signature_base": _base(request, headers),
        "headers": headers,
    }


def _base(request: UnsignedRequest, headers: Mapping[str, str]) -> str:
    parameters = headers["Signature-Input"].removeprefix("sig1=")
    derived = {"@method": request.method, "@authority": request.authority, "@path": request.path}
    known = derived | {name.lower(): value for name, value in headers.items()}
    names = parameters[1:].partition(")")[0].replace('"', "").split()
    return signature_base({name: known[name] for name in names}, parameters).decode("ascii")


if __name__ == "__main__":
    main()

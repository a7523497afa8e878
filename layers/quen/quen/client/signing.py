r"""The signature of a partner request, made from nothing but strings: what an integrator in any language has to do.

Rule: the signature base is exact. One line per covered component, `"<name>": <value>`, in the order of the list; then
`"@signature-params": <list and parameters>`, and no newline at the end (RFC 9421, section 2.5).

A worked example. Key `key_0123456789abcdef`, `hmac-sha256`, its secret (base64, as it was shown) is
`AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=`; the body is these 44 bytes:

    {"total":{"amount":125000,"currency":"VND"}}

1. Hash the body: `Content-Digest: sha-256=:iyXjYgbl8JKyhGY+s/59ou3cB58NDLM3ZyZGM6cx7Iw=:`
2. Write the base (here the last line is broken for the page; it is one line):

    "@method": POST
    "@authority": api.quen.example
    "@path": /live/v1/purchases/preview
    "content-type": application/json
    "content-digest": sha-256=:iyXjYgbl8JKyhGY+s/59ou3cB58NDLM3ZyZGM6cx7Iw=:
    "@signature-params": ("@method" "@authority" "@path" "content-type" "content-digest");created=1795317300\
      ;expires=1795317600;keyid="key_0123456789abcdef";nonce="Zm9yLW9uZS11c2Utb25seQ";tag="loyalty-partner-v1"

3. HMAC it with the decoded secret, and send:

    Signature-Input: sig1=<what follows "@signature-params": in the base>
    Signature: sig1=:IZyQfABEqPk+A/dvEszEJ2R8qWlZMIrHaV5VrjaOj4U=:

Without a body there is no `content-type` and no `content-digest`. `GET /live/v1/purchases/r-1` by `key_zyxwvtsrqpnmkjhg`,
`ed25519`, whose private key is RFC 9421's `test-key-ed25519`, at the same time and with the same nonce:

    Signature-Input: sig1=("@method" "@authority" "@path");created=1795317300;expires=1795317600\
      ;keyid="key_zyxwvtsrqpnmkjhg";nonce="Zm9yLW9uZS11c2Utb25seQ";tag="loyalty-partner-v1"
    Signature: sig1=:Gax1qIrf4rWMPoF9wtQqyHwBeyJmF+CYBjjeAFRZVSIM5xUvkZ3xYD4VzWknUKKl3waz+RXVWBLiUCEJDiKBDg==:

`ecdsa-p256-sha256` differs each time; its signature is r and s, 32 bytes each, not DER. An `Idempotency-Key` that is sent is
covered too, as `"idempotency-key"`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

TAG = "loyalty-partner-v1"
LABEL = "sig1"
LIFETIME_SECONDS = 300
ALGORITHMS = ("hmac-sha256", "ed25519", "ecdsa-p256-sha256")

_ECDSA_COORDINATE_BYTES = 32


@dataclass(frozen=True)
class Credentials:
    """A key: `secret` is the shared secret's bytes, or the private key as PEM. It shows in no representation."""

    key_id: str
    algorithm: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS:
            raise ValueError(f"the algorithms are {', '.join(ALGORITHMS)}")
        if not isinstance(self.secret, bytes):
            raise TypeError("the secret is bytes: base64.b64decode() of what was shown when the key was made")

    def sign(self, base: bytes) -> bytes:
        """The raw signature of a signature base."""
        if self.algorithm == "hmac-sha256":
            return hmac.digest(self.secret, base, hashlib.sha256)
        if self.algorithm == "ed25519":
            return bytes(self._private_key.sign(base))
        return self._sign_ecdsa(base)

    @cached_property
    def _private_key(self) -> Any:
        # Loaded late: a till with a shared secret needs no cryptography package.
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        return load_pem_private_key(self.secret, password=None)

    def _sign_ecdsa(self, base: bytes) -> bytes:
        """r and s side by side, 32 bytes each (RFC 9421, section 3.3.4), not the DER that libraries give."""
        from cryptography.hazmat.primitives.asymmetric import ec, utils
        from cryptography.hazmat.primitives.hashes import SHA256

        r, s = utils.decode_dss_signature(self._private_key.sign(base, ec.ECDSA(SHA256())))
        return r.to_bytes(_ECDSA_COORDINATE_BYTES, "big") + s.to_bytes(_ECDSA_COORDINATE_BYTES, "big")


@dataclass(frozen=True, slots=True)
class UnsignedRequest:
    """`authority` is the stack's public domain, `path` the whole path as the gateway sees it (`/live/v1/purchases`)."""

    method: str
    authority: str
    path: str
    body: bytes = b""
    content_type: str = "application/json"
    idempotency_key: str | None = None


def sign(request: UnsignedRequest, credentials: Credentials, *, created: int, nonce: str) -> dict[str, str]:
    """The headers to send with the request, all of them: content, idempotency key and signature.

    `created` is in Unix seconds; `nonce` 16 to 128 characters of A-Z, a-z, 0-9, `_`, `=` and `-`, never used before.
    """
    headers = _content_headers(request)
    components = {"@method": request.method, "@authority": request.authority, "@path": request.path}
    components |= {name.lower(): value for name, value in headers.items()}
    parameters = signature_parameters(components, credentials.key_id, created, nonce)
    signature = base64.b64encode(credentials.sign(signature_base(components, parameters))).decode("ascii")
    return headers | {"Signature-Input": f"{LABEL}={parameters}", "Signature": f"{LABEL}=:{signature}:"}


def signature_parameters(components: Mapping[str, str], key_id: str, created: int, nonce: str) -> str:
    """The covered components and the parameters, as Signature-Input carries them."""
    names = " ".join(f'"{name}"' for name in components)
    times = f"created={created};expires={created + LIFETIME_SECONDS}"
    return f'({names});{times};keyid="{key_id}";nonce="{nonce}";tag="{TAG}"'


def signature_base(components: Mapping[str, str], parameters: str) -> bytes:
    """The bytes that are signed."""
    lines = [f'"{name}": {value}' for name, value in components.items()]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode("ascii")


def content_digest(body: bytes) -> str:
    """The value of Content-Digest for a body, by SHA-256 (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"


def _content_headers(request: UnsignedRequest) -> dict[str, str]:
    headers: dict[str, str] = {}
    if request.body:
        headers |= {"Content-Type": request.content_type, "Content-Digest": content_digest(request.body)}
    if request.idempotency_key is not None:
        headers["Idempotency-Key"] = request.idempotency_key
    return headers

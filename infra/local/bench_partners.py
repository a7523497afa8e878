"""What it costs to know a partner: CPU time to verify a signed request, from the headers as they came to the nonce claimed.

Keys and nonces are in memory, so that only our own work is measured. Beside it stands what cannot be done without (the
floor): the bare verification of the same bytes by the same cryptography, and the SHA-256 of the body.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import timeit
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from local.partner_vectors import CASES, CREATED, KEYS
from quen.client.signing import Credentials, UnsignedRequest, sign
from quen.partners.model import ALL_RIGHTS, Algorithm, KeyState, Partner, PartnerKey, PartnerState, SignedRequest
from quen.partners.signatures import Rfc9421Signatures
from quen.partners.verifier import Verifier

ROUNDS, CALLS = 40, 25
BUDGET_MICROSECONDS = 1_000
NOW = datetime.fromtimestamp(CREATED, UTC)
PARTNER = Partner("ptn_0q8r5t2y6w9e3k1m", "Bench", PartnerState.ACTIVE, ALL_RIGHTS, NOW)
REQUEST = next(case for case in CASES if case.body and case.idempotency_key).request()


@dataclass(frozen=True, slots=True)
class Cost:
    """One algorithm's, in CPU microseconds a request: our verification, and the floor."""

    algorithm: str
    microseconds: float
    floor: float


@dataclass(frozen=True, slots=True)
class OneKey:
    """Knows one key, and its owner."""

    key: PartnerKey

    def find_key(self, key_id: str) -> PartnerKey | None:
        """That key."""
        return self.key if key_id == self.key.key_id else None

    def find(self, partner_id: str) -> Partner | None:
        """Its owner."""
        return PARTNER if partner_id == PARTNER.partner_id else None


@dataclass(frozen=True, slots=True)
class OneSecret:
    """Its secret."""

    secret: bytes

    def find(self, key_id: str) -> bytes | None:
        """That secret."""
        return self.secret if key_id else None


class FreshNonces:
    """A set, as DynamoDB is one."""

    def __init__(self) -> None:
        self._used: set[tuple[str, str]] = set()

    def claim(self, key_id: str, nonce: str, *, expires: int, now: int) -> bool:
        """Whether it is the first of that name."""
        is_first = expires >= now and (key_id, nonce) not in self._used
        self._used.add((key_id, nonce))
        return is_first


class StandingClock:
    """The time of the signatures."""

    def now(self) -> datetime:
        """Always the same."""
        return NOW


def measure() -> list[Cost]:
    """Each algorithm's cost."""
    return [_cost(credentials) for credentials in KEYS]


def main() -> None:
    """A table: time against the floor and the budget."""
    print(f"\nVerifying a signed request, CPU; budget {BUDGET_MICROSECONDS} µs\n")
    print(f"  {'algorithm':<18} {'µs':>6} {'floor µs':>9} {'ratio':>6}")
    for cost in measure():
        ratio = cost.microseconds / cost.floor
        print(f"  {cost.algorithm:<18} {cost.microseconds:6.0f} {cost.floor:9.0f} {ratio:6.1f}")


def _cost(credentials: Credentials) -> Cost:
    verifier = Verifier(
        OneKey(_record(credentials)),
        FreshNonces(),
        OneSecret(credentials.secret),
        Rfc9421Signatures(),
        StandingClock(),
    )
    best = min(_verify_all(verifier, credentials, turn) for turn in range(ROUNDS))
    bare = _bare(credentials)
    floor = min(timeit.repeat(bare, number=CALLS, repeat=ROUNDS, timer=time.process_time))
    return Cost(credentials.algorithm, best / CALLS * 1e6, floor / CALLS * 1e6)


def _verify_all(verifier: Verifier, credentials: Credentials, turn: int) -> float:
    """CPU seconds of one round, every request of which was signed by itself before."""
    requests = [_signed(REQUEST, credentials, f"nonce-{turn}-{call:016}") for call in range(CALLS)]
    before = time.process_time()
    for request in requests:
        verifier.authenticate(request)
    return time.process_time() - before


def _record(credentials: Credentials) -> PartnerKey:
    public = None
    if credentials.algorithm != Algorithm.HMAC_SHA256:
        private = load_pem_private_key(credentials.secret, password=None)
        public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
    algorithm = Algorithm(credentials.algorithm)
    return PartnerKey(credentials.key_id, PARTNER.partner_id, algorithm, KeyState.ACTIVE, NOW, None, NOW, public)


def _signed(request: UnsignedRequest, credentials: Credentials, nonce: str) -> SignedRequest:
    headers = sign(request, credentials, created=CREATED, nonce=nonce)
    # As an HTTP client and the gateway make it: a dozen headers, ours among them.
    usual = {f"x-header-{number}": ["some value of a usual length"] for number in range(8)}
    sent = {name: [value] for name, value in headers.items()}
    return SignedRequest(request.method, request.authority, request.path, usual | sent, request.body)


def _bare(credentials: Credentials) -> Callable[[], object]:
    """The same bytes verified by the cryptography alone, the body hashed."""
    base = b"x" * 400
    signature = credentials.sign(base)

    def hashed() -> bytes:
        return hashlib.sha256(REQUEST.body).digest()

    if credentials.algorithm == Algorithm.HMAC_SHA256:
        return lambda: (hmac.compare_digest(hmac.digest(credentials.secret, base, "sha256"), signature), hashed())
    public = load_pem_private_key(credentials.secret, password=None).public_key()
    if credentials.algorithm == Algorithm.ED25519:
        key = cast("ed25519.Ed25519PublicKey", public)
        return lambda: (key.verify(signature, base), hashed())
    point = cast("ec.EllipticCurvePublicKey", public)
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    return lambda: (point.verify(der, base, ec.ECDSA(SHA256())), hashed())


if __name__ == "__main__":
    main()

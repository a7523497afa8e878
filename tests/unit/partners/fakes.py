"""Fakes of the partners' ports, and a world with a partner and a key of each algorithm. The cryptography is real."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from msgspec.structs import replace

from quen.client import Credentials
from quen.errors import NotFoundError, TemporarilyUnavailableError
from quen.partners.model import Algorithm, KeyState, Partner, PartnerKey
from quen.partners.rates import RatedAction, RouteGroup
from quen.partners.service import Partners
from quen.partners.signatures import Rfc9421Signatures
from quen.writes import Write

NOW = datetime(2026, 11, 22, 3, 15, 0, 500_000, tzinfo=UTC)
AUTHORITY = "api.quen.example"


@dataclass
class FixedClock:
    """Stands still until it is told."""

    instant: datetime = NOW

    def now(self) -> datetime:
        return self.instant

    def advance(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


@dataclass
class FakePartnerRecords:
    partners: dict[str, Partner] = field(default_factory=dict)
    keys: dict[str, PartnerKey] = field(default_factory=dict)
    written: list[Write] = field(default_factory=list)
    reads: int = 0
    partners_read: int = 0

    def add(self, partner: Partner, others: Sequence[Write] = ()) -> None:
        self.written += others
        self.partners[partner.partner_id] = partner

    def find(self, partner_id: str) -> Partner | None:
        self.partners_read += 1
        return self.partners.get(partner_id)

    def list_partners(self, after: str | None, limit: int) -> Sequence[Partner]:
        ids = sorted(one for one in self.partners if after is None or one > after)
        return [self.partners[one] for one in ids[:limit]]

    def add_key(self, key: PartnerKey, others: Sequence[Write] = ()) -> None:
        if key.partner_id not in self.partners:
            raise NotFoundError
        self.written += others
        self.keys[key.key_id] = key

    def find_key(self, key_id: str) -> PartnerKey | None:
        self.reads += 1
        return self.keys.get(key_id)

    def list_keys(self, partner_id: str) -> Sequence[PartnerKey]:
        return sorted((key for key in self.keys.values() if key.partner_id == partner_id), key=lambda key: key.key_id)

    def revoke_key(self, key_id: str, at: datetime, *, was: KeyState, others: Sequence[Write] = ()) -> bool:
        if key_id not in self.keys:
            raise NotFoundError
        if self.keys[key_id].state is not was:
            return False
        self.written += others
        self.keys[key_id] = replace(self.keys[key_id], state=KeyState.REVOKED)
        return True

    def rotate_key(self, made: PartnerKey, old_id: str, not_after: datetime, others: Sequence[Write] = ()) -> bool:
        if self.keys[old_id].state is not KeyState.ACTIVE:
            return False
        self.add_key(made, others)
        self.keys[old_id] = replace(self.keys[old_id], state=KeyState.RETIRING, not_after=not_after)
        return True

    def retire_key(self, key_id: str, not_after: datetime) -> bool:
        if key_id not in self.keys or self.keys[key_id].state is KeyState.REVOKED:
            return False
        self.keys[key_id] = replace(self.keys[key_id], state=KeyState.RETIRING, not_after=not_after)
        return True


@dataclass
class FakeNonces:
    kept: dict[tuple[str, str], int] = field(default_factory=dict)

    def claim(self, key_id: str, nonce: str, *, expires: int, now: int) -> bool:
        if self.kept.get((key_id, nonce), now - 1) >= now:
            return False
        self.kept[key_id, nonce] = expires + 60
        return True


@dataclass
class FakeKeySecrets:
    kept: dict[str, bytes] = field(default_factory=dict)
    reads: int = 0

    def keep(self, key_id: str, secret: bytes) -> None:
        self.kept[key_id] = secret

    def find(self, key_id: str) -> bytes | None:
        self.reads += 1
        return self.kept.get(key_id)

    def delete(self, key_id: str) -> None:
        self.kept.pop(key_id, None)


@dataclass
class CountedRequests:
    """Counts in memory, with the store's promise; `asked` are the requests of each call that counted."""

    kept: dict[tuple[str, str, datetime], int] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    is_down: bool = False

    def count(
        self, caller_id: str, counted: RatedAction | RouteGroup, minute: datetime, *, at_most: int, requests: int = 1
    ) -> int | None:
        self.asked.append(requests)
        if self.is_down:
            raise TemporarilyUnavailableError
        place = caller_id, counted.value, minute
        after = self.kept.get(place, 0) + requests
        if after > at_most:
            return None
        self.kept[place] = after
        return after

    def counted(self, caller_id: str, counted: RatedAction | RouteGroup, minute: datetime) -> int:
        return self.kept.get((caller_id, counted.value, minute), 0)


def make_private_pem(algorithm: Algorithm) -> tuple[bytes, str]:
    """A new key pair: the private half as the client takes it, the public one as a partner sends it."""
    is_ed25519 = algorithm is Algorithm.ED25519
    private = ed25519.Ed25519PrivateKey.generate() if is_ed25519 else ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), public


@dataclass
class World:
    """Everything `Partners` needs, and what a till would hold: one credential for each algorithm."""

    clock: FixedClock = field(default_factory=FixedClock)
    records: FakePartnerRecords = field(default_factory=FakePartnerRecords)
    nonces: FakeNonces = field(default_factory=FakeNonces)
    secrets: FakeKeySecrets = field(default_factory=FakeKeySecrets)
    credentials: dict[Algorithm, Credentials] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.partners = Partners(self.records, self.nonces, self.secrets, Rfc9421Signatures(), self.clock)
        self.partner = self.partners.create("Bún Chả 36")
        for algorithm in Algorithm:
            self.credentials[algorithm] = self.issue(algorithm)

    def issue(self, algorithm: Algorithm, partner_id: str = "") -> Credentials:
        """A new key for a partner, seen from the partner's side."""
        partner_id = partner_id or self.partner.partner_id
        if algorithm.is_symmetric:
            issued = self.partners.create_key(partner_id, algorithm)
            return Credentials(issued.key.key_id, algorithm, base64.b64decode(issued.secret or ""))
        private, public = make_private_pem(algorithm)
        issued = self.partners.create_key(partner_id, algorithm, public_key=public)
        return Credentials(issued.key.key_id, algorithm, private)

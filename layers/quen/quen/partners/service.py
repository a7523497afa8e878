"""Partners, and the keys they sign with; who signed a request is `quen.partners.verifier`'s.

Rule: a key that is changed here is forgotten here at once; every other process sees it within a minute.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec.structs import replace

from quen.clock import Clock
from quen.errors import ConflictRetryError, NotFoundError, QuenError, ValidationFailedError
from quen.ids import is_id, new_id
from quen.partners.model import (
    ALL_RIGHTS,
    Algorithm,
    IssuedKey,
    KeyState,
    Partner,
    PartnerCaller,
    PartnerKey,
    PartnerState,
    Relation,
    Right,
    SignedRequest,
)
from quen.partners.model.keys import KEYS_PER_PARTNER_MAX, SECRET_BYTES, parse_partner_name
from quen.partners.model.refusals import KeyNotActiveError
from quen.partners.verifier import Nonces, Signatures, Verifier
from quen.writes import Write

LIST_MAX = 100
# A key that starts now must work now, on a machine whose clock is behind.
CLOCK_SKEW_SECONDS = 60
# A key's state only ever goes on, and there are three: what changed under our hands twice is revoked.
REVOKE_ATTEMPTS_MAX = 3


class PartnerRecords(Protocol):
    """Partners and their keys. Every method may raise TemporarilyUnavailableError."""

    def add(self, partner: Partner, others: Sequence[Write] = ()) -> None:
        """Keep a new partner, and in the same transaction the others. Raises ConflictRetryError."""

    def find(self, partner_id: str) -> Partner | None:
        """The partner, read consistently."""

    def list_partners(self, after: str | None, limit: int) -> Sequence[Partner]:
        """Partners by id, from the one after that id on."""

    def add_key(self, key: PartnerKey, others: Sequence[Write] = ()) -> None:
        """Keep a new key, and in the same transaction the others. Raises NotFoundError where its partner is not there,
        and ConflictRetryError.
        """

    def find_key(self, key_id: str) -> PartnerKey | None:
        """The key, read consistently."""

    def list_keys(self, partner_id: str) -> Sequence[PartnerKey]:
        """Every key the partner ever had, by id."""

    def revoke_key(self, key_id: str, at: datetime, *, was: KeyState, others: Sequence[Write] = ()) -> bool:
        """For good, and in the same transaction the others; False, and nothing written, where its state is not `was`.

        Raises NotFoundError, ConflictRetryError.
        """

    def rotate_key(self, made: PartnerKey, old_id: str, not_after: datetime, others: Sequence[Write] = ()) -> bool:
        """Keep a new key, retire the old one at that instant, and in the same transaction the others; False, and nothing
        written, where the old one is not active any more. Raises NotFoundError, ConflictRetryError.
        """

    def retire_key(self, key_id: str, not_after: datetime) -> bool:
        """False where it is revoked: nothing brings a key back."""


class KeySecrets(Protocol):
    """The shared secrets of symmetric keys. Every method may raise TemporarilyUnavailableError."""

    def keep(self, key_id: str, secret: bytes) -> None:
        """Keep the secret of a new key."""

    def find(self, key_id: str) -> bytes | None:
        """The secret, or None where it was never there or is deleted."""

    def delete(self, key_id: str) -> None:
        """Once or more often."""


class Partners:
    """The use cases. `clock` is the wall clock: signatures live in real time."""

    def __init__(
        self, records: PartnerRecords, nonces: Nonces, key_secrets: KeySecrets, signatures: Signatures, clock: Clock
    ) -> None:
        self._records = records
        self._secrets = key_secrets
        self._signatures = signatures
        self._clock = clock
        self._verifier = Verifier(records, nonces, key_secrets, signatures, clock)

    def authenticate(self, request: SignedRequest) -> PartnerCaller:
        """Who signed this. Raises the errors of `quen.partners.model.errors`, PartnerForbiddenError,
        TemporarilyUnavailableError; one that means 401 carries the value of `Accept-Signature`.
        """
        return self._verifier.authenticate(request)

    def create(
        self,
        name: str,
        *,
        rights: Collection[Right] = ALL_RIGHTS,
        relation: Relation = Relation.BRAND,
        others: Callable[[Partner], Sequence[Write]] = lambda _made: (),
    ) -> Partner:
        """A new partner. `others` are written in the same transaction. Raises ValidationFailedError, ConflictRetryError."""
        now = self._clock.now()
        partner = Partner(
            new_id("ptn"), parse_partner_name(name), PartnerState.ACTIVE, frozenset(rights), now, relation
        )
        self._records.add(partner, others(partner))
        return partner

    def load(self, partner_id: str) -> Partner:
        """Raises NotFoundError."""
        partner = self._records.find(partner_id) if is_id("ptn", partner_id) else None
        if partner is None:
            raise NotFoundError("There is no such partner.")
        return partner

    def list_partners(self, after: str | None = None, limit: int = LIST_MAX) -> Sequence[Partner]:
        """Partners by id, from the one after `after` on, at most 100 of them."""
        return self._records.list_partners(after, min(limit, LIST_MAX))

    def forget(self, partner_id: str) -> None:
        """Know the partner anew with its next request: something of it was changed."""
        self._verifier.forget_partner(partner_id)

    def list_keys(self, partner_id: str) -> Sequence[PartnerKey]:
        """The partner's keys, the revoked ones too. Raises NotFoundError."""
        return self._records.list_keys(self.load(partner_id).partner_id)

    def create_key(
        self,
        partner_id: str,
        algorithm: str,
        *,
        public_key: str | None = None,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        others: Callable[[PartnerKey], Sequence[Write]] = lambda _made: (),
    ) -> IssuedKey:
        """A new key beside the old ones. Raises NotFoundError, ValidationFailedError, ConflictRetryError.

        For `hmac-sha256` the answer holds the secret, base64, this once. The others want the partner's `public_key` as PEM,
        JWK (JSON text) or base64 of the raw point. `others` are written in the same transaction as the key.
        """
        partner, now = self.load(partner_id), self._clock.now()
        kind = _parse_algorithm(algorithm)
        starts_at = not_before or now - timedelta(seconds=CLOCK_SKEW_SECONDS)
        if not_after is not None and not_after <= max(starts_at, now):
            raise ValidationFailedError.at("/not_after", "out_of_range", "A key ends after it begins.")
        key = self._new_key(partner, kind, public_key, starts_at, not_after)
        return self._issue(key, lambda: self._records.add_key(key, others(key)))

    def rotate_key(
        self,
        partner_id: str,
        key_id: str,
        *,
        overlap: timedelta,
        public_key: str | None = None,
        others: Callable[[PartnerKey, PartnerKey, PartnerKey], Sequence[Write]] = lambda _before, _after, _made: (),
    ) -> IssuedKey:
        """A new key of the same algorithm, while the old one signs on for the overlap, though not beyond its own end.

        `others` are made of the old key as it was and as it is, and of the new one. An answer that is lost takes the secret
        with it: rotate the key that it made. Raises NotFoundError, KeyNotActiveError, ValidationFailedError,
        ConflictRetryError.
        """
        partner, old, now = self.load(partner_id), self._load_key(partner_id, key_id), self._clock.now()
        if old.state is not KeyState.ACTIVE:
            raise KeyNotActiveError
        ends_at = min(now + overlap, old.not_after or now + overlap)
        made = self._new_key(partner, old.algorithm, public_key, now - timedelta(seconds=CLOCK_SKEW_SECONDS))
        if made.public_key is not None and made.public_key == old.public_key:
            raise ValidationFailedError.at("/public_key", "unchanged", "A key is rotated to another one.")
        retiring = replace(old, state=KeyState.RETIRING, not_after=ends_at)

        def keep() -> None:
            if not self._records.rotate_key(made, key_id, ends_at, others=others(old, retiring, made)):
                raise KeyNotActiveError

        issued = self._issue(made, keep)
        self._verifier.forget(key_id)
        return issued

    def retire_key(self, partner_id: str, key_id: str, *, not_after: datetime) -> PartnerKey:
        """The key signs until `not_after`, while its successor takes over. Raises NotFoundError."""
        key = self._load_key(partner_id, key_id)
        if not self._records.retire_key(key_id, not_after):
            return self._load_key(partner_id, key_id)
        self._verifier.forget(key_id)
        return replace(key, state=KeyState.RETIRING, not_after=not_after)

    def revoke_key(
        self,
        partner_id: str,
        key_id: str,
        *,
        others: Callable[[PartnerKey, PartnerKey], Sequence[Write]] = lambda _before, _after: (),
    ) -> PartnerKey:
        """The key signs no more, everywhere within 60 seconds; again is the same. Raises NotFoundError, ConflictRetryError.

        `others` are made of the key as it was and as it is, and written with the change; where there is none, they are not.
        """
        revoked = self._revoke(partner_id, key_id, others)
        self._verifier.forget(key_id)
        if revoked.algorithm.is_symmetric:
            self._secrets.delete(key_id)
        return revoked

    def _revoke(
        self, partner_id: str, key_id: str, others: Callable[[PartnerKey, PartnerKey], Sequence[Write]]
    ) -> PartnerKey:
        for _ in range(REVOKE_ATTEMPTS_MAX):
            key = self._load_key(partner_id, key_id)
            revoked = replace(key, state=KeyState.REVOKED)
            if key == revoked:
                return key
            if self._records.revoke_key(key_id, self._clock.now(), was=key.state, others=others(key, revoked)):
                return revoked
        raise ConflictRetryError

    def _new_key(
        self,
        partner: Partner,
        algorithm: Algorithm,
        public_key: str | None,
        not_before: datetime,
        not_after: datetime | None = None,
    ) -> PartnerKey:
        """Raises ValidationFailedError."""
        if algorithm.is_symmetric is (public_key is not None):
            code = "not_allowed" if algorithm.is_symmetric else "missing"
            raise ValidationFailedError.at("/public_key", code, "A public key is for ed25519 and ecdsa-p256-sha256.")
        self._check_count(partner)
        pem = self._signatures.read_public_key(algorithm, public_key) if public_key is not None else None
        owner, now = partner.partner_id, self._clock.now()
        return PartnerKey(new_id("key"), owner, algorithm, KeyState.ACTIVE, not_before, not_after, now, pem)

    def _issue(self, key: PartnerKey, keep: Callable[[], None]) -> IssuedKey:
        """Keep the key; a symmetric one with its secret, and the secret first: nobody could use a key without one."""
        if not key.algorithm.is_symmetric:
            keep()
            return IssuedKey(key)
        secret = secrets.token_bytes(SECRET_BYTES)
        self._secrets.keep(key.key_id, secret)
        try:
            keep()
        except QuenError:
            self._secrets.delete(key.key_id)
            raise
        return IssuedKey(key, base64.b64encode(secret).decode("ascii"))

    def _check_count(self, partner: Partner) -> None:
        now = self._clock.now()
        living = [key for key in self._records.list_keys(partner.partner_id) if not key.is_over(now)]
        if len(living) >= KEYS_PER_PARTNER_MAX:
            raise ValidationFailedError.at("", "too_many_keys", f"A partner has {KEYS_PER_PARTNER_MAX} keys at most.")

    def _load_key(self, partner_id: str, key_id: str) -> PartnerKey:
        key = self._records.find_key(key_id) if is_id("key", key_id) else None
        if key is None or key.partner_id != partner_id:
            raise NotFoundError("The partner has no such key.")
        return key


def _parse_algorithm(text: str) -> Algorithm:
    try:
        return Algorithm(text)
    except ValueError:
        known = ", ".join(Algorithm)
        raise ValidationFailedError.at("/algorithm", "unsupported", f"The algorithms are {known}.") from None

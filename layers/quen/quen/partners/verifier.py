"""Who signed a request: every check of the profile, in its one order, cheap before dear.

Rule: what a refusal costs follows from the request alone, never from what its key id stands for. An unknown key, a revoked
one, one of another algorithm and a wrong signature get the same reads, the same verifications and the same answer. And
nothing of a stranger's is spent: a nonce is kept only for a signature that is proven.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from quen.clock import Clock
from quen.errors import PartnerForbiddenError
from quen.ids import is_id
from quen.partners.credentials import Credential, Kept
from quen.partners.model import (
    Algorithm,
    ParsedSignature,
    Partner,
    PartnerCaller,
    PartnerKey,
    PartnerState,
    SignatureInvalidError,
    SignatureParameters,
    SignatureReplayedError,
    SignedRequest,
    UnauthenticatedError,
    accept_signature,
    check_components,
    check_digests,
    check_envelope,
    check_window,
    claimed_algorithms,
    read_parameters,
)


class KeyRecords(Protocol):
    """Keys and their owners, read consistently. Both methods may raise TemporarilyUnavailableError."""

    def find_key(self, key_id: str) -> PartnerKey | None:
        """The key."""

    def find(self, partner_id: str) -> Partner | None:
        """The partner."""


class SharedSecrets(Protocol):
    """The shared secrets of symmetric keys. May raise TemporarilyUnavailableError."""

    def find(self, key_id: str) -> bytes | None:
        """The secret, or None where it was never there or is deleted."""


class Nonces(Protocol):
    """What was signed already. May raise TemporarilyUnavailableError, and then nobody gets in."""

    def claim(self, key_id: str, nonce: str, *, expires: int, now: int) -> bool:
        """True for exactly one caller until `expires` (Unix seconds) is past."""


class Signatures(Protocol):
    """Parsing and cryptography, by the standards."""

    def parse(self, request: SignedRequest) -> ParsedSignature:
        """The one signature under our tag. Raises SignatureMissingError, SignatureMalformedError, DuplicateHeaderError."""

    def parse_digests(self, field: str) -> Mapping[str, bytes]:
        """The digests of a Content-Digest field by algorithm. Raises ContentDigestMalformedError."""

    def verify(self, request: SignedRequest, signature: ParsedSignature, algorithm: Algorithm, material: bytes) -> bool:
        """Whether that key made this signature over this request. `material` is the secret, or the PEM public key."""

    def verify_decoy(self, request: SignedRequest, signature: ParsedSignature, algorithm: Algorithm) -> None:
        """The same work for nothing."""

    def read_public_key(self, algorithm: Algorithm, text: str) -> str:
        """The PEM form of a partner's public key. Raises ValidationFailedError."""


class Verifier:
    """Knows keys for less than a minute. `clock` is the wall clock: signatures live in real time."""

    def __init__(
        self, records: KeyRecords, nonces: Nonces, key_secrets: SharedSecrets, signatures: Signatures, clock: Clock
    ) -> None:
        self._records = records
        self._nonces = nonces
        self._signatures = signatures
        self._clock = clock
        self._credentials = Kept(self._read_credential)
        self._secrets = Kept(key_secrets.find)

    def authenticate(self, request: SignedRequest) -> PartnerCaller:
        """Who signed this. Raises the errors of `quen.partners.model.errors`, PartnerForbiddenError,
        TemporarilyUnavailableError; one that means 401 carries the value of `Accept-Signature`.
        """
        check_envelope(request)
        try:
            return self._authenticate(request)
        except UnauthenticatedError as error:
            error.accept_signature = accept_signature(request)
            raise

    def forget(self, key_id: str) -> None:
        """Read the key anew next time: it was changed here."""
        self._credentials.forget(key_id)
        self._secrets.forget(key_id)

    def forget_partner(self, partner_id: str) -> None:
        """Read the partner anew with its next request: it was changed here."""
        self._credentials.forget_where(lambda credential: credential.partner.partner_id == partner_id)

    def _authenticate(self, request: SignedRequest) -> PartnerCaller:
        signature = self._signatures.parse(request)
        check_components(signature, request)
        parameters = read_parameters(signature)
        now = self._clock.now()
        check_window(parameters, now)
        partner = self._prove(request, signature, parameters, now)
        self._check_digest(request)
        self._claim_nonce(parameters, now)
        if partner.state is not PartnerState.ACTIVE:
            raise PartnerForbiddenError("The partner is suspended.")
        return PartnerCaller(partner, parameters.key_id)

    def _prove(
        self, request: SignedRequest, signature: ParsedSignature, parameters: SignatureParameters, now: datetime
    ) -> Partner:
        """Whose key made the signature. Raises SignatureInvalidError after the work that the request asks for."""
        claimed = claimed_algorithms(signature, parameters)
        if not claimed or not is_id("key", parameters.key_id):
            raise SignatureInvalidError
        credential = self._credentials.find(parameters.key_id, now)
        secret = self._secrets.find(parameters.key_id, now) if Algorithm.HMAC_SHA256 in claimed else None
        material = _material(credential, secret, now)
        if credential is not None and material is not None and credential.key.algorithm in claimed:
            if self._signatures.verify(request, signature, credential.key.algorithm, material):
                return credential.partner
            claimed -= {credential.key.algorithm}
        for algorithm in claimed:
            self._signatures.verify_decoy(request, signature, algorithm)
        raise SignatureInvalidError

    def _check_digest(self, request: SignedRequest) -> None:
        field = request.find_header("content-digest")
        if field is not None:
            check_digests(self._signatures.parse_digests(field), request.body)

    def _claim_nonce(self, parameters: SignatureParameters, now: datetime) -> None:
        second = int(now.timestamp())
        if not self._nonces.claim(parameters.key_id, parameters.nonce, expires=parameters.expires, now=second):
            raise SignatureReplayedError

    def _read_credential(self, key_id: str) -> Credential | None:
        key = self._records.find_key(key_id)
        # Without a key a partner is read all the same, one that cannot be: both take as long.
        partner = self._records.find(key.partner_id if key is not None else key_id)
        return Credential(key, partner) if key is not None and partner is not None else None


def _material(credential: Credential | None, secret: bytes | None, now: datetime) -> bytes | None:
    """The bytes to verify by: the secret, or the PEM public key; None where the key does not count now."""
    if credential is None or not credential.key.is_usable(now):
        return None
    public = credential.key.public_key
    return secret if credential.key.algorithm.is_symmetric else public.encode("ascii") if public else None

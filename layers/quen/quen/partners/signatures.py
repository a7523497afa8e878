"""RFC 9421 and RFC 9530 through `http-message-signatures` and `http-sf`: parsing, and the cryptography.

The library passes the RFC's vectors, builds the signature base and verifies it. It leaves to us, and `quen.partners.model`
does: the profile, the time (it would read the real clock; ours is given), the nonce, the algorithm that the key's record
decides. It is shown one signature, ours, and only what that covers: a stranger's signature beside it can neither break
nor help. Both libraries and `cryptography` are imported here, in `public_keys` and in `pseudonyms`, and nowhere else: 24 ms
of a cold start.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, cast

import http_sf
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    MappingKeyResolver,
    VerificationKey,
    algorithms,
)
from msgspec import Struct

from quen.partners.model import (
    TAG,
    Algorithm,
    Component,
    ContentDigestMalformedError,
    ParsedSignature,
    SignatureMalformedError,
    SignatureMissingError,
    SignatureParamsMissingError,
    SignedRequest,
)
from quen.partners.model.keys import SECRET_BYTES
from quen.partners.public_keys import load_public_key, read_public_key
from quen.requests import DuplicateHeaderError

KEYS_LOADED_MAX = 256

# The library reads it from a URL, where "user@host" is the host alone.
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")

_ALGORITHMS: Mapping[Algorithm, type[HTTPSignatureAlgorithm]] = MappingProxyType(
    {
        Algorithm.HMAC_SHA256: algorithms.HMAC_SHA256,
        Algorithm.ED25519: algorithms.ED25519,
        Algorithm.ECDSA_P256_SHA256: algorithms.ECDSA_P256_SHA256,
    }
)


class Rfc9421Signatures:
    """Parses and verifies; see `quen.partners.verifier.Signatures` for what each method promises."""

    def parse(self, request: SignedRequest) -> ParsedSignature:
        """The one signature under our tag. Raises SignatureMissingError, SignatureParamsMissingError
        (no signature has any tag), SignatureMalformedError, DuplicateHeaderError.
        """
        inputs, values = request.find_header("signature-input"), request.find_header("signature")
        if not inputs or not values:
            raise SignatureMissingError("The headers Signature-Input and Signature are both needed.")
        members = _parse_dictionary(inputs)
        label, components, parameters = _find_ours(members)
        value = _find_value(_parse_dictionary(values), label)
        value_text = http_sf.ser({label: value})
        return ParsedSignature(
            components=[_component(item) for item in components],
            parameters=parameters,
            value=value,
            input_text=http_sf.ser({label: members[label]}),
            value_text=value_text,
            is_canonical=value_text.partition("=")[2] in values,
        )

    def parse_digests(self, field: str) -> Mapping[str, bytes]:
        """The digests of a Content-Digest field by algorithm. Raises ContentDigestMalformedError."""
        try:
            members = cast("dict[str, tuple[Any, Any]]", http_sf.parse(field.encode("ascii"), tltype="dictionary"))
        except (ValueError, TypeError):
            raise ContentDigestMalformedError from None
        digests = {name: value for name, (value, _) in members.items()}
        if not digests or not all(isinstance(value, bytes) for value in digests.values()):
            raise ContentDigestMalformedError("Each digest is a byte sequence, as :base64:.")
        return digests

    def verify(self, request: SignedRequest, signature: ParsedSignature, algorithm: Algorithm, material: bytes) -> bool:
        """Whether that key made this signature over this request. `material` is the secret, or the PEM public key."""
        if _AUTHORITY.fullmatch(request.authority) is None:
            return False
        key_id = str(signature.parameters["keyid"])
        resolver = MappingKeyResolver(public_keys={key_id: _load_key(algorithm, material)}, private_keys={})
        verifier = _Verifier(signature_algorithm=_ALGORITHMS[algorithm], key_resolver=resolver)
        try:
            results = verifier.verify(_Message.of(request, signature), max_age=None)
        except HTTPMessageSignaturesException:
            return False
        return len(results) == 1 and signature.is_canonical

    def verify_decoy(self, request: SignedRequest, signature: ParsedSignature, algorithm: Algorithm) -> None:
        """The work of a verification whose outcome is known: by a key of that algorithm that nobody holds."""
        self.verify(request, signature, algorithm, _decoy(algorithm))

    def read_public_key(self, algorithm: Algorithm, text: str) -> str:
        """The PEM form of a partner's public key. Raises ValidationFailedError."""
        return read_public_key(algorithm, text)


class _Verifier(HTTPMessageVerifier):
    """The library's verifier without its own look at the clock: the profile's window was checked before."""

    def validate_created_and_expires(self, sig_input: object, max_age: object = None) -> None:
        pass


class _Message(Struct, frozen=True):
    """A request as the library wants it, with nothing in it but what the signature covers."""

    method: str
    url: str
    headers: dict[str, str]

    @classmethod
    def of(cls, request: SignedRequest, signature: ParsedSignature) -> _Message:
        names = [component.name for component in signature.components if not component.name.startswith("@")]
        headers = {name: value for name in names if (value := request.find_header(name)) is not None}
        headers |= {"signature-input": signature.input_text, "signature": signature.value_text}
        # The scheme only decides which port goes without saying; the authority is the configured one either way.
        return cls(request.method, f"https://{request.authority}{request.path}", headers)


def _parse_dictionary(field: str) -> dict[str, tuple[Any, dict[str, Any]]]:
    doubles: list[str] = []
    try:
        parsed = http_sf.parse(
            field.encode("ascii"), tltype="dictionary", on_duplicate_key=lambda _key, context: doubles.append(context)
        )
    except (ValueError, TypeError):
        raise SignatureMalformedError("Signature-Input and Signature are dictionaries (RFC 9651).") from None
    if "dictionary" in doubles:
        raise DuplicateHeaderError("A signature's label appears twice.")
    if doubles:
        raise SignatureMalformedError("A parameter appears twice.")
    return cast("dict[str, tuple[Any, dict[str, Any]]]", parsed)


def _find_ours(members: Mapping[str, tuple[Any, dict[str, Any]]]) -> tuple[str, list[Any], dict[str, Any]]:
    ours = [label for label, (_, parameters) in members.items() if str(parameters.get("tag")) == TAG]
    if not ours and all("tag" not in parameters for _, parameters in members.values()):
        raise SignatureParamsMissingError("The signature lacks: tag.")
    if not ours:
        raise SignatureMissingError(f'No signature has the tag "{TAG}".')
    if len(ours) > 1:
        raise SignatureMalformedError(f'Exactly one signature may have the tag "{TAG}".')
    components, parameters = members[ours[0]]
    if not isinstance(components, list):
        raise SignatureMalformedError("Signature-Input names its components in an inner list.")
    return ours[0], components, parameters


def _find_value(members: Mapping[str, tuple[Any, dict[str, Any]]], label: str) -> bytes:
    value, _ = members.get(label, (None, {}))
    if not isinstance(value, bytes) or not value:
        raise SignatureMalformedError("Signature has no byte sequence under the label of Signature-Input.")
    return value


def _component(item: tuple[Any, Mapping[str, Any]]) -> Component:
    name, parameters = item
    if not isinstance(name, str):
        raise SignatureMalformedError("The name of a component is a string.")
    return Component(name, has_parameters=bool(parameters))


@lru_cache(maxsize=KEYS_LOADED_MAX)
def _load_key(algorithm: Algorithm, material: bytes) -> VerificationKey:
    return material if algorithm.is_symmetric else load_public_key(material)


@lru_cache(maxsize=len(Algorithm))
def _decoy(algorithm: Algorithm) -> bytes:
    """A key of that kind whose private half was thrown away as it was made."""
    if algorithm is Algorithm.HMAC_SHA256:
        return secrets.token_bytes(SECRET_BYTES)
    is_ed25519 = algorithm is Algorithm.ED25519
    private = ed25519.Ed25519PrivateKey.generate() if is_ed25519 else ec.generate_private_key(ec.SECP256R1())
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

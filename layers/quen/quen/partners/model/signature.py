"""The signature profile, as pure checks over a signature that was parsed: what it covers, its parameters, its time.

Source: RFC 9421 (https://www.rfc-editor.org/rfc/rfc9421), narrowed: one signature under our tag, plain components only,
six parameters, a window of minutes. Signatures under other tags are other people's and are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from msgspec import Struct

from quen.partners.model.errors import (
    SignatureComponentsMissingError,
    SignatureExpiredError,
    SignatureMalformedError,
    SignatureParamsMissingError,
)
from quen.partners.model.keys import Algorithm
from quen.partners.model.request import SignedRequest
from quen.requests import DuplicateHeaderError

TAG = "loyalty-partner-v1"
LABEL = "sig1"
CREATED_AGE_SECONDS_MAX = 300
CREATED_AHEAD_SECONDS_MAX = 60
LIFETIME_SECONDS_MAX = 300
COMPONENTS_MAX = 16
NONCE = re.compile(r"[A-Za-z0-9_=-]{16,128}")

REQUEST_COMPONENTS = ("@method", "@authority", "@path")
BODY_COMPONENTS = ("content-type", "content-digest")
IDEMPOTENCY_COMPONENT = "idempotency-key"
REQUIRED_PARAMETERS = ("created", "expires", "keyid", "nonce", "tag")
OPTIONAL_PARAMETERS = ("alg",)

SIGNATURE_BYTES: Mapping[Algorithm, int] = MappingProxyType(
    {Algorithm.HMAC_SHA256: 32, Algorithm.ED25519: 64, Algorithm.ECDSA_P256_SHA256: 64}
)

_FIELD_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_NEVER_COVERED = frozenset({"signature", "signature-input"})
_INTEGER_PARAMETERS = frozenset({"created", "expires"})


class Component(Struct, frozen=True):
    """One covered part of the request. A component with parameters (`;sf`, `;key=`, `;req`) is another component."""

    name: str
    has_parameters: bool = False


class ParsedSignature(Struct, frozen=True):
    """The one signature under our tag. The texts are its two dictionary members, written the one canonical way.

    `is_canonical` says that the signature's bytes were spelled in base64 the one right way.
    """

    components: Sequence[Component]
    parameters: Mapping[str, object]
    value: bytes
    input_text: str
    value_text: str
    is_canonical: bool = True


class SignatureParameters(Struct, frozen=True):
    """The parameters, each of its type. `created` and `expires` are Unix seconds; `algorithm` is what was claimed."""

    created: int
    expires: int
    key_id: str
    nonce: str
    algorithm: str | None


def required_components(request: SignedRequest) -> tuple[str, ...]:
    """What a signature of this request must cover at least."""
    body = BODY_COMPONENTS if request.body else ()
    idempotency = (IDEMPOTENCY_COMPONENT,) if IDEMPOTENCY_COMPONENT in request.headers else ()
    return REQUEST_COMPONENTS + body + idempotency


def accept_signature(request: SignedRequest) -> str:
    """The `Accept-Signature` that asks for a signature which would do (RFC 9421, section 5.1)."""
    components = " ".join(f'"{name}"' for name in required_components(request))
    return f'{LABEL}=({components});created;expires;tag="{TAG}"'


def check_components(signature: ParsedSignature, request: SignedRequest) -> None:
    """Everything required is covered, once and plainly, and everything covered is there."""
    plain = {component.name for component in signature.components if not component.has_parameters}
    missing = [name for name in required_components(request) if name not in plain]
    if missing:
        raise SignatureComponentsMissingError(f"The signature must cover: {', '.join(missing)}.")
    if len(signature.components) > COMPONENTS_MAX:
        raise SignatureMalformedError(f"A signature covers at most {COMPONENTS_MAX} components.")
    if len(plain) != len(signature.components):
        raise SignatureMalformedError("Each component is covered once, and without parameters.")
    for name in plain.difference(REQUEST_COMPONENTS):
        _check_field(name, request)


def read_parameters(signature: ParsedSignature) -> SignatureParameters:
    """The typed parameters, once none is missing, unknown, of another type or of another shape."""
    given = signature.parameters
    missing = [name for name in REQUIRED_PARAMETERS if name not in given]
    if missing:
        raise SignatureParamsMissingError(f"The signature lacks: {', '.join(missing)}.")
    if not set(given) <= {*REQUIRED_PARAMETERS, *OPTIONAL_PARAMETERS}:
        raise SignatureMalformedError("The signature has a parameter that the profile does not know.")
    for name, value in given.items():
        # `bool` is an `int`, and `;created` without a value is True: only the exact type will do.
        if type(value) is not (int if name in _INTEGER_PARAMETERS else str):
            raise SignatureMalformedError(f"The parameter {name} has the wrong type.")
    parameters = SignatureParameters(
        created=_integer(given["created"]),
        expires=_integer(given["expires"]),
        key_id=str(given["keyid"]),
        nonce=str(given["nonce"]),
        algorithm=str(given["alg"]) if "alg" in given else None,
    )
    if NONCE.fullmatch(parameters.nonce) is None:
        raise SignatureMalformedError("A nonce has 16 to 128 characters of A-Z, a-z, 0-9, _, = and -.")
    return parameters


def check_window(parameters: SignatureParameters, now: datetime) -> None:
    """`now-300 ≤ created ≤ now+60` and `now ≤ expires ≤ created+300`, in whole seconds."""
    second = int(now.timestamp())
    created, expires = parameters.created, parameters.expires
    is_created_in_time = second - CREATED_AGE_SECONDS_MAX <= created <= second + CREATED_AHEAD_SECONDS_MAX
    is_unexpired = second <= expires <= created + LIFETIME_SECONDS_MAX
    if not is_created_in_time:
        raise SignatureExpiredError("The signature was created too long ago, or in the future.")
    if not is_unexpired:
        raise SignatureExpiredError(f"The signature is past, or lives longer than {LIFETIME_SECONDS_MAX} seconds.")


def claimed_algorithms(signature: ParsedSignature, parameters: SignatureParameters) -> frozenset[Algorithm]:
    """By which algorithms it can have been made, as far as the request tells: those of its length, and of `alg` where given.

    They decide what work a request makes, so that this never depends on which key it names.
    """
    fitting = (algorithm for algorithm, length in SIGNATURE_BYTES.items() if len(signature.value) == length)
    return frozenset(algorithm for algorithm in fitting if parameters.algorithm in {None, str(algorithm)})


def _check_field(name: str, request: SignedRequest) -> None:
    if _FIELD_NAME.fullmatch(name) is None or name in _NEVER_COVERED:
        raise SignatureMalformedError("The signature covers a component that the profile does not know.")
    values = request.headers.get(name, ())
    if not values:
        raise SignatureComponentsMissingError("The signature covers a header that was not sent.")
    if len(values) > 1:
        raise DuplicateHeaderError("A header that the signature covers appears twice.")


def _integer(value: object) -> int:
    if not isinstance(value, int):
        raise SignatureMalformedError
    return value

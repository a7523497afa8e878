"""Why a signed request is refused before anyone looks at what it asks for.

    QuenError
    ├── HeadersTooLargeError              headers_too_large (431)            more than 16 KB of them
    ├── PathNotCanonicalError             path_not_canonical (400)           a path with a second spelling
    ├── QueryNotAllowedError              query_not_allowed (400)            a query string, which cannot be signed here
    ├── SignatureMalformedError           signature_malformed (400)          not a signature of the profile
    ├── ContentDigestMalformedError       content_digest_malformed (400)     not an RFC 9530 field
    ├── ContentDigestUnsupportedError     content_digest_unsupported (400)   neither sha-256 nor sha-512
    ├── ContentDigestMismatchError        content_digest_mismatch (400)      not the digest of this body
    └── UnauthenticatedError              every 401; carries the value of the header `Accept-Signature`
        ├── SignatureMissingError             signature_missing
        ├── SignatureComponentsMissingError   signature_components_missing
        ├── SignatureParamsMissingError       signature_params_missing
        ├── SignatureExpiredError             signature_expired
        ├── SignatureInvalidError             signature_invalid
        └── SignatureReplayedError            signature_replayed

`quen.requests` has those that an unsigned request can get as well. The status in brackets is what `quen.http.problems`
answers; a 401 answers `accept_signature` in `Accept-Signature`
(https://www.rfc-editor.org/rfc/rfc9421#section-5).
"""

from __future__ import annotations

from quen.errors import QuenError


class HeadersTooLargeError(QuenError):
    code = "headers_too_large"
    title = "The headers are too large"


class PathNotCanonicalError(QuenError):
    code = "path_not_canonical"
    title = "The path has another spelling"


class QueryNotAllowedError(QuenError):
    code = "query_not_allowed"
    title = "This API takes no query string"


class SignatureMalformedError(QuenError):
    code = "signature_malformed"
    title = "The signature does not follow the profile"


class ContentDigestMalformedError(QuenError):
    code = "content_digest_malformed"
    title = "Content-Digest cannot be read"


class ContentDigestUnsupportedError(QuenError):
    code = "content_digest_unsupported"
    title = "Content-Digest needs sha-256 or sha-512"


class ContentDigestMismatchError(QuenError):
    code = "content_digest_mismatch"
    title = "Content-Digest is not that of the body"


class UnauthenticatedError(QuenError):
    """The caller did not prove who it is. `accept_signature` says what would (RFC 9421, section 5.1)."""

    code = "signature_invalid"
    title = "The signature is not valid"
    accept_signature: str = ""


class SignatureMissingError(UnauthenticatedError):
    code = "signature_missing"
    title = "The request is not signed"


class SignatureComponentsMissingError(UnauthenticatedError):
    code = "signature_components_missing"
    title = "The signature does not cover enough of the request"


class SignatureParamsMissingError(UnauthenticatedError):
    code = "signature_params_missing"
    title = "The signature lacks a parameter"


class SignatureExpiredError(UnauthenticatedError):
    code = "signature_expired"
    title = "The signature is not valid at this time"


class SignatureInvalidError(UnauthenticatedError):
    """Says the same for an unknown key, a revoked key and a wrong signature, so that nobody learns which keys exist."""

    code = "signature_invalid"
    title = "The signature is not valid"


class SignatureReplayedError(UnauthenticatedError):
    code = "signature_replayed"
    title = "This signature was used before; sign every attempt anew"

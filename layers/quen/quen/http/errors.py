"""What the transport refuses before, or beside, the domain: grown from `QuenError`, one class a code.

QuenError
├── TransportError                    the request cannot be read as this API wants it (more of these: `quen.requests`)
│   ├── MalformedJsonError            not one strict JSON value
│   ├── IdempotencyKeyMissingError    the route moves value and needs the header
│   ├── IdempotencyKeyInvalidError    neither a token nor a quoted one of 1 to 255 characters
│   ├── CursorInvalidError            not a cursor that this caller got from this list
│   ├── MethodNotAllowedError         the path exists, the method does not; knows the `Allow` header
│   └── UnsupportedMediaTypeError     a body that is not application/json in UTF-8
└── TokenError                        who is asking is not known
    ├── TokenMissingError             no bearer token
    ├── TokenInvalidError             a token that proves nothing here
    └── TokenExpiredError             a token that was good once
"""

from __future__ import annotations

from collections.abc import Iterable

from quen.errors import QuenError


class TransportError(QuenError):
    code = "bad_request"
    title = "The request cannot be read"


class MalformedJsonError(TransportError):
    code = "malformed_json"
    title = "The body is not strict JSON"


class IdempotencyKeyMissingError(TransportError):
    code = "idempotency_key_missing"
    title = "The header Idempotency-Key is missing"


class IdempotencyKeyInvalidError(TransportError):
    code = "idempotency_key_invalid"
    title = "The header Idempotency-Key is not valid"


class CursorInvalidError(TransportError):
    code = "cursor_invalid"
    title = "The cursor is not valid for this list"


class MethodNotAllowedError(TransportError):
    code = "method_not_allowed"
    title = "The path does not know this method"

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        super().__init__()
        self.allow = ", ".join(sorted(allowed))


class UnsupportedMediaTypeError(TransportError):
    code = "unsupported_media_type"
    title = "A body is application/json in UTF-8"


class TokenError(QuenError):
    code = "token_invalid"
    title = "The token is not valid"


class TokenMissingError(TokenError):
    code = "token_missing"
    title = "The request carries no bearer token"


class TokenInvalidError(TokenError):
    code = "token_invalid"
    title = "The token is not valid"


class TokenExpiredError(TokenError):
    code = "token_expired"
    title = "The token has expired"

"""What every API asks of a request, signed or not, and refuses alike: below `quen.http` and the partners' own checks.

QuenError
├── BodyTooLargeError       body_too_large (413)      over BODY_BYTES_MAX
├── DuplicateHeaderError    duplicate_header (400)    a header that decides something came twice
└── RateLimitedError        rate_limited (429)        too many requests from this caller; knows when to come back
"""

from __future__ import annotations

from quen.errors import QuenError

BODY_BYTES_MAX = 128 * 1024


class BodyTooLargeError(QuenError):
    """Its sentence names the limit."""

    code = "body_too_large"
    title = "The body is too large"

    def __init__(self) -> None:
        super().__init__(f"A body may have {BODY_BYTES_MAX} bytes.")


class DuplicateHeaderError(QuenError):
    """Two readers could read two values."""

    code = "duplicate_header"
    title = "A header that may appear once appears twice"


class RateLimitedError(QuenError):
    """`retry_after_seconds` goes into the header `Retry-After`."""

    code = "rate_limited"
    title = "Too many requests"
    retryable = True

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


def refuse_oversize(body: bytes) -> None:
    """Raises BodyTooLargeError over the limit, before anything is read of the body."""
    if len(body) > BODY_BYTES_MAX:
        raise BodyTooLargeError

"""A signed request as it arrived, and what is refused before its signature is even read: sizes, doubles, spellings.

Rule: a value that a signature covers has exactly one spelling and one place in the request. Whatever two readers could
read in two ways (a header sent twice, a path with an escape, a query that the gateway decodes) is refused, not repaired.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import force_setattr

from quen.partners.model.errors import HeadersTooLargeError, PathNotCanonicalError, QueryNotAllowedError
from quen.requests import DuplicateHeaderError, refuse_oversize

HEADERS_BYTES_MAX = 16 * 1024
PATH_CHARACTERS_MAX = 1024

SINGLE_HEADERS = frozenset(
    {
        "authorization",
        "content-digest",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "host",
        "idempotency-key",
        "signature",
        "signature-input",
        "transfer-encoding",
    }
)

# Some gateways join a header's lines with a comma before anyone can count them. None of these holds one by itself.
COMMALESS_HEADERS = frozenset({"content-length", "content-type", "host", "idempotency-key"})
# These are lists of `name=value`: joined lines show as a name that comes twice. Signature-Input may hold commas inside
# its strings, so its doubles are found when it is parsed.
MEMBER_HEADERS = frozenset({"content-digest", "signature"})

# Segments of RFC 3986's unreserved characters and the sub-delimiters that no server gives a meaning of its own. There is
# no "%", so nothing can be spelled twice; no ";", which some servers cut off; no empty segment, so no "//" either.
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,=:@-]+)+")


class SignedRequest(Struct, frozen=True):
    """`headers` keeps every value of every header; its names are folded to lower case here, so that doubles show.

    `authority` and `path` come from the stack and the gateway, never from a header. `body` is the raw bytes, `has_query`
    says that there was a query string, whatever it held.
    """

    method: str
    authority: str
    path: str
    headers: Mapping[str, Sequence[str]]
    body: bytes = b""
    has_query: bool = False

    def __post_init__(self) -> None:
        folded: dict[str, tuple[str, ...]] = {}
        for name, values in self.headers.items():
            folded[name.lower()] = folded.get(name.lower(), ()) + tuple(value.strip(" \t") for value in values)
        force_setattr(self, "headers", folded)

    def find_header(self, name: str) -> str | None:
        """The first value of that header (lower case), or None. Single headers have no second one once checked."""
        values = self.headers.get(name)
        return values[0] if values else None


def check_envelope(request: SignedRequest) -> None:
    """Sizes, duplicate headers, path, query: in this order, each with its own error."""
    _check_sizes(request)
    _check_duplicates(request)
    _check_path(request.path)
    if request.has_query:
        raise QueryNotAllowedError


def _check_sizes(request: SignedRequest) -> None:
    lines = ((name, value) for name, values in request.headers.items() for value in values)
    if sum(len(name) + len(value.encode(errors="surrogatepass")) for name, value in lines) > HEADERS_BYTES_MAX:
        raise HeadersTooLargeError(f"All headers together may have {HEADERS_BYTES_MAX} bytes.")
    refuse_oversize(request.body)


def _check_duplicates(request: SignedRequest) -> None:
    is_doubled = any(len(request.headers.get(name, ())) > 1 for name in SINGLE_HEADERS)
    is_joined = any("," in (request.find_header(name) or "") for name in COMMALESS_HEADERS)
    if is_doubled or is_joined or any(_repeats_member(request.find_header(name)) for name in MEMBER_HEADERS):
        raise DuplicateHeaderError


def _repeats_member(value: str | None) -> bool:
    names = [member.partition("=")[0].strip() for member in (value or "").split(",")]
    return len(set(names)) < len(names)


def _check_path(path: str) -> None:
    is_canonical = (
        len(path) <= PATH_CHARACTERS_MAX
        and _PATH.fullmatch(path) is not None
        and not any(segment in {".", ".."} for segment in path.split("/"))
    )
    if not is_canonical:
        raise PathNotCanonicalError("A path has no escapes, empty or dot segments, trailing slash or rare characters.")

"""A request as API Gateway hands it over (payload 1.0: REST and HTTP API alike), read once, with nothing lost or repaired.

The gateway and the framework keep the last of several equal headers and decode the query: what decides something is
read from `multiValueHeaders`, and the body from its raw bytes.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from quen.errors import QuenError
from quen.http.errors import UnsupportedMediaTypeError
from quen.requests import DuplicateHeaderError

SINGLE_HEADERS = ("authorization", "content-type", "content-length", "idempotency-key")

# What a gateway that hands over texts puts in place of bytes that are no UTF-8; and what no UTF-8 can hold.
_REPLACEMENT, _HALF_A_PAIR = "\ufffd", "\udcff"

_JSON = "application/json"
_CHARSETS = frozenset({"charset=utf-8", 'charset="utf-8"'})


class GatewayRequest(Struct, frozen=True):
    """One request. Header names are lower case; `path` is the path with the stage, `template` that of the route.

    `authorizer` is what the authorizer says about the caller; empty where there is none. `tellers` make headers that its answer
    has whatever becomes of it; they are asked when it is done. `watchers` are shown what it is refused with, and may refuse it
    with something else.
    """

    method: str
    template: str
    path: str
    domain: str
    request_id: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    body: bytes = b""
    authorizer: Mapping[str, Any] = field(default_factory=dict)
    tellers: list[Callable[[], Mapping[str, str]]] = field(default_factory=list)
    watchers: list[Callable[[QuenError], None]] = field(default_factory=list)

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> GatewayRequest:
        """The request of a Lambda proxy event."""
        context: Mapping[str, Any] = event.get("requestContext") or {}
        return cls(
            method=context.get("httpMethod", ""),
            template=context.get("resourcePath", ""),
            path=context.get("path", ""),
            domain=context.get("domainName", ""),
            request_id=context.get("requestId", ""),
            parameters=event.get("pathParameters") or {},
            headers=_headers(event),
            query=_query(event),
            body=_raw_body(event),
            authorizer=context.get("authorizer") or {},
        )

    def find_header(self, name: str) -> str | None:
        """The value of a header (lower case), the first where there are several."""
        values = self.headers.get(name)
        return values[0] if values else None


def refuse_duplicate_headers(request: GatewayRequest) -> None:
    """Headers that decide something come once. A gateway may have joined two of them with a comma."""
    for name in SINGLE_HEADERS:
        values = request.headers.get(name, ())
        if len(values) > 1 or any(", " in value for value in values):
            raise DuplicateHeaderError


def require_json(request: GatewayRequest) -> None:
    """A body says that it is application/json, and if it names a charset, that one is UTF-8."""
    kind, *parameters = (part.strip().lower() for part in (request.find_header("content-type") or "").split(";"))
    if kind != _JSON or not _CHARSETS.issuperset(parameters):
        raise UnsupportedMediaTypeError


def _headers(event: Mapping[str, Any]) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, values in (event.get("multiValueHeaders") or {}).items():
        headers.setdefault(name.lower(), []).extend(values)
    return headers


def _query(event: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    # A query that is told in the poorer form alone is a query all the same: where none is allowed, none slips by.
    single: Mapping[str, str] = event.get("queryStringParameters") or {}
    return event.get("multiValueQueryStringParameters") or {name: [value] for name, value in single.items()}


def _raw_body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        return base64.b64decode(body)
    text = str(body)
    # An HTTP API gives JSON as a text: whether this character was sent, only a digest could tell. Without one, it was not.
    if _REPLACEMENT in text and "content-digest" not in _headers(event):
        text = text.replace(_REPLACEMENT, _HALF_A_PAIR)
    # Half a surrogate pair cannot be UTF-8: it is kept, so that the parser refuses it.
    return text.encode(errors="surrogatepass")

"""A gateway in front of one API's handler, as a WSGI app: routes, authorizer, signer.

It stands for what the deployed stack has around the functions, so that a tool which speaks HTTP can be let loose on them
in one process. The credentials `VALID` open the door; any other are passed on as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

from gateway_events import make_event, member_claims, staff_claims
from served import Served, find_route

OPENAPI = Path(__file__).parents[1] / "infra/openapi"
VALID = "valid"

StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Gateway:
    """WSGI app of one API. What it is in front of (`served`) is given to it before the first request."""

    served: Served

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        event = self._event(environ, path)
        shape = self.served.app(self._name, event)(event, None)
        headers = [(name, str(value)) for name, value in shape["headers"].items()]
        start_response(f"{shape['statusCode']} Answer", headers)
        return [shape["body"].encode()]

    def _event(self, environ: Mapping[str, Any], path: str) -> dict[str, Any]:
        api = self.served.apps[self._name]
        template, parameters = find_route(api, path)
        headers = _headers(environ)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if self._name == "partner" and headers.get("signature") == VALID:
            key = headers.get("idempotency-key")
            signed = self.served.sign(
                environ["REQUEST_METHOD"], quote(path), body, headers.get("content-type", ""), key
            )
            headers = {name: value for name, value in headers.items() if name != "signature"} | signed
        return make_event(
            environ["REQUEST_METHOD"],
            template,
            body=body or None,
            headers=headers,
            query=parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True),
            parameters=parameters,
            authorizer=self._claims(headers),
        )

    def _claims(self, headers: Mapping[str, str]) -> dict[str, str] | None:
        if self._name == "partner":
            return None
        authorization = headers.get("authorization", "")
        if authorization != f"Bearer {VALID}":
            return {"refusal": "token_invalid" if authorization else "token_missing"}
        return staff_claims() if self._name == "admin" else member_claims()


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    sent = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    if content_type := environ.get("CONTENT_TYPE"):
        sent["content-type"] = content_type
    return sent

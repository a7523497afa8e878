"""Pages for a person's browser, where the caller has nothing but a link: HTML out, a form in, nobody signed in.

A page is an endpoint like any other (declared once, one line in the log), but for this: whatever hangs on its address as a
query is not looked at, because mail programs and networks add to links; and what no page can name is answered by the handler,
as a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from chalice.app import Response
from msgspec import Struct

from quen.errors import QuenError
from quen.http.endpoint import SECURE, Call, Endpoint, Headers, Nothing, Resource, respond
from quen.http.forms import read_form
from quen.http.gateway import GatewayRequest, refuse_duplicate_headers
from quen.http.validation import parse_body
from quen.log_lines import say
from quen.requests import refuse_oversize

LANGUAGES_MAX = 10
SAFE = {
    **SECURE,
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}

_LANGUAGE = re.compile(r"\s*([A-Za-z]{2,3})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([01](?:\.[0-9]{1,3})?)\s*)?")


class Page(Struct, frozen=True):
    """An answer to be looked at."""

    html: str
    status: int = 200


class Visitor(Struct, frozen=True):
    """Whoever has the link: the languages that their browser asks for, the most wanted first."""

    languages: tuple[str, ...]


PageHandler = Callable[..., Page]


class Pages(Resource[Visitor]):
    """The pages of one resource."""

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name, recognise_visitor)

    def page(
        self, method: str, path: str, *, body: type[Any] = Nothing, errors: Sequence[type[QuenError]] = ()
    ) -> Callable[[PageHandler], PageHandler]:
        """Declare a page; `body` is the form. The handler is given a `Call[Visitor, …]`."""

        def declare(handler: PageHandler) -> PageHandler:
            endpoint = Endpoint(
                method, path, handler, "", str, 200, body, Nothing, errors, needs_key=False, is_page=True
            )
            self.endpoints.append(endpoint)

            def view(**_path: str) -> Response:
                request = GatewayRequest.of(self.current_request.to_original_event())
                return respond(request, lambda: _show(endpoint, handler, request))

            self.route(path, methods=[method], content_types=[], name=handler.__name__)(view)
            return handler

        return declare


def languages_of(header: str | None) -> tuple[str, ...]:
    """The languages of `Accept-Language` (`vi-VN,vi;q=0.9,en;q=0.8`), without their regions, the most wanted first."""
    wanted: dict[str, str] = {}
    for part in (header or "").split(",")[:LANGUAGES_MAX]:
        if match := _LANGUAGE.fullmatch(part):
            wanted.setdefault(match[1].lower(), match[2] or "1")
    # Qualities lie between 0 and 1, so they sort as texts do.
    return tuple(sorted(wanted, key=lambda language: wanted[language], reverse=True))


def recognise_visitor(request: GatewayRequest, _action: str = "") -> Visitor:
    """Anybody."""
    say(caller="visitor")
    return Visitor(languages_of(request.find_header("accept-language")))


def _show(declared: Endpoint, handler: PageHandler, request: GatewayRequest) -> Response:
    refuse_oversize(request.body)
    refuse_duplicate_headers(request)
    form = Nothing() if declared.body is Nothing else parse_body(read_form(request), declared.body)
    call = Call(recognise_visitor(request), form, request_id=request.request_id)
    page = handler(call, **request.parameters)
    headers: Headers = {**SAFE}
    return Response(page.html, headers, page.status)

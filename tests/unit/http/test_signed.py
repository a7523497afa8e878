"""What was signed is read from the gateway's own account of a request, never from what the caller says of it."""

from __future__ import annotations

from typing import Any

import pytest

from gateway_events import make_event
from quen.http.gateway import GatewayRequest
from quen.http.signed import signed_request

LIES = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "Forwarded": "host=evil.example",
    "X-HTTP-Method-Override": "DELETE",
    "X-Original-URL": "/live/v1/redemptions",
    "X-Rewrite-URL": "/live/v1/redemptions",
}


def signed(event: dict[str, Any], authority: str = "") -> tuple[str, str, str, bool]:
    request = signed_request(GatewayRequest.of(event), authority)
    return request.method, request.authority, request.path, request.has_query


def test_the_method_the_host_and_the_path_are_the_gateway_s_whatever_a_header_says() -> None:
    event = make_event("GET", "/v1/purchases/{purchase_id}", parameters={"purchase_id": "r-1"}, headers=LIES)
    assert signed(event) == ("GET", "api.example.com", "/live/v1/purchases/r-1", False)


def test_the_stack_s_own_name_goes_before_the_gateway_s() -> None:
    assert signed(make_event(headers=LIES), "points.example.com")[1] == "points.example.com"


def test_the_path_has_the_stage_and_the_event_s_other_path_does_not_count() -> None:
    event = make_event("GET", "/v1/partner", stage="test") | {"path": "/v1/redemptions", "httpMethod": "DELETE"}
    assert signed(event) == ("GET", "api.example.com", "/test/v1/partner", False)


@pytest.mark.parametrize("form", ["multiValueQueryStringParameters", "queryStringParameters"])
@pytest.mark.parametrize("value", ["1", ""])
def test_a_query_shows_in_whichever_form_the_gateway_tells_it(form: str, value: str) -> None:
    event = make_event() | {form: {"x": [value] if form.startswith("multi") else value}}
    assert signed(event)[3]


@pytest.mark.parametrize("form", ["multiValueQueryStringParameters", "queryStringParameters"])
@pytest.mark.parametrize("empty", [None, {}])
def test_without_one_there_is_none(form: str, empty: object) -> None:
    assert not signed(make_event() | {form: empty})[3]


def test_headers_keep_every_line() -> None:
    event = make_event(headers={"Signature": ["a", "b"], "signature": "c"})
    assert signed_request(GatewayRequest.of(event), "").headers["signature"] == ("a", "b", "c")

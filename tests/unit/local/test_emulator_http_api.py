"""What the emulator's HTTP APIs send, which must be what AWS's send: payload 1.0, read by our own reader of requests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from local.emulator_http_api import HttpApiRequest, payload_1_0, speaking_1_0
from quen.http.gateway import GatewayRequest

REQUEST = HttpApiRequest(
    api_id="a1b2c3d4",
    stage="$default",
    route_key="ANY /v1/purchases/{purchase_id}/returns",
    method="POST",
    path="/v1/purchases/p-1/returns",
    headers={"content-type": "application/json", "host": "partners.example.com"},
    query={},
    parameters={"purchase_id": "p-1"},
    body=b"{}",
)


def read(request: HttpApiRequest) -> GatewayRequest:
    return GatewayRequest.of(payload_1_0(request, "request-1"))


def test_it_is_read_as_a_rest_apis_event_is():
    assert read(REQUEST) == GatewayRequest(
        method="POST",
        template="/v1/purchases/{purchase_id}/returns",
        path="/v1/purchases/p-1/returns",
        domain="partners.example.com",
        request_id="request-1",
        parameters={"purchase_id": "p-1"},
        headers={"content-type": ["application/json"], "host": ["partners.example.com"]},
        query={},
        body=b"{}",
        authorizer={"claims": None, "scopes": None},
    )


def test_a_stage_with_a_name_stands_in_the_path_and_the_default_stage_does_not():
    assert read(replace(REQUEST, stage="live")).path == "/live/v1/purchases/p-1/returns"


def test_what_no_route_is_comes_under_no_path():
    assert read(replace(REQUEST, route_key="$default")).template == "$default"


def test_a_query_keeps_all_values_of_a_name():
    assert read(replace(REQUEST, query={"limit": ["1", "2"]})).query == {"limit": ["1", "2"]}


@pytest.mark.parametrize(
    ("content_type", "is_text"),
    [
        ("application/json; charset=utf-8", True),
        ("text/plain", True),
        ("application/x-www-form-urlencoded", False),
        ("", False),
    ],
)
def test_texts_come_as_texts_and_all_else_in_base64_and_both_are_read_as_the_same_bytes(
    content_type: str, is_text: bool
):
    request = replace(REQUEST, headers={"content-type": content_type}, body="tích điểm".encode())
    assert payload_1_0(request, "request-1")["isBase64Encoded"] is not is_text
    assert read(request).body == "tích điểm".encode()


def test_bytes_that_are_no_utf_8_are_lost_on_the_way_and_so_never_read_as_a_text():
    with pytest.raises(UnicodeDecodeError):
        read(replace(REQUEST, body=b'{"name": "\xff"}')).body.decode()


def test_a_digest_tells_what_was_sent_and_decides_later():
    sent = '{"name": "\ufffd"}'.encode()
    assert read(replace(REQUEST, headers={**REQUEST.headers, "content-digest": "sha-256=:x:"}, body=sent)).body == sent


def ask(integration: Mapping[str, Any], proxied: Mapping[str, Any] | None) -> tuple[int, Mapping[str, Any], bytes]:
    async def call(_uri: str, _event: Mapping[str, Any], _owner: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return proxied

    async def otherwise(*_asked: object, **_owner: object) -> tuple[int, dict[str, Any], bytes]:
        return 200, {}, b"payload 2.0"

    invoke = speaking_1_0(otherwise, call)
    return asyncio.run(invoke({"integrationUri": "arn", **integration}, "a", "$default", "/", "GET", {}, b"", None))


def test_a_function_s_answer_is_passed_on():
    proxied = {"statusCode": 201, "headers": {"A": "1"}, "multiValueHeaders": {"B": ["2", "3"]}, "body": "{}"}
    assert ask({"payloadFormatVersion": "1.0"}, proxied) == (201, {"A": "1", "B": ["2", "3"]}, b"{}")


def test_where_a_function_fails_the_gateway_speaks_in_its_own_words():
    assert ask({"payloadFormatVersion": "1.0"}, None)[::2] == (500, b'{"message":"Internal Server Error"}')


def test_other_integrations_are_left_to_the_emulator():
    assert ask({"payloadFormatVersion": "2.0"}, None)[2] == b"payload 2.0"

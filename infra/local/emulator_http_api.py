"""Lets the emulator's HTTP APIs send what their integrations ask for: it knows payload 2.0 alone, and ours say 1.0.

Runs inside the emulator.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

# Bodies of these types are handed over as texts, all others in base64.
TEXTS = frozenset({"application/json", "application/javascript", "application/xml"})
DEFAULT_STAGE, DEFAULT_ROUTE = "$default", "$default"

Answer = tuple[int, dict[str, Any], bytes]
Invoke = Callable[..., Awaitable[Answer]]
Call = Callable[[str, Mapping[str, Any], Mapping[str, Any]], Awaitable[Mapping[str, Any] | None]]


@dataclass(frozen=True, slots=True)
class HttpApiRequest:
    """What an HTTP API was asked. `path` has no stage; `query` has all values of a name."""

    api_id: str
    stage: str
    route_key: str
    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, list[str]]
    parameters: Mapping[str, str]
    body: bytes


def payload_1_0(request: HttpApiRequest, request_id: str) -> dict[str, Any]:
    """The event of payload 1.0. A stage of its own name stands in the path, `$default` does not."""
    stage = "" if request.stage == DEFAULT_STAGE else f"/{request.stage}"
    _, _, template = request.route_key.rpartition(" ")
    body, is_base64 = _body(request)
    return {
        "version": "1.0",
        "resource": template,
        "path": stage + request.path,
        "httpMethod": request.method,
        "headers": dict(request.headers),
        "multiValueHeaders": {name: [value] for name, value in request.headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in request.query.items()} or None,
        "multiValueQueryStringParameters": dict(request.query) or None,
        "pathParameters": dict(request.parameters) or None,
        "stageVariables": None,
        "requestContext": {
            "apiId": request.api_id,
            "authorizer": {"claims": None, "scopes": None},
            # The name that the request came by: AWS answers no other.
            "domainName": request.headers.get("host", ""),
            "httpMethod": request.method,
            "identity": {"sourceIp": "127.0.0.1", "userAgent": request.headers.get("user-agent", "")},
            "path": stage + request.path,
            "protocol": "HTTP/1.1",
            "requestId": request_id,
            "resourceId": None,
            "resourcePath": template,
            "stage": request.stage,
        },
        "body": body,
        "isBase64Encoded": is_base64,
    }


def _body(request: HttpApiRequest) -> tuple[str | None, bool]:
    if not request.body:
        return None, False
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith("text/") or kind in TEXTS:
        return request.body.decode(errors="replace"), False
    return base64.b64encode(request.body).decode(), True


def speaking_1_0(otherwise: Invoke, call: Call) -> Invoke:
    """The emulator's own way to invoke a function, but for integrations of payload 1.0, whose event is made here.

    `call` is given the integration's URI, the event, and what the emulator knows of the API's owner.
    """

    async def invoke(
        integration: Mapping[str, Any],
        api_id: str,
        stage: str,
        path: str,
        method: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, list[str]] | None,
        route_key: str = DEFAULT_ROUTE,
        parameters: Mapping[str, str] | None = None,
        **owner: Any,
    ) -> Answer:
        if integration.get("payloadFormatVersion") != "1.0":
            asked = api_id, stage, path, method, headers, body, query, route_key, parameters
            return await otherwise(integration, *asked, **owner)
        request = HttpApiRequest(api_id, stage, route_key, method, path, headers, query or {}, parameters or {}, body)
        event = payload_1_0(request, str(uuid.uuid4()))
        return _answer(await call(integration["integrationUri"], event, owner))

    return invoke


def _answer(proxied: Mapping[str, Any] | None) -> Answer:
    """What the client gets: a function's proxy answer, or the gateway's own words where there is none."""
    if proxied is None:
        return 500, {"Content-Type": "application/json"}, b'{"message":"Internal Server Error"}'
    headers = {**(proxied.get("headers") or {}), **(proxied.get("multiValueHeaders") or {})}
    body = str(proxied.get("body") or "").encode()
    return int(proxied["statusCode"]), headers, base64.b64decode(body) if proxied.get("isBase64Encoded") else body


def install() -> None:
    """Into the emulator of this process, before it serves."""
    from ministack.services import apigateway, apigateway_v1

    async def call(uri: str, event: Mapping[str, Any], owner: Mapping[str, Any]) -> Mapping[str, Any] | None:
        function = apigateway._extract_lambda_ref_from_integration_uri(uri)  # noqa: SLF001 - it has no other way in
        scope = {"account_id": owner["owner_account_id"], "region": owner["owner_region"]}
        result, fault = await apigateway_v1._call_lambda_raw(function, event, **scope)  # noqa: SLF001 - as above
        proxied, broken = (None, fault) if fault else apigateway_v1._lambda_proxy_response(result)  # noqa: SLF001 - as above
        return None if broken else proxied

    otherwise = apigateway._invoke_lambda_proxy  # noqa: SLF001 - as above
    apigateway._invoke_lambda_proxy = speaking_1_0(otherwise, call)  # noqa: SLF001 - as above

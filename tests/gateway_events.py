"""Proxy events as API Gateway (REST, v1) makes them, and the answers to them: what the handlers' tests speak."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quen.http.endpoint import SECURE

Headers = Mapping[str, str | Sequence[str]]
UNSAID = ("server", "x-powered-by", "access-control-", "set-cookie", "x-amzn-")
"""What no answer says: what serves it, to which other pages it may be shown, who a browser is."""


@dataclass(frozen=True)
class Answer:
    """A handler's answer, read as a client reads it: header names in lower case, the body parsed."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> str:
        assert self.headers["content-type"] == "application/problem+json", self
        return self.body["code"]


def make_event(
    method: str = "GET",
    template: str = "/v1/things",
    *,
    json_body: object = None,
    body: bytes | None = None,
    headers: Headers | None = None,
    query: Mapping[str, str | Sequence[str]] | None = None,
    parameters: Mapping[str, str] | None = None,
    authorizer: Mapping[str, str] | None = None,
    stage: str = "live",
) -> dict[str, Any]:
    """A valid event by default. `json_body` comes with its content type; `parameters` fill the template's path."""
    raw = json.dumps(json_body).encode() if json_body is not None else body
    sent = {name: _values(value) for name, value in (headers or {}).items()}
    if json_body is not None and not any(name.lower() == "content-type" for name in sent):
        sent["content-type"] = ["application/json"]
    asked = {name: _values(value) for name, value in (query or {}).items()}
    path = template
    for name, value in (parameters or {}).items():
        path = path.replace(f"{{{name}}}", value)
    return {
        "resource": template,
        "path": path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in sent.items()} or None,
        "multiValueHeaders": sent or None,
        "queryStringParameters": {name: values[-1] for name, values in asked.items()} or None,
        "multiValueQueryStringParameters": asked or None,
        "pathParameters": dict(parameters) if parameters else None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": template,
            "httpMethod": method,
            "path": f"/{stage}{path}",
            "stage": stage,
            "requestId": "7c1d2f6e-0000-4000-8000-000000000001",
            "domainName": "api.example.com",
            "identity": {"sourceIp": "127.0.0.1"},
            "authorizer": dict(authorizer) if authorizer is not None else None,
        },
        "body": base64.b64encode(raw).decode() if raw else None,
        "isBase64Encoded": bool(raw),
    }


def member_claims(**changes: str) -> dict[str, str]:
    """What the authorizer says of a proven member-to-be."""
    return {
        "principalId": "login-1",
        "subject": "login-1",
        "issuer": "https://id.example.com",
        "member_id": "",
        "role": "",
        "phone": "+84901234567",
        "email": "lan@example.com",
        "expires_at": "4102444800",
    } | changes


def staff_claims(role: str = "owner", **changes: str) -> dict[str, str]:
    """What the authorizer says of a member of staff."""
    return member_claims(subject="staff-1", role=role, phone="", email="", **changes)


def send(app: Any, event: Mapping[str, Any]) -> Answer:
    """What the client of that request sees."""
    shape = app(event, None)
    assert isinstance(shape["body"], str)
    headers = {name.lower(): value for name, value in shape["headers"].items()}
    assert SECURE.items() <= shape["headers"].items(), "every answer of every route says this"
    assert not [name for name in headers if name.startswith(UNSAID)]
    return Answer(shape["statusCode"], headers, json.loads(shape["body"]))


def _values(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)

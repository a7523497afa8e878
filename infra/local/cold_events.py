"""The first event of each function: for the APIs a request that is answered; for the workers of queues a message about what
stands in the tables (`cold_work`), in the form of their sample; for the others a sample from `events/`.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from local.cold_answers import Event
from local.cold_work import Body, batch_message, intent_message, job_message, report_message, wake_message
from local.deployment import PROJECT
from local.running_stack import RunningStack
from quen.client import Credentials
from quen.client.signing import UnsignedRequest, sign
from quen.clock import WallClock

NEVER_ENDS = "4102444800"
TILL_BODY: Mapping[str, Any] = {
    "member": {"phone": "0901000001"},
    "occurred_at": "2026-11-24T03:00:00Z",
    "total": {"amount": 125_000, "currency": "VND"},
}
SAMPLES = {
    "send_messages": "welcome",
    "send_webhooks": "announced",
    "take_reports": "delivered",
    "publish_events": "purchase",
    "issue_vouchers": "batch",
}
"""Of a worker that is none of a job's: which of its samples."""


def first_event(stack: RunningStack, package: str, entry: str) -> Event:
    """For the function in that package whose handler has that name (`start` and `work` of a job)."""
    requests: Mapping[str, Callable[[RunningStack], Event]] = {
        "mobile_api": _balance,
        "partner_api": lambda found: _signed(found, "/v1/purchases/preview", TILL_BODY),
        "backoffice_api": lambda found: _signed(found, "/v1/events/search", {"limit": 20}),
        "admin_api": lambda _: _staff("/v1/program"),
        "coalition_api": lambda _: _staff("/v1/partners"),
        "authorize": _token,
    }
    if package in requests:
        return requests[package](stack)
    sample: Event = json.loads((PROJECT / f"events/{package}/{SAMPLES.get(package, entry)}.json").read_text("utf-8"))
    body = _message(stack, package, entry)
    return {**sample, "Records": [{**sample["Records"][0], "body": json.dumps(body)}]} if body else sample


def _message(stack: RunningStack, package: str, entry: str) -> Body | None:
    """What the worker's queue brings; None for a function that has none."""
    messages: Mapping[str, Callable[[RunningStack], Body]] = {
        "send_messages": intent_message,
        "send_webhooks": wake_message,
        "take_reports": report_message,
        "issue_vouchers": batch_message,
    }
    if entry == "work":
        return job_message(stack, package.replace("_", "-"))
    return messages[package](stack) if package in messages else None


def _balance(stack: RunningStack) -> Event:
    claims = {"subject": "login", "issuer": "https://id.example", "member_id": stack.members[0]["member_id"]}
    return _request("GET", "/v1/me/account", authorizer={**claims, "role": "", "expires_at": NEVER_ENDS})


def _staff(path: str) -> Event:
    claims = {"subject": "owner", "issuer": "https://id.example", "role": "owner", "expires_at": NEVER_ENDS}
    return _request("GET", path, authorizer=claims)


def _signed(stack: RunningStack, path: str, asked: Mapping[str, Any]) -> Event:
    key = stack.partner
    body = json.dumps(asked).encode()
    unsigned = UnsignedRequest("POST", key.authority, key.path_prefix + path, body)
    credentials = Credentials(key.key_id, key.algorithm, base64.b64decode(key.secret))
    headers = sign(unsigned, credentials, created=int(WallClock().now().timestamp()), nonce=secrets.token_urlsafe(18))
    return _request("POST", path, headers=headers, body=body, prefix=key.path_prefix, domain=key.authority)


def _token(stack: RunningStack) -> Event:
    arn = "arn:aws:execute-api:us-east-1:000000000000:api/live/GET/v1/me/account"
    token = f"Bearer {stack.members[0]['token']}"
    return {"type": "REQUEST", "methodArn": arn, "multiValueHeaders": {"Authorization": [token]}}


def _request(
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    authorizer: Mapping[str, str] | None = None,
    prefix: str = "/live",
    domain: str = "api.example",
) -> Event:
    """A proxy event as API Gateway (REST) makes it."""
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": dict(headers or {}),
        "multiValueHeaders": {name: [value] for name, value in (headers or {}).items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": path,
            "httpMethod": method,
            "path": prefix + path,
            "stage": "live",
            "requestId": "cold",
            "domainName": domain,
            "identity": {"sourceIp": "127.0.0.1"},
            "authorizer": dict(authorizer) if authorizer else None,
        },
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }

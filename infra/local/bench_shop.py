"""The shop of the benchmarks: the demo's program, a till with a key, a member with points, and the requests that they send.

Everything goes through the deployed handlers. DynamoDB is what the caller gives; secrets are in memory, because a function
reads them once.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local.connection import CREDENTIALS, REGION
from quen.bootstrap import Application, application
from quen.client.signing import Credentials, UnsignedRequest, sign
from quen.instants import format_second
from quen.keys import KeyRing
from quen.settings import Settings

AUTHORITY = "api.quen.example"
STAGE = "live"
MASTER = b"a master key of the benchmarks' shop"
GRANTS, GRANTED_AT_ONCE = 5, 20_000  # more at a time needs a second person
ISSUER = "https://id.quen.example"


@dataclass(frozen=True, slots=True)
class Customer:
    """A member, and the till that they buy at: a worker has a pair of its own, as tills have."""

    member_id: str
    phone: str
    credentials: Credentials


@dataclass(slots=True)
class KeptSecrets:
    """Partners' shared secrets, in memory."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def keep(self, key_id: str, secret: bytes) -> None:
        """The secret of a new key."""
        self.kept[key_id] = secret

    def find(self, key_id: str) -> bytes | None:
        """The secret, or None where it was never there."""
        return self.kept.get(key_id)

    def delete(self, key_id: str) -> None:
        """Once or more often."""
        self.kept.pop(key_id, None)


class RefusedError(Exception):
    """The shop's own request was refused: what a benchmark measures must work."""


def open_application(client: Any, tables: Mapping[str, str], kept: KeptSecrets) -> Application:
    """This process's application, over these tables."""
    os.environ |= CREDENTIALS | environment_of(tables)
    application.cache_clear()
    made = application()
    vars(made).update(_dynamodb=client, _key_secrets=kept, keys=KeyRing(MASTER))
    return made


def environment_of(tables: Mapping[str, str]) -> dict[str, str]:
    """What a function with these tables is told; nothing else of a stack is there."""
    queues = {
        name.upper(): f"https://sqs.example/{name}"
        for name in Settings.__struct_fields__
        if name.endswith("_queue_url")
    }
    return queues | {f"{name.upper()}_TABLE": table for name, table in tables.items()} | {
        "AWS_REGION": REGION,
        "ARCHIVE_BUCKET": "quen-archive",
        "EVENT_BUS": "quen",
        "MASTER_KEY_SECRET": "quen/master-key",
        "PARTNER_SECRETS_PREFIX": "quen/partners/",
        "PUBLIC_AUTHORITY": AUTHORITY,
        "TOKEN_ISSUER": ISSUER,
        "TOKEN_AUDIENCE": "quen",
        "TOKEN_JWKS_URL": f"{ISSUER}/jwks.json",
        "POWERTOOLS_SERVICE_NAME": "quen",
    }  # fmt: skip


def found(kept: KeptSecrets, customers: int) -> list[Customer]:
    """Make the program and so many tills with keys and members with points, over the application that is open."""
    from admin_api.app import app as admin  # only a founder needs what staff use
    from local.seed import PROGRAM
    from quen.program.document import read_text

    document, _ = read_text(PROGRAM.read_bytes())
    send(admin, staff_event("PUT", "/v1/program", document))
    return [_win(number, kept) for number in range(customers)]


def _win(number: int, kept: KeptSecrets) -> Customer:
    from admin_api.app import app as admin
    from coalition_api.app import app as coalition
    from mobile_api.app import app as mobile

    partner = send(coalition, staff_event("POST", "/v1/partners", {"name": f"District {number}", "relation": "own"}))
    of_partner = {"partner_id": partner["partner_id"]}
    asked = staff_event("POST", "/v1/partners/{partner_id}/keys", {"algorithm": "hmac-sha256"}, of_partner)
    key_id = send(coalition, asked)["key_id"]
    phone = f"+849012345{number:02}"
    body = {"phone": phone, "consents": []}
    member_id = send(mobile, member_event("POST", "/v1/members", phone, body=body))["member_id"]
    granted = {"points": GRANTED_AT_ONCE, "reason_code": "goodwill", "note": "to buy with"}
    for grant in range(GRANTS):
        key = {"idempotency-key": f"grant-{number}-{grant}"}
        of_member = {"member_id": member_id}
        send(admin, staff_event("POST", "/v1/members/{member_id}/adjustments", granted, of_member, key))
    return Customer(member_id, phone, Credentials(key_id, "hmac-sha256", kept.kept[key_id]))


def send(app: Any, event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer's body. Raises RefusedError."""
    answer = app(event, None)
    if answer["statusCode"] >= 300:
        raise RefusedError(f"{event['httpMethod']} {event['path']} answered {answer['statusCode']} {answer['body']}")
    body: Mapping[str, Any] = json.loads(answer["body"])
    return body


def purchase_body(purchase_id: str, phone: str, amount: int = 137_000) -> Mapping[str, Any]:
    """A bill of three lines, which a member pays who is known by their phone."""
    lines = [
        {"line_id": f"L{number}", "sku": f"sku-{number}", "quantity": 1, "amount": money(part), "category": "coffee"}
        for number, part in enumerate((45_000, 45_000, amount - 90_000), 1)
    ]
    named = {"purchase_id": purchase_id, "store_id": "district-1", "member": {"phone": phone}}
    return {**named, "occurred_at": a_minute_ago(), "total": money(amount), "lines": lines}


def money(amount: int) -> Mapping[str, Any]:
    """So many Dong."""
    return {"amount": amount, "currency": "VND"}


def a_minute_ago() -> str:
    """When goods were sold or brought back."""
    return format_second(datetime.fromtimestamp(time.time_ns() // 10**9, UTC) - timedelta(minutes=1))


def signed_event(
    credentials: Credentials,
    template: str,
    body: object = None,
    parameters: Mapping[str, str] | None = None,
    key: str | None = None,
) -> dict[str, Any]:
    """A till's POST, signed now."""
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    path = filled(template, parameters)
    unsigned = UnsignedRequest("POST", AUTHORITY, f"/{STAGE}{path}", content, idempotency_key=key)
    created = time.time_ns() // 10**9
    headers = sign(unsigned, credentials, created=created, nonce=secrets.token_urlsafe(18))
    return proxy_event("POST", template, content, parameters, headers)


def member_event(method: str, template: str, phone: str, member_id: str = "", body: object = None) -> dict[str, Any]:
    """A member's request, as the authorizer passes it on."""
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    claims = _claims(subject=f"login-{phone}", phone=phone, member_id=member_id)
    return proxy_event(method, template, content, None, {"content-type": "application/json"}, claims)


def staff_event(
    method: str,
    template: str,
    body: object,
    parameters: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """An owner's request."""
    content = json.dumps(body, ensure_ascii=False).encode()
    sent = {"content-type": "application/json", **(headers or {})}
    return proxy_event(method, template, content, parameters, sent, _claims(subject="staff-1", role="owner"))


def proxy_event(
    method: str,
    template: str,
    content: bytes,
    parameters: Mapping[str, str] | None,
    headers: Mapping[str, str],
    claims: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A request as the gateway hands it over, with as many headers as HTTP clients and the gateway make."""
    sent = {f"x-header-{number}": "some value of a usual length" for number in range(8)} | dict(headers)
    path = filled(template, parameters)
    return {
        "resource": template,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": parameters,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": template,
            "httpMethod": method,
            "path": f"/{STAGE}{path}",
            "stage": STAGE,
            "requestId": "7c1d2f6e-0000-4000-8000-000000000001",
            "domainName": AUTHORITY,
            "identity": {"sourceIp": "192.0.2.1"},
            "authorizer": claims,
        },
        "body": base64.b64encode(content).decode("ascii") if content else None,
        "isBase64Encoded": bool(content),
    }


def filled(template: str, parameters: Mapping[str, str] | None) -> str:
    """The path of a route's template."""
    for name, value in (parameters or {}).items():
        template = template.replace(f"{{{name}}}", value)
    return template


def _claims(**said: str) -> Mapping[str, str]:
    nobody = dict.fromkeys(("subject", "member_id", "role", "phone", "email"), "")
    return {"principalId": "login-1", "issuer": ISSUER, "expires_at": "4102444800"} | nobody | said

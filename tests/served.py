"""The three APIs as a client meets them, in one process: real handlers, real use cases, DynamoDB as moto plays it."""

from __future__ import annotations

import base64
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from moto import mock_aws

from aws_calls import Calls
from gateway_events import Answer, Headers, make_event, member_claims, send, staff_claims
from grants import denied
from quen.client.signing import Credentials, UnsignedRequest, sign
from quen.dynamodb import shared_session
from quen.http.answers import Problem
from quen.http.api import Api
from quen.http.openapi import ABOUT, load
from quen.http.problems import STATUSES
from quen.jobs.parking import PARKED_SUFFIX
from quen.program.document.text import read_text
from tables import create_tables, open_mocked

PROGRAM = Path(__file__).with_name("coffee_shop.yaml")
AUTHORITY = "api.example.com"
CONSENTS = [{"purpose": "marketing_email", "granted": True, "text_version": "2026-01"}]


class Served:
    """Speaks to the APIs as a member, as a partner and as staff."""

    def __init__(self) -> None:
        self.apps: dict[str, list[Api]] = {name: load(name) for name in ABOUT}
        self.credentials = Credentials("key_0000000000000000", "hmac-sha256", b"\0" * 32)
        self.calls = Calls()
        self.tables: Mapping[str, str] = {}
        """Their names in the templates, by their own."""

    def mobile(self, method: str, path: str, body: object = None, **changes: Any) -> Answer:
        """As a member: `claims` are what the authorizer says."""
        claims = changes.pop("claims", None) or member_claims()
        return self._send("mobile", self._event("mobile", method, path, body, authorizer=claims, **changes))

    def admin(self, method: str, path: str, body: object = None, *, role: str = "owner", **changes: Any) -> Answer:
        """As staff."""
        return self._send("admin", self._event("admin", method, path, body, authorizer=staff_claims(role), **changes))

    def partner(
        self, method: str, path: str, body: object = None, *, key: str | None = None, nonce: str | None = None
    ) -> Answer:
        """As the till of the partner that was made first, signed."""
        return self._send("partner", self.signed_event(method, path, body, key=key, nonce=nonce))

    def signed_event(
        self, method: str, path: str, body: object = None, *, key: str | None = None, nonce: str | None = None
    ) -> dict[str, Any]:
        """The event of a signed request."""
        event = self._event("partner", method, path, body)
        content = base64.b64decode(event["body"]) if event["body"] else b""
        headers = self.sign(method, path, content, "application/json", key, nonce=nonce)
        event["headers"] = headers
        event["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
        return event

    def sign(
        self, method: str, path: str, content: bytes, content_type: str, key: str | None, *, nonce: str | None = None
    ) -> dict[str, str]:
        """The headers of a signed request, in lower case."""
        unsigned = UnsignedRequest(method, AUTHORITY, f"/live{path}", content, content_type, idempotency_key=key)
        headers = sign(unsigned, self.credentials, created=int(time.time()), nonce=nonce or secrets.token_urlsafe(18))
        return {name.lower(): value for name, value in headers.items()}

    def enrol(self, subject: str = "lan", phone: str = "+84901234567", **body: Any) -> str:
        """A member; answers the id."""
        sent = {"phone": phone, "consents": CONSENTS, **body}
        answer = self.mobile("POST", "/v1/members", sent, claims=member_claims(subject=subject, phone=phone, email=""))
        assert answer.status == 201, answer
        return str(answer.body["member_id"])

    def adjust(self, member_id: str, points: int, key: str = "grant-1") -> Answer:
        """Points given or taken by staff."""
        body = {"points": points, "reason_code": "goodwill", "note": "a test"}
        return self.admin("POST", f"/v1/members/{member_id}/adjustments", body, headers={"Idempotency-Key": key})

    def make_partner(self, name: str = "Cà phê Quen", relation: str = "own") -> str:
        """A partner whose key signs from now on; answers its id."""
        partner_id = self.admin("POST", "/v1/partners", {"name": name, "relation": relation}).body["partner_id"]
        key = self.admin("POST", f"/v1/partners/{partner_id}/keys", {"algorithm": "hmac-sha256"}).body
        self.use_key(key)
        return str(partner_id)

    def use_key(self, key: Mapping[str, Any]) -> None:
        """Sign with that key, as it was issued, from now on."""
        self.credentials = Credentials(key["key_id"], "hmac-sha256", base64.b64decode(key["secret"]))

    def app(self, api: str, event: Mapping[str, Any]) -> Api:
        """The function to which the gateway gives the event; of no route, any: it answers that there is no such thing."""
        apps = self.apps[api]
        return next((app for app in apps if event["resource"] in app.routes), apps[0])

    def send(self, api: str, event: Mapping[str, Any]) -> Answer:
        """The answer to an event as it is, whatever it says."""
        return self._answer(self.app(api, event), event)

    def _answer(self, app: Api, event: Mapping[str, Any]) -> Answer:
        """The answer; all that was asked of AWS for it is what the function's role allows, which no emulator looks at."""
        self.calls.made.clear()
        self.calls.tables = self.tables  # what a test asks by itself is nobody's right
        try:
            answer = send(app, event)
        finally:
            self.calls.tables = {}
        function = "".join(part.title() for part in app.app_name.split("_")) + "Function"
        refused = denied(function, self.calls.made)
        assert not refused, f"the role of {function} does not allow {sorted(refused)}"
        return answer

    def _send(self, api: str, event: Mapping[str, Any]) -> Answer:
        """The answer, held to its declared type: nothing missing, nothing that the contract does not name."""
        method, template = event["requestContext"]["httpMethod"], event["resource"]
        app = self.app(api, event)
        answer = self._answer(app, event)
        for endpoint in app.endpoints:
            if (endpoint.method, endpoint.path) == (method, template) and answer.status < 400:
                assert answer.status in endpoint.statuses
                declared = msgspec.convert(answer.body, endpoint.answer, strict=True)
                assert declared == answer.body or template in {"/v1/program", "/v1/program/rollback"}
        if answer.status >= 400:
            assert msgspec.convert(answer.body, Problem, strict=True) == answer.body
            assert STATUSES[answer.code] == answer.status == answer.body["status"]
        return answer

    def _event(self, api: str, method: str, target: str, body: object, **changes: Any) -> dict[str, Any]:
        url = urlsplit(target)
        template, parameters = find_route(self.apps[api], url.path)
        query = parse_qs(url.query, keep_blank_values=True)
        return make_event(method, template, json_body=body, query=query, parameters=parameters, **changes)


def read_program(**changes: Any) -> dict[str, Any]:
    """The demo program's document, with these members in place of its own. (YAML 1.1 would read the word `on` as true.)"""
    return deepcopy(_demo_program()) | changes


@cache
def _demo_program() -> dict[str, Any]:
    document, faults = read_text(PROGRAM.read_text("utf-8"))
    assert isinstance(document, dict), faults
    return document


def find_route(apps: Sequence[Api], path: str) -> tuple[str, dict[str, str]]:
    """The route's template and the parameters of its path, as the gateway finds them: a fixed segment before a variable."""
    for template in sorted((route for app in apps for route in app.routes), key=lambda known: known.count("{")):
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
        if match := re.fullmatch(pattern, path):
            return template, match.groupdict()
    return path, {}


@contextmanager
def serving(*, with_program: bool = True) -> Iterator[Served]:
    """The APIs over empty tables, with the demo program and a partner."""
    from quen.bootstrap import application

    with mock_aws(), pytest.MonkeyPatch.context() as environment:
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        for name, value in _AWS.items():
            environment.setenv(name, value)
        tables = create_tables(open_mocked())
        # Of the process's own session: another one would read botocore's models again, for every test.
        session: Any = shared_session()
        vault = session.create_client("secretsmanager", region_name="us-east-1")
        vault.create_secret(Name="quen-test/master", SecretString="m" * 64)
        for name, table in tables.items():
            environment.setenv(f"{name.upper()}_TABLE", table)
        application.cache_clear()
        served = Served()
        served.tables = {table: f"{name.title()}Table" for name, table in tables.items()}
        session.register("before-call", served.calls.note)
        if with_program:
            answer = served.admin("PUT", "/v1/program", read_program())
            assert answer.status == 200, answer
            served.make_partner()
        yield served
        session.unregister("before-call", served.calls.note)
    application.cache_clear()


def open_queues() -> Any:
    """Every queue of the stack that parks, with the one beside it where it does; answers the client that made them."""
    from quen.bootstrap import application

    sqs = shared_session().create_client("sqs", region_name="us-east-1")
    for name in application().settings.queue_urls:
        for queue in (name, f"{name}{PARKED_SUFFIX}"):
            sqs.create_queue(QueueName=queue)
    return sqs


_AWS: Mapping[str, str] = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "EVENT_BUS": "quen-test",
    "MESSAGES_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/messages",
    "WEBHOOKS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/webhooks",
    "EXPIRE_POINTS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/expire-points",
    "REVIEW_TIERS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/review-tiers",
    "BIRTHDAY_REWARDS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/birthday-rewards",
    "WIN_BACK_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/win-back",
    "HOLIDAY_REWARDS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/holiday-rewards",
    "ANNOUNCEMENTS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/announcements",
    "WARN_ENDINGS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/warn-endings",
    "VERIFY_LEDGER_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/verify-ledger",
    "CLOSE_STATEMENTS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/close-statements",
    "ARCHIVE_ENTRIES_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/archive-entries",
    "ARCHIVE_BUCKET": "quen-test-archive",
    "ISSUE_VOUCHERS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/issue-vouchers",
    "MESSAGE_REPORTS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/message-reports",
    "EVENTS_FAILED_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/events-failed",
    "MASTER_KEY_SECRET": "quen-test/master",
    "PARTNER_SECRETS_PREFIX": "quen-test/partners/",
    "TOKEN_ISSUER": "https://id.example.com",
    "TOKEN_AUDIENCE": "quen",
    "TOKEN_JWKS_URL": "https://id.example.com/jwks.json",
    "PUBLIC_AUTHORITY": AUTHORITY,
    "MOBILE_URL": "https://members.example/live",
    "SANDBOX": "false",
    "EMAIL_FROM": "hello@example.com",
}

__all__ = ["AUTHORITY", "CONSENTS", "Headers", "Served", "find_route", "open_queues", "read_program", "serving"]

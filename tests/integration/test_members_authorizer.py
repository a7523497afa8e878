"""The authorizer as it is deployed: environment, secret, tables and an issuer's keys over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from moto import mock_aws

from authorize.app import handle
from quen.bootstrap import application
from quen.dynamodb import open_client
from quen.members.model import Login
from quen.settings import Settings
from tables import create_tables
from unit.members.fakes import make_member
from unit.members.issuer import AUDIENCE, ISSUER, claims, jwks, sign

ARN = "arn:aws:execute-api:us-east-1:123456789012:abc123/live/GET/v1/me"


class JwksHandler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = jwks()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def jwks_url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), JwksHandler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/jwks.json"
        server.shutdown()


@pytest.fixture
def _deployed(monkeypatch: pytest.MonkeyPatch, jwks_url: str) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        names = create_tables(open_client("us-east-1"))
        open_client("us-east-1", service="secretsmanager").create_secret(Name="master", SecretString="m" * 40)
        environment = {field.upper(): "unused" for field in Settings.__struct_fields__} | {
            "MEMBERS_TABLE": names["members"],
            "MASTER_KEY_SECRET": "master",
            "TOKEN_ISSUER": ISSUER,
            "TOKEN_AUDIENCE": AUDIENCE,
            "TOKEN_JWKS_URL": jwks_url,
            "AWS_REGION": "us-east-1",
            "SANDBOX": "true",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        application.cache_clear()
        yield
        application.cache_clear()


def ask(token: str) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {token}"}
    many = {name: [value] for name, value in headers.items()}
    return handle({"type": "REQUEST", "methodArn": ARN, "headers": headers, "multiValueHeaders": many}, None)["context"]


@pytest.mark.usefixtures("_deployed")
def test_a_token_becomes_a_caller_and_after_enrolment_a_member():
    expires = int(datetime.now(UTC).timestamp()) + 60
    token = sign(claims(exp=expires), "ES256")
    assert (ask(token)["subject"], ask(token)["member_id"]) == ("user-1", "")

    app = application()
    login = app._lookups.login(Login(ISSUER, "user-1"))
    member = make_member(login_key=login.digest)
    # The profile alone: what an enrolment writes to the ledger has its own tests.
    app.members._records.add(member, [])
    assert ask(token)["member_id"] == member.member_id


@pytest.mark.usefixtures("_deployed")
def test_a_bad_token_is_a_refusal():
    assert ask("nonsense") == {"refusal": "token_invalid"}
    assert ask(sign(claims(exp=1))) == {"refusal": "token_expired"}

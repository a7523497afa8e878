"""The other gateway of the mobile and the partner API (`Gateway: http`) before the same functions, as the template declares it.

Its template is deployed beside the stack, which is what it is made of, so that both gateways stand before one set of functions.
What an HTTP API answers by itself has a shape of its own: here no answer is its own.
"""

from __future__ import annotations

import base64
import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.connection import aws_client
from quen.client import Answer, Credentials, Endpoint, HttpTransport, PartnerClient

pytestmark = pytest.mark.e2e

TEMPLATE = Path(__file__).parents[2] / "infra/http_gateway.yaml"
STACK = "quen-local-http"
FUNCTIONS = {"Mobile": "mobile-api", "Partner": "partner-api", "Backoffice": "backoffice-api"}
STRANGER = {"phone": "+84900000000"}
TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Door:
    """The two APIs behind HTTP APIs, by name, and who knocks."""

    urls: dict[str, str]
    connection: dict[str, Any]

    @property
    def member(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.connection['members'][0]['token']}"}

    def ask(self, api: str, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
        """One request by a connection of its own."""
        with closing(HttpTransport(self.urls[api], TIMEOUT_SECONDS)) as transport:
            return transport.send(method, path, headers or {}, body)

    def sign(self, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        """One request of the seeded partner. The default stage has no path, so nothing precedes /v1 in what is signed."""
        key, url = self.connection["partner"], self.urls["Partner"]
        credentials = Credentials(key["key_id"], key["algorithm"], base64.b64decode(key["secret"]))
        transport = HttpTransport(url, TIMEOUT_SECONDS)
        with PartnerClient(Endpoint(url, key["authority"]), credentials, transport=transport) as till:
            return till.request(method, path, body)


@pytest.fixture(scope="module")
def door(connection: dict[str, Any]) -> Door:
    return Door(deploy(connection), connection)


def deploy(connection: dict[str, Any]) -> dict[str, str]:
    """Where the APIs are, by name."""
    cloudformation = aws_client("cloudformation", connection["aws_endpoint"])
    functions = f"arn:aws:lambda:us-east-1:000000000000:function:{connection['stack']}"
    parameters = {f"{name}FunctionArn": f"{functions}-{function}" for name, function in FUNCTIONS.items()}
    parameters |= {"Prefix": STACK, "ThrottleRate": "1000", "ThrottleBurst": "2000"}
    cloudformation.create_stack(
        StackName=STACK,
        TemplateBody=TEMPLATE.read_text("utf-8"),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
    [stack] = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    ids = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return {
        name: f"{connection['aws_endpoint']}/_aws/execute-api/{ids[f'{name}ApiId']}" for name in ("Mobile", "Partner")
    }


def assert_problem(answer: Answer, status: int, code: str) -> None:
    problem = json.loads(answer.body)
    assert (answer.status, problem["code"], problem["status"]) == (status, code, status)
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/problem+json", "no-store")
    assert problem["type"] == f"urn:quen:problem:{code}"
    assert problem["request_id"]


def test_a_path_that_is_none_is_not_found(door: Door) -> None:
    assert_problem(door.ask("Mobile", "GET", "/v1/nothing"), 404, "not_found")
    assert_problem(door.ask("Partner", "GET", "/"), 404, "not_found")


def test_a_request_without_a_token_is_told_so(door: Door) -> None:
    answer = door.ask("Mobile", "GET", "/v1/me")
    assert_problem(answer, 401, "token_missing")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_that_is_none_is_invalid(door: Door) -> None:
    assert_problem(door.ask("Mobile", "GET", "/v1/me", {"Authorization": "Bearer nonsense"}), 401, "token_invalid")


def test_another_method_of_a_known_path_is_told_which_are_allowed(door: Door) -> None:
    for api, path, allowed in (
        ("Mobile", "/v1/me", {"GET", "PATCH"}),
        ("Partner", "/v1/purchases", {"POST"}),
        ("Partner", "/v1/partner", {"GET"}),
    ):
        answer = door.ask(api, "DELETE", path)
        assert_problem(answer, 405, "method_not_allowed")
        assert {*answer.headers["allow"].split(", ")} == allowed


def test_a_member_is_recognised_by_the_function_itself(door: Door) -> None:
    answer = door.ask("Mobile", "GET", "/v1/me/account", door.member)
    assert (answer.status, answer.document["member_id"]) == (200, door.connection["members"][0]["member_id"])
    assert door.ask("Mobile", "GET", "/v1/me/entries?limit=1", door.member).document["items"]


def test_what_a_till_signs_is_verified_over_its_raw_bytes(door: Door) -> None:
    body = {"member": {"member_id": door.connection["members"][0]["member_id"]}, "name": "tích điểm"}
    assert door.sign("POST", "/v1/members/search", STRANGER).code == "member_not_found"
    assert door.sign("POST", "/v1/purchases/preview", body).code == "validation_failed"
    assert door.sign("GET", "/v1/partner").status == 200  # the second function of the API


def test_a_query_cannot_be_signed_and_is_refused(door: Door) -> None:
    assert_problem(door.ask("Partner", "GET", "/v1/partner?limit=1"), 400, "query_not_allowed")


def test_an_unsigned_request_is_told_what_to_sign(door: Door) -> None:
    answer = door.ask("Partner", "GET", "/v1/partner")
    assert_problem(answer, 401, "signature_missing")
    assert "accept-signature" in answer.headers


def test_a_header_that_decides_something_comes_once(door: Door) -> None:
    token = door.member["Authorization"]
    assert_problem(door.ask("Mobile", "GET", "/v1/me", {"Authorization": f"{token}, {token}"}), 400, "duplicate_header")


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/json", b'{"name": "\xff"}', 400, "malformed_json"),
        ("application/json", b"\xef\xbb\xbf{}", 400, "malformed_json"),
        ("application/json", b'{"name": 1, "name": 2}', 400, "malformed_json"),
        ("text/plain", b"{}", 415, "unsupported_media_type"),
        ("application/json", b" " * (128 * 1024 + 1), 413, "body_too_large"),
    ],
)
def test_a_body_is_refused_as_at_the_rest_gateway(
    door: Door, content_type: str, body: bytes, status: int, code: str
) -> None:
    headers = {**door.member, "Content-Type": content_type}
    assert_problem(door.ask("Mobile", "PATCH", "/v1/me", headers, body), status, code)

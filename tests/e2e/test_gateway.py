"""What the gateway and the functions answer before any use case is asked: problems of one shape, the right status."""

from __future__ import annotations

import http.client
import json
import re
from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

import pytest

from quen.http.openapi import ABOUT, endpoints_of

pytestmark = pytest.mark.e2e

Connection = dict[str, Any]


def ask(url: str, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], dict[str, Any]]:
    base = urlsplit(url)
    connection = http.client.HTTPConnection(base.netloc, timeout=30)
    try:
        connection.request(method, base.path + path, headers=headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, json.loads(answer.read())
    finally:
        connection.close()


def assert_problem(answer: tuple[int, dict[str, str], dict[str, Any]], status: int, code: str) -> None:
    answered, headers, problem = answer
    assert (answered, problem["code"]) == (status, code)
    assert headers["content-type"] == "application/problem+json"
    assert headers["cache-control"] == "no-store"
    assert problem["type"] == f"urn:quen:problem:{code}"
    assert problem["status"] == status
    assert problem["request_id"]


@pytest.mark.parametrize("api", ["mobile", "partner", "admin"])
def test_a_path_that_is_none_is_not_found(connection: Connection, api: str) -> None:
    assert_problem(ask(connection[f"{api}_url"], "GET", "/v1/nothing"), 404, "not_found")


@pytest.mark.parametrize(("api", "path"), [("mobile", "/v1/me"), ("admin", "/v1/program")])
def test_a_request_without_a_token_is_told_so(connection: Connection, api: str, path: str) -> None:
    answer = ask(connection[f"{api}_url"], "GET", path)
    assert_problem(answer, 401, "token_missing")
    assert answer[1]["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("api", "path", "allowed"),
    [
        ("mobile", "/v1/me", {"GET", "PATCH"}),
        ("partner", "/v1/purchases", {"POST"}),
        ("admin", "/v1/program", {"GET", "PUT"}),
    ],
)
def test_another_method_of_a_known_path_is_told_which_are_allowed(
    connection: Connection, api: str, path: str, allowed: set[str]
) -> None:
    answer = ask(connection[f"{api}_url"], "DELETE", path)
    assert_problem(answer, 405, "method_not_allowed")
    assert set(answer[1]["allow"].replace(" ", "").split(",")) - {"OPTIONS"} == allowed


@pytest.mark.parametrize(("api", "path"), [("mobile", "/v1/me"), ("admin", "/v1/program")])
def test_a_token_that_is_none_is_invalid(connection: Connection, api: str, path: str) -> None:
    answer = ask(connection[f"{api}_url"], "GET", path, Authorization="Bearer nonsense")
    assert_problem(answer, 401, "token_invalid")


def test_seeded_callers_are_let_in(connection: Connection) -> None:
    member = connection["members"][0]
    status, _, account = ask(
        connection["mobile_url"], "GET", "/v1/me/account", Authorization=f"Bearer {member['token']}"
    )
    assert (status, account["member_id"]) == (200, member["member_id"])
    staff = f"Bearer {connection['staff_token']}"
    status, _, program = ask(connection["admin_url"], "GET", "/v1/program", Authorization=staff)
    assert (status, program["version"]) == (200, 1)


@pytest.mark.parametrize("api", ABOUT)
def test_every_path_reaches_the_function_that_serves_it(connection: Connection, api: str) -> None:
    """By a method that no route has: whoever answers knows the path's own ones."""
    methods: dict[str, set[str]] = defaultdict(set)
    for endpoint in endpoints_of(api):
        methods[re.sub(r"\{\w+\}", "x", endpoint.path)].add(endpoint.method)
    token = {"Authorization": f"Bearer {connection['staff_token']}"}
    found = {
        path: ask(connection[f"{api}_url"], "PATCH" if "DELETE" in known else "DELETE", path, **token)
        for path, known in methods.items()
    }
    wrong = {
        path: (status, headers.get("allow"))
        for path, (status, headers, _) in found.items()
        if status != 405 or set(headers["allow"].split(", ")) != methods[path]
    }
    assert not wrong

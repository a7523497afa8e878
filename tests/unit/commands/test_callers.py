"""Who is asked for what, with which key, and what is tried again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from local.callers import TokenCaller, ask, ask_for, problem_sentence
from local.commands.request import caller_for, needs_key
from local.errors import LocalError
from local.template_reader import read_yaml
from quen.client import Answer, NoAnswerError

METHODS = {"get", "post", "put", "patch", "delete"}
PROBLEM = {"content-type": "application/problem+json"}


class ScriptedTransport:
    """Answers from a list; None in it is no answer at all. Keeps what was sent."""

    def __init__(self, *answers: Answer | None) -> None:
        self._answers = list(answers)
        self.sent: list[tuple[str, str, dict[str, str], bytes]] = []

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.sent.append((method, path, dict(headers), body))
        answer = self._answers.pop(0)
        if answer is None:
            raise NoAnswerError("TimeoutError")
        return answer

    def close(self) -> None: ...


def answer(status: int, body: bytes = b"{}", headers: Mapping[str, str] = PROBLEM) -> Answer:
    return Answer(status, headers, body)


@pytest.mark.parametrize(
    ("method", "path", "caller"),
    [
        ("GET", "/v1/me", "member"),
        ("GET", "/v1/me/entries?limit=2", "member"),
        ("POST", "/v1/members", "member"),
        ("GET", "/v1/members?phone=09", "staff"),
        ("POST", "/v1/members/search", "partner"),
        ("POST", "/v1/members/mem_1/adjustments", "staff"),
        ("POST", "/v1/purchases/preview", "partner"),
        ("POST", "/v1/redemptions", "partner"),
        ("PUT", "/v1/program", "staff"),
        ("GET", "/v1/mean", "staff"),
    ],
)
def test_a_path_says_whom_it_is_for(method: str, path: str, caller: str) -> None:
    assert caller_for(method, path) == caller


@pytest.mark.parametrize(("api", "caller"), [("mobile", "member"), ("partner", "partner"), ("admin", "staff")])
def test_every_route_of_the_contract_is_asked_for_as_its_own_caller_with_the_key_that_it_needs(
    api: str, caller: str
) -> None:
    asked = {f"{method} {path}": (caller_for(method, path), needs_key(method, path)) for method, path, _ in routes(api)}
    assert asked == {f"{method} {path}": (caller, is_keyed) for method, path, is_keyed in routes(api)}


def routes(api: str) -> list[tuple[str, str, bool]]:
    """Each route of that API's contract: method, a path, and whether it takes an Idempotency-Key."""
    paths = read_yaml((Path(__file__).parents[3] / "infra/openapi" / f"{api}.yaml").read_text("utf-8"))["paths"]
    return [
        (method.upper(), path.replace("{", "").replace("}", ""), "Idempotency-Key" in json.dumps(operation))
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method in METHODS
    ]


def test_only_routes_that_need_a_key_get_one() -> None:
    assert needs_key("POST", "/v1/me/redemptions")
    assert needs_key("POST", "/v1/redemptions")
    assert needs_key("POST", "/v1/members/mem_1/adjustments")
    assert not needs_key("GET", "/v1/me/redemptions")
    assert not needs_key("POST", "/v1/purchases")
    assert not needs_key("POST", "/v1/me/redemptions/red_1/cancel")


def test_a_token_caller_sends_its_token_its_key_and_compact_json() -> None:
    transport = ScriptedTransport(answer(201))
    TokenCaller(transport, "t").request("POST", "/v1/x", {"name": "Hoà", "n": 1}, idempotency_key="k")
    method, path, headers, body = transport.sent[0]
    assert (method, path, body) == ("POST", "/v1/x", '{"name":"Hoà","n":1}'.encode())
    assert headers == {"Authorization": "Bearer t", "Idempotency-Key": "k", "Content-Type": "application/json"}


def test_what_may_be_repeated_is_until_it_is_answered() -> None:
    transport = ScriptedTransport(None, answer(503), answer(409, b'{"code": "conflict_retry"}'), answer(200))
    assert TokenCaller(transport, "t", sleep=lambda _: None).request("GET", "/v1/x").status == 200
    assert len(transport.sent) == 4


def test_a_post_without_a_key_is_sent_once() -> None:
    transport = ScriptedTransport(answer(503), answer(201))
    assert TokenCaller(transport, "t", sleep=lambda _: None).request("POST", "/v1/partners", {}).status == 503
    repeatable = TokenCaller(ScriptedTransport(None, answer(201)), "t", is_repeatable=True, sleep=lambda _: None)
    assert repeatable.request("POST", "/v1/members", {}).status == 201


def test_no_answer_and_refusals_are_sentences() -> None:
    with pytest.raises(LocalError, match="did not answer POST /v1/x"):
        ask(TokenCaller(ScriptedTransport(None), "t"), "POST", "/v1/x")
    refusal = b'{"code": "validation_failed", "detail": "No.", "errors": [{"pointer": "/on", "detail": "Not begun."}]}'
    with pytest.raises(LocalError, match=r"refused \(validation_failed\): No\.\n  /on: Not begun\."):
        ask_for(TokenCaller(ScriptedTransport(answer(422, refusal)), "t"), "POST", "/v1/x")
    once = (
        b'{"code": "validation_failed", "detail": "Not begun.", "errors": [{"pointer": "/on", "detail": "Not begun."}]}'
    )
    assert problem_sentence(answer(422, once, {})) == "refused (validation_failed): /on: Not begun."
    assert problem_sentence(answer(502, b"<html>", {})) == "refused with status 502."

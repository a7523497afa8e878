"""Who is asked for what, with which key, and what is tried again."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from local.callers import TokenCaller, ask, ask_for, problem_sentence
from local.commands.request import caller_for, needs_key
from local.errors import LocalError
from quen.client import Answer, NoAnswerError

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
    assert problem_sentence(answer(502, b"<html>", {})) == "refused with status 502."

"""What every endpoint does before and after its handler, on an API of two routes."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError
from msgspec import Struct

from gateway_events import Answer, make_event, member_claims, send
from quen.errors import ConflictRetryError, MemberNotFoundError, TemporarilyUnavailableError
from quen.http.api import Api
from quen.http.callers import MemberCaller, recognise_member
from quen.http.endpoint import Call, Resource
from quen.http.paging import PageQuery
from quen.ledger.documents import Outcome


class ThingBody(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    size: int = 1


things: Resource[MemberCaller] = Resource(__name__, recognise_member)


@things.endpoint("GET", "/v1/things", answer=dict, query=PageQuery)
def list_things(call: Call[MemberCaller, PageQuery]) -> Mapping[str, Any]:
    return {"limit": call.input.limit, "subject": call.caller.subject}


@things.endpoint("POST", "/v1/things", answer=dict, status=201, body=ThingBody, needs_key=True)
def make_thing(call: Call[MemberCaller, ThingBody]) -> Outcome:
    result = {"name": call.input.name, "key": call.idempotency_key, "fingerprint": call.fingerprint}
    return Outcome(result, replayed=call.input.size == 2)


@things.endpoint("POST", "/v1/things/{thing_id}/break", answer=dict, errors=(MemberNotFoundError,))
def break_thing(call: Call[MemberCaller, Any], thing_id: str) -> Mapping[str, Any]:
    if thing_id == "contested":
        raise ConflictRetryError
    if thing_id == "unreachable":
        throttled = ClientError({"Error": {"Code": "ThrottlingException", "Message": "0901234567"}}, "GetItem")
        raise TemporarilyUnavailableError from throttled
    if thing_id == "cursed":
        raise RuntimeError("secret 0901234567")
    return {"broken": thing_id}


app = Api("things", [things])
KEY = {"Idempotency-Key": "key-1"}


def get(**changes: Any) -> Answer:
    return send(app, make_event("GET", "/v1/things", **{"authorizer": member_claims(), **changes}))


def post(**changes: Any) -> Answer:
    defaults = {"authorizer": member_claims(), "headers": KEY}
    if "body" not in changes:
        defaults["json_body"] = {"name": "cup"}
    return send(app, make_event("POST", "/v1/things", **{**defaults, **changes}))


def break_(thing_id: str = "cup", **changes: Any) -> Answer:
    event = {"authorizer": member_claims(), "parameters": {"thing_id": thing_id}, **changes}
    return send(app, make_event("POST", "/v1/things/{thing_id}/break", **event))


def test_a_handler_is_given_the_caller_and_the_query() -> None:
    answer = get(query={"limit": "5"})
    assert (answer.status, answer.body) == (200, {"limit": 5, "subject": "login-1"})


def test_every_answer_forbids_caching_guessing_framing_and_plain_http() -> None:
    for answer in (get(), get(authorizer=None), post(), break_("cursed"), send(app, make_event("PUT", "/v1/things"))):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_a_handler_is_given_the_body_the_key_and_the_fingerprint() -> None:
    answer = post()
    assert (answer.status, answer.body["name"], answer.body["key"]) == (201, "cup", "key-1")
    assert answer.body["fingerprint"] == post(headers={"idempotency-key": '"key-1"'}).body["fingerprint"]
    assert "idempotent-replayed" not in answer.headers


def test_a_replay_says_so() -> None:
    assert post(json_body={"name": "cup", "size": 2}).headers["idempotent-replayed"] == "true"


def test_the_fingerprint_includes_the_path() -> None:
    assert post().body["fingerprint"] != post(json_body={"name": "mug"}).body["fingerprint"]


def test_a_body_may_come_as_text() -> None:
    event = make_event("POST", "/v1/things", authorizer=member_claims(), headers=KEY, json_body={"name": "tách"})
    event |= {"body": json.dumps({"name": "tách"}, ensure_ascii=False), "isBase64Encoded": False}
    assert send(app, event).body["name"] == "tách"


@pytest.mark.parametrize(
    ("claims", "headers", "code"),
    [
        (None, {}, "token_missing"),
        (None, {"Authorization": "Bearer x"}, "token_invalid"),
        ({}, {}, "token_missing"),
        ({"refusal": "token_missing"}, {}, "token_missing"),
        ({"refusal": "token_invalid"}, {}, "token_invalid"),
        ({"refusal": "token_expired", "subject": "login-1", "issuer": "i"}, {}, "token_expired"),
        ({"refusal": "anything"}, {}, "token_invalid"),
        ({"subject": "login-1"}, {"Authorization": "Bearer x"}, "token_invalid"),
        (member_claims(expires_at="1700000000"), {"Authorization": "Bearer x"}, "token_expired"),
        (member_claims(expires_at=""), {"Authorization": "Bearer x"}, "token_expired"),
        ({"issuer": "i", "principalId": "login-1"}, {"Authorization": "Bearer x"}, "token_invalid"),
    ],
)
def test_nobody_gets_in_without_a_proven_subject(
    claims: dict[str, str] | None, headers: dict[str, str], code: str
) -> None:
    answer = get(authorizer=claims, headers=headers)
    assert (answer.status, answer.code) == (401, code)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("body", [b"{", b"", b'{"name": "a", "name": "b"}', b"\xef\xbb\xbf{}", b"[" * 100_000])
def test_a_body_that_is_not_json_is_malformed(body: bytes) -> None:
    answer = post(body=body, headers={**KEY, "content-type": "application/json"})
    assert (answer.status, answer.code) == (400, "malformed_json")


def test_a_body_over_128_kb_is_too_large() -> None:
    answer = post(body=b" " * (128 * 1024 + 1), headers={**KEY, "content-type": "application/json"})
    assert (answer.status, answer.code) == (413, "body_too_large")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "application/json; charset=latin-1",
        "application/jsonp",
        "*/*",
        "application/json; v=1",
    ],
)
def test_a_body_of_another_type_is_unsupported(content_type: str) -> None:
    answer = post(headers={**KEY, "content-type": content_type})
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


def test_a_body_without_a_type_is_unsupported() -> None:
    assert post(body=b"{}").code == "unsupported_media_type"


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", "application/json; charset=utf-8", 'application/json;charset="UTF-8"'],
)
def test_json_in_utf_8_may_say_so(content_type: str) -> None:
    assert post(headers={**KEY, "content-type": content_type}).status == 201


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Idempotency-Key", ["a", "b"]),
        ("Idempotency-Key", ["a, b"]),
        ("Idempotency-Key", ["a", "a"]),
        ("Content-Type", ["application/json", "application/json"]),
        ("Content-Type", ["application/json, text/plain"]),
        ("Authorization", ["Bearer a", "Bearer b"]),
        ("authorization", ["Bearer a, Bearer b"]),
    ],
)
def test_a_header_that_decides_comes_once(header: str, values: list[str]) -> None:
    answer = post(headers={**KEY, header: values})
    assert (answer.status, answer.code) == (400, "duplicate_header")


def test_sizes_come_before_doubles() -> None:
    answer = post(headers={"Idempotency-Key": ["a", "b"]}, body=b" " * (128 * 1024 + 1))
    assert answer.code == "body_too_large"


def test_two_spellings_of_one_header_are_a_duplicate() -> None:
    assert post(headers={"Idempotency-Key": "a", "idempotency-key": "b"}).code == "duplicate_header"


def test_what_moves_value_needs_a_key() -> None:
    assert (post(headers={}).status, post(headers={}).code) == (400, "idempotency_key_missing")
    assert post(headers={"Idempotency-Key": "no spaces please"}).code == "idempotency_key_invalid"


def test_an_invalid_body_is_named_by_pointer() -> None:
    answer = post(json_body={"name": "cup", "size": "big"})
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [(fault["pointer"], fault["code"]) for fault in answer.body["errors"]] == [("/size", "type")]
    assert answer.body["request_id"] == "7c1d2f6e-0000-4000-8000-000000000001"


def test_an_unknown_query_parameter_is_refused_everywhere() -> None:
    assert get(query={"page": "2"}).code == "validation_failed"
    assert post(query={"dry_run": "true"}).code == "validation_failed"


def test_a_route_without_a_body_takes_none_or_an_empty_object() -> None:
    assert break_().status == 200
    assert break_(json_body={}).status == 200
    assert break_(json_body={"hard": True}).code == "validation_failed"
    assert break_(body=b"x", headers={"content-type": "application/json"}).code == "malformed_json"


@pytest.mark.parametrize("thing_id", ["a b", "é", "x" * 200, "%2e", "a\n", "*"])
def test_a_path_that_can_name_nothing_finds_nothing(thing_id: str) -> None:
    answer = break_(thing_id)
    assert (answer.status, answer.code) == (404, "member_not_found")


def test_a_domain_error_is_a_problem() -> None:
    answer = break_("contested")
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (409, "conflict_retry", "1")


def test_an_unknown_exception_is_logged_once_and_shown_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    answer = break_("cursed")
    assert (answer.status, answer.code) == (500, "internal_error")
    assert "0901234567" not in json.dumps(answer.body)
    (record,) = caplog.records
    assert (record.levelname, vars(record)["request_id"]) == ("ERROR", answer.body["request_id"])
    assert record.exc_info


def test_what_did_not_answer_is_named_in_the_log_and_shown_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    answer = break_("unreachable")
    assert (answer.status, answer.code) == (503, "temporarily_unavailable")
    assert "Throttling" not in json.dumps(answer.body)
    (record,) = caplog.records
    assert vars(record)["cause"] == "ClientError ThrottlingException GetItem"
    assert "0901234567" not in str(vars(record))


def test_an_unknown_path_is_not_found_and_an_unknown_method_not_allowed() -> None:
    assert send(app, make_event("GET", "/v1/nothing")).code == "not_found"
    answer = send(app, make_event("DELETE", "/v1/things"))
    assert (answer.status, answer.code, answer.headers["allow"]) == (405, "method_not_allowed", "GET, POST")


def test_an_event_that_the_framework_cannot_read_is_an_internal_error() -> None:
    event = make_event("POST", "/v1/things/{thing_id}/break", authorizer=member_claims())
    assert send(app, event).code == "internal_error"


def test_half_a_surrogate_in_a_text_body_is_malformed() -> None:
    event = make_event("POST", "/v1/things", authorizer=member_claims(), headers=KEY, json_body={"name": "x"})
    event |= {"body": '{"name": "\ud800"}', "isBase64Encoded": False}
    assert send(app, event).code == "malformed_json"


def test_raw_bytes_reach_the_parser() -> None:
    event = make_event("POST", "/v1/things", authorizer=member_claims(), headers=KEY, json_body={"name": "x"})
    event["body"] = base64.b64encode(b'{"name": "\xff"}').decode()
    assert send(app, event).code == "malformed_json"

"""Each request leaves one line in the log: who asked, for what, what became of it, what it wrote and what it counts."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway_events import make_event, member_claims, staff_claims
from quen.errors import (
    ConflictError,
    ForbiddenError,
    InsufficientPointsError,
    MemberNotFoundError,
    QuenError,
    TemporarilyUnavailableError,
)
from quen.http.api import Api, refusal_class
from quen.http.callers import recognise_member, recognise_staff
from quen.http.endpoint import Call, Resource, as_if_alone
from quen.http.pages import Page, Pages
from quen.http.problems import STATUSES
from quen.ledger.documents import Outcome
from quen.log_lines import name_entries
from quen.metrics import REFUSALS
from quen.requests import RateLimitedError
from quen.staff.model import Action

cups: Resource[Any] = Resource("cups", recognise_member)
shelves: Resource[Any] = Resource("shelves", recognise_staff)
posters = Pages("posters")
REFUSED = {
    error.code: error
    for error in (
        MemberNotFoundError(),
        ConflictError(),
        InsufficientPointsError(),
        RateLimitedError(retry_after_seconds=1),
    )
}


@cups.endpoint("POST", "/v1/cups/{cup_id}", answer=dict, body=dict[str, Any], status=201)
def fill(call: Call[Any, Any], cup_id: str) -> Outcome:
    if cup_id in REFUSED:
        raise REFUSED[cup_id]
    if cup_id == "cursed":
        raise RuntimeError(call.input)
    name_entries(["ent_1"])
    return Outcome({"cup": cup_id}, replayed=cup_id == "again")


@cups.endpoint("GET", "/v1/cups", answer=dict)
def show(_call: Call[Any, Any]) -> Mapping[str, Any]:
    return {}


def refuse(error: QuenError, cause: Exception | None = None) -> Outcome:
    raise error from cause


@cups.endpoint("POST", "/v1/cups/batch", answer=dict, body=dict[str, Any])
def fill_all(call: Call[Any, Any]) -> Mapping[str, Any]:
    doings: list[Callable[[], Outcome]] = [
        lambda: Outcome({}),
        lambda: refuse(MemberNotFoundError()),
        lambda: refuse(TemporarilyUnavailableError(), TimeoutError(call.input)),
    ]
    return {"statuses": [as_if_alone(do, 201, call.request_id)[0] for do in doings]}


@shelves.endpoint("GET", "/v1/shelves", answer=dict, action=Action.REPLACE_PROGRAM)
def show_shelves(_call: Call[Any, Any]) -> Mapping[str, Any]:
    return {}


@posters.page("GET", "/v1/posters/{name}")
def show_poster(_call: Call[Any, Any], name: str) -> Page:
    return Page(name)


api = Api("crockery_api", [cups, shelves, posters])


def line_of(caplog: pytest.LogCaptureFixture, event: dict[str, Any]) -> dict[str, Any]:
    """The one line that the request leaves, as its fields."""
    caplog.set_level("INFO")
    caplog.clear()
    api(event, None)
    [record] = caplog.records
    assert record.getMessage() == "request"
    return vars(record)


def fill_line(caplog: pytest.LogCaptureFixture, cup_id: str) -> dict[str, Any]:
    claims = member_claims(member_id="mem_1", phone="+84901234567")
    said = {"authorizer": claims, "parameters": {"cup_id": cup_id}, "headers": {"Authorization": "Bearer secret"}}
    return line_of(caplog, make_event("POST", "/v1/cups/{cup_id}", json_body={"name": "private"}, **said))


def test_it_says_who_asked_for_what_and_what_was_written(caplog: pytest.LogCaptureFixture) -> None:
    line = fill_line(caplog, "one")
    wanted = {
        "api": "crockery_api",
        "method": "POST",
        "route": "/v1/cups/{cup_id}",
        "status": 201,
        "caller": "member",
        "member_id": "mem_1",
        "entries": ["ent_1"],
        "replayed": False,
    }
    assert {name: line[name] for name in wanted} == wanted
    assert line["request_id"]
    assert line["duration_ms"] >= 0
    assert line["cold_start"] in {True, False}
    assert "code" not in line


def test_what_of_a_batch_was_refused_is_told_and_what_failed_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    line = line_of(caplog, make_event("POST", "/v1/cups/batch", json_body={"a": 1}, authorizer=member_claims()))
    assert (line["status"], line["items_refused"]) == (200, 2)
    assert (line["code"], line["cause"]) == ("temporarily_unavailable", "TimeoutError")
    assert (line["Refusals"], line["Class"]) == (1, "failed")


def test_no_body_no_token_and_nothing_about_a_person_is_in_it(caplog: pytest.LogCaptureFixture) -> None:
    for cup_id in ("one", "again", "conflict"):
        told = str(fill_line(caplog, cup_id))
        assert not [secret for secret in ("private", "secret", "+84901234567", "login-1") if secret in told]


def test_staff_is_told_by_the_role_also_where_it_may_not(caplog: pytest.LogCaptureFixture) -> None:
    allowed = line_of(caplog, make_event("GET", "/v1/shelves", authorizer=staff_claims(role="manager")))
    refused = line_of(caplog, make_event("GET", "/v1/shelves", authorizer=staff_claims(role="analyst")))
    assert [(line["caller"], line["role"], line.get("code")) for line in (allowed, refused)] == [
        ("staff", "manager", None),
        ("staff", "analyst", ForbiddenError.code),
    ]


def test_who_has_a_link_is_a_visitor(caplog: pytest.LogCaptureFixture) -> None:
    assert line_of(caplog, make_event("GET", "/v1/posters/{name}", parameters={"name": "x"}))["caller"] == "visitor"


def test_nobody_is_named_whom_no_token_names(caplog: pytest.LogCaptureFixture) -> None:
    line = line_of(caplog, make_event("GET", "/v1/cups"))
    assert (line["status"], line["code"], "caller" in line) == (401, "token_missing", False)


def test_a_path_that_is_no_route_is_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    line = line_of(caplog, make_event("GET", "/v1/0901234567"))
    assert (line["status"], line["route"]) == (404, "")
    assert "0901234567" not in str(line)


def test_a_replay_says_so_and_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    line = fill_line(caplog, "again")
    assert (line["replayed"], line["Replays"]) == (True, 1)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("member_not_found", "unknown"),
        ("conflict", "refused"),
        ("insufficient_points", "refused"),
        ("rate_limited", "limited"),
    ],
)
def test_a_refusal_is_counted_in_its_class(code: str, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    line = fill_line(caplog, code)
    assert (line["code"], line["Refusals"], line["Class"]) == (code, 1, kind)


def test_what_fails_is_an_error_with_its_place_and_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    line = fill_line(caplog, "cursed")
    assert (line["levelname"], line["code"], line["Class"]) == ("ERROR", "internal_error", "failed")


def test_readings_and_writings_are_timed_apart(caplog: pytest.LogCaptureFixture) -> None:
    reading = line_of(caplog, make_event("GET", "/v1/cups", authorizer=member_claims()))
    assert (reading["Kind"], fill_line(caplog, "one")["Kind"]) == ("read", "write")
    assert reading["RequestDuration"] >= 0
    assert "Refusals" not in reading


def test_every_status_that_there_is_has_a_class_that_is_paid_for() -> None:
    classes = {refusal_class(status) for status in STATUSES.values()}
    assert classes == {*REFUSALS.values}


def test_every_field_of_a_line_is_in_the_runbook(caplog: pytest.LogCaptureFixture) -> None:
    page = (Path(__file__).parents[3] / "RUNBOOK.md").read_text("utf-8")
    documented = {*re.findall(r"`(\w+)`", page)} | {"_aws"}
    lines = [fill_line(caplog, cup_id) for cup_id in ("one", "again", "conflict")]
    lines.append(line_of(caplog, make_event("GET", "/v1/shelves", authorizer=staff_claims())))
    logging_s_own = {*vars(logging.makeLogRecord({}))} | {"message", "asctime"}
    assert {name for line in lines for name in line} - logging_s_own <= documented


def test_the_whole_line_is_small(caplog: pytest.LogCaptureFixture) -> None:
    """Logs are paid for by their bytes: what makes metrics of a line is less than what it says itself."""
    line = fill_line(caplog, "one")
    embedded = {name: line[name] for name in ("_aws", "RequestDuration", "Kind")}
    assert len(json.dumps(embedded, separators=(",", ":"))) < 230

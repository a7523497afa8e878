"""Events through the partner API: signed, answered by their declared types, refused by their codes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from quen.bootstrap import application
from quen.client.signing import Credentials
from quen.partners.model import Right
from served import Served, read_program, serving

RULES = [
    {"id": "review", "on": "review", "points": 30},
    {"id": "review-stamp", "on": "review", "points": 1, "wallet": "stamps"},
    {"id": "class", "on": "yoga-class", "points": 7, "pending": {"days": 14}},
]
EVENTS = [{"type": "yoga-class", "name": {"vi": "Lớp yoga", "en": "Yoga class"}}]


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving(with_program=False) as served:
        answer = served.admin("PUT", "/v1/program", read_program(earning=RULES, events=EVENTS))
        assert answer.status == 200, answer
        served.make_partner()
        yield served


@pytest.fixture(scope="module")
def member_id(apis: Served) -> str:
    return apis.enrol("lan", "+84901234567", name="Nguyễn Thị Lan")


def event(event_id: str, subject: str = "", **changes: Any) -> dict[str, Any]:
    body = {
        "event_id": event_id,
        "type": "review",
        "member": {"phone": "0901234567"},
        "occurred_at": instant(minutes=1),
        "subject": subject or f"about {event_id}",
    }
    return body | changes


def instant(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def without_id(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "event_id"}


def account(apis: Served, member_id: str) -> Any:
    return apis.admin("GET", f"/v1/members/{member_id}/account").body


def test_an_event_earns_once_and_a_preview_says_what_it_would(apis: Served, member_id: str) -> None:
    before, body = account(apis, member_id), event("E-1")
    preview = apis.partner("POST", "/v1/events/preview", without_id(body))
    assert (preview.status, preview.body["event_id"], preview.body["entries"][0]["entry_id"]) == (200, None, None)
    assert account(apis, member_id) == before
    first = apis.partner("POST", "/v1/events", body)
    assert (first.status, first.body["event_id"], first.body["member_id"]) == (201, "E-1", member_id)
    assert first.body["explanation"] == preview.body["explanation"]
    assert [(share["rule_id"], share["points"]) for share in first.body["explanation"]] == [
        ("review", 30),
        ("review-stamp", 1),
    ]
    again = apis.partner("POST", "/v1/events", dict(reversed(body.items())))
    assert (again.status, again.body, again.headers["idempotent-replayed"]) == (201, first.body, "true")
    after = account(apis, member_id)
    assert after["points"]["active"] == before["points"]["active"] + 30
    [entry, *_] = apis.admin("GET", f"/v1/members/{member_id}/entries").body["items"]
    assert (entry["kind"], entry["reference"], entry["reason"]) == ("bonus", {"kind": "event", "id": "E-1"}, "review")
    assert entry["explanation"] == first.body["entries"][0]["explanation"]


def test_an_event_of_the_program_s_own_is_known_by_its_type(apis: Served, member_id: str) -> None:
    answer = apis.partner("POST", "/v1/events", event("E-2", type="yoga-class"))
    assert (answer.status, answer.body["entries"][0]["state"]) == (201, "pending")
    assert apis.partner("POST", "/v1/events", event("E-3", type="visit")).body["entries"][0]["points"] == 0


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"type": "swim-class"}, 422, "validation_failed", "/type"),
        ({"type": "purchase"}, 422, "validation_failed", "/type"),
        ({"type": "Review"}, 422, "validation_failed", "/type"),
        ({"type": "review\n"}, 422, "validation_failed", "/type"),
        ({"subject": ""}, 422, "validation_failed", "/subject"),
        ({"subject": "x" * 101}, 422, "validation_failed", "/subject"),
        ({"points": 5}, 422, "validation_failed", "/points"),
        ({"occurred_at": "2126-01-01T00:00:00Z"}, 422, "validation_failed", "/occurred_at"),
        ({"occurred_at": "2020-01-01T00:00:00Z"}, 422, "too_late", None),
        ({"member": {}}, 422, "validation_failed", "/member"),
        ({"member": {"phone": "0900000000"}}, 404, "member_not_found", None),
    ],
)
def test_an_event_that_cannot_be_is_refused_and_so_is_its_preview(
    apis: Served, member_id: str, changes: dict[str, Any], status: int, code: str, pointer: str | None
) -> None:
    before, body = account(apis, member_id), event("E-9") | changes
    for path, sent in (("/v1/events", body), ("/v1/events/preview", without_id(body))):
        answer = apis.partner("POST", path, sent)
        assert (answer.status, answer.code) == (status, code)
        assert [fault["pointer"] for fault in answer.body["errors"]] == ([pointer] if pointer is not None else [])
    assert account(apis, member_id) == before


def test_a_type_that_no_program_knows_says_so(apis: Served, member_id: str) -> None:
    [fault] = apis.partner("POST", "/v1/events", event("E-9", type="swim-class")).body["errors"]
    assert fault["code"] == "unknown_event"


def test_other_content_and_what_was_counted_before_are_conflicts(apis: Served, member_id: str) -> None:
    assert apis.partner("POST", "/v1/events", event("E-4", "product 4")).status == 201
    other = apis.partner("POST", "/v1/events", event("E-4", "product 5"))
    assert (other.status, other.code) == (409, "event_already_recorded")
    own = apis.credentials
    apis.make_partner("Other")
    try:
        counted = apis.partner("POST", "/v1/events", event("E-4", "product 4"))
        assert (counted.status, counted.code) == (409, "event_already_counted")
        preview = apis.partner("POST", "/v1/events/preview", without_id(event("", "product 4")))
        assert preview.code == "event_already_counted"
        assert apis.partner("POST", "/v1/events", event("E-4", "product 6")).status == 201
    finally:
        apis.credentials = own


def test_a_blocked_member_earns_nothing_and_is_not_to_be_found(apis: Served, member_id: str) -> None:
    body = event("E-5")
    first = apis.partner("POST", "/v1/events", body)
    application().members.change_state(member_id, "blocked")
    try:
        assert apis.partner("POST", "/v1/events", event("E-6")).code == "member_not_found"
        assert apis.partner("POST", "/v1/events", body).body == first.body
    finally:
        application().members.change_state(member_id, "active")


def test_a_partner_needs_the_right_which_recording_purchases_is_not(apis: Served, member_id: str) -> None:
    own = apis.credentials
    partner = application().partners.create("Till only", rights={Right.RECORD_PURCHASES})
    issued = application().partners.create_key(partner.partner_id, "hmac-sha256")
    assert issued.secret
    apis.credentials = Credentials(issued.key.key_id, "hmac-sha256", base64.b64decode(issued.secret))
    try:
        for path, body in (("/v1/events", event("E-7")), ("/v1/events/preview", without_id(event("")))):
            answer = apis.partner("POST", path, body)
            assert (answer.status, answer.code) == (403, "partner_forbidden")
    finally:
        apis.credentials = own

"""What members agreed to, through the APIs: shown to them and to staff, and taken back with a click by whoever has the mail."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest

from gateway_events import make_event, member_claims
from quen.bootstrap import application
from quen.messages.model import Intent
from quen.messages.queue import SqsIntentQueue
from served import Served, serving

MAIL = "msg_5xq2vqgz6m4k3wq2"
URLENCODED = {"content-type": "application/x-www-form-urlencoded"}
CHANNELS = ("email", "sms", "zalo", "push")
ONE_CLICK = b"List-Unsubscribe=One-Click"
IN_PARTS = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
YES = [
    {"purpose": purpose, "granted": True, "text_version": "2026-01"}
    for purpose in (
        "terms",
        "marketing",
        "marketing_birthday_messages_email",
        "transactional",
        "share_with_partner:ptn_1",
    )
]


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(range(100, 1000))


class Person:
    """A member with an app and a mail program."""

    def __init__(self, apis: Served, number: int, **body: Any) -> None:
        self.apis = apis
        self.subject, self.phone = f"person-{number}", f"+84901234{number}"
        self.member_id = apis.enrol(self.subject, self.phone, consents=YES, **body)
        url = application().unsubscribing.url_for(self.member_id, "marketing_birthday_messages_email", MAIL)
        self.token = url.rpartition("/")[2]

    @property
    def claims(self) -> dict[str, str]:
        return member_claims(subject=self.subject, phone=self.phone, email="")

    def shown(self, query: str = "") -> dict[str, Any]:
        answer = self.apis.mobile("GET", f"/v1/me/consents{query}", claims=self.claims)
        assert answer.status == 200, answer
        return dict(answer.body)

    def granted(self) -> set[tuple[str, str | None]]:
        return {(use["use"], use["channel"]) for use in self.shown()["uses"] if use["granted"]}

    def decide(self, purpose: str, *, granted: bool) -> None:
        body = {"consents": [{"purpose": purpose, "granted": granted, "text_version": "2026-02"}]}
        assert self.apis.mobile("PATCH", "/v1/me", body, claims=self.claims).status == 200


@pytest.fixture(scope="module")
def quiet(apis: Served, numbers: Iterator[int]) -> Person:
    """One who decides nothing more, whatever is tried."""
    return Person(apis, next(numbers))


@pytest.fixture
def lan(apis: Served, numbers: Iterator[int]) -> Person:
    return Person(apis, next(numbers), locale="vi")


def visit(
    apis: Served,
    token: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] = {},
    **query: str,
) -> dict[str, Any]:
    """What the gateway gets back for a link's address, nobody signed in."""
    event = make_event(
        method, "/v1/unsubscribe/{token}", body=body, headers=headers, parameters={"token": token}, query=query
    )
    answer = apis.app("mobile", event)(event, None)
    return {**answer, "headers": {name.lower(): value for name, value in answer["headers"].items()}}


def click(apis: Served, token: str, body: bytes = ONE_CLICK, headers: Mapping[str, str] = URLENCODED) -> dict[str, Any]:
    return visit(apis, token, "POST", body, headers)


# What holds, and the evidence


def test_a_member_sees_what_holds_now_by_use_and_channel(lan: Person):
    advertising = {
        ("marketing_" + kind, channel)
        for kind in ("birthday", "holiday", "win_back", "announcement")
        for channel in CHANNELS
    }
    notices = {("transactional", channel) for channel in CHANNELS}
    others = {("terms", None), ("share_with_partner:ptn_1", None)}
    assert lan.granted() == advertising | notices | others
    lan.decide("marketing_sms", granted=False)
    assert lan.granted() == {use for use in advertising if use[1] != "sms"} | notices | others


def test_every_decision_is_shown_with_its_proof_page_by_page(lan: Person):
    lan.decide("marketing_sms", granted=False)
    lan.decide("marketing_sms", granted=True)
    items, cursor = [], ""
    while cursor is not None:
        page = lan.shown(f"?limit=3{cursor and f'&cursor={cursor}'}")
        items += page["items"]
        cursor = page["next_cursor"]
    assert [item["sequence"] for item in items] == [7, 6, 5, 4, 3, 2, 1]
    assert items[0] == {
        "sequence": 7,
        "purpose": "marketing_sms",
        "granted": True,
        "text_version": "2026-02",
        "recorded_at": items[0]["recorded_at"],
        "source": "app",
        "reference": "7c1d2f6e-0000-4000-8000-000000000001",
    }
    profile = lan.apis.mobile("GET", "/v1/me", claims=lan.claims).body
    assert len(profile["consents"]) == len(YES) + 1


def test_a_cursor_is_its_caller_s_alone(lan: Person, apis: Served, quiet: Person):
    cursor = lan.shown("?limit=1")["next_cursor"]
    answer = apis.mobile("GET", f"/v1/me/consents?cursor={cursor}", claims=quiet.claims)
    assert answer.code == "cursor_invalid"


def test_staff_who_are_asked_see_who_recorded_what_and_leave_a_record(lan: Person, apis: Served):
    click(apis, lan.token)
    answer = apis.admin("GET", f"/v1/members/{lan.member_id}/consents", role="support")
    newest, *_, first = answer.body["items"]
    assert (newest["source"], newest["recorded_by"], newest["reference"]) == ("one_click", f"message:{MAIL}", MAIL)
    assert first["recorded_by"].startswith("login:")
    assert answer.body["uses"] == lan.shown()["uses"]
    [record, *_] = apis.admin("GET", "/v1/audit").body["items"]
    assert (record["action"], record["role"], record["target"]) == (
        "read_consents",
        "support",
        f"member:{lan.member_id}",
    )


@pytest.mark.parametrize("role", ["cashier", "analyst"])
def test_others_do_not(quiet: Person, apis: Served, role: str):
    assert apis.admin("GET", f"/v1/members/{quiet.member_id}/consents", role=role).code == "forbidden"


def test_of_nobody_there_is_nothing_to_see(apis: Served):
    assert apis.admin("GET", "/v1/members/mem_0000000000000000/consents").code == "member_not_found"
    stranger = member_claims(subject="stranger", phone="", email="")
    assert apis.mobile("GET", "/v1/me/consents", claims=stranger).code == "member_not_found"


# One click


def test_one_click_stops_all_advertising_by_that_channel_at_once_and_again_changes_nothing(lan: Person, apis: Served):
    answer = click(apis, lan.token)
    assert answer["statusCode"] == 200
    assert "Đã ngừng" in answer["body"]
    granted = lan.granted()
    assert not [use for use, channel in granted if use.startswith("marketing") and channel == "email"]
    assert {("marketing_birthday", "sms"), ("transactional", "email")} <= granted
    for body, headers in (
        (ONE_CLICK, URLENCODED),
        (ONE_CLICK + b"&utm=mail", URLENCODED),
        (IN_PARTS, {"content-type": "multipart/form-data; boundary=b"}),
    ):
        assert click(apis, lan.token, body, headers) == answer
    assert len(lan.shown()["items"]) == len(YES) + 1
    lan.decide("marketing_email", granted=True)
    assert lan.granted() == granted | {(use, "email") for use, channel in granted if use.startswith("marketing")}


def test_looking_at_the_page_changes_nothing(quiet: Person, apis: Served):
    answer = visit(apis, quiet.token, fbclid="abc")
    assert answer["statusCode"] == 200
    assert '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">' in answer["body"]
    assert len(quiet.shown()["items"]) == len(YES)


def test_a_page_loads_nothing_tells_nobody_and_says_nothing_of_the_person_but_their_language(lan: Person, apis: Served):
    ours = [visit(apis, lan.token), click(apis, lan.token, ONE_CLICK + b"&scope=all")]
    for answer in [*ours, visit(apis, "A" * 40)]:
        headers = answer["headers"]
        assert headers["content-type"] == "text/html; charset=utf-8"
        policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
        assert headers["content-security-policy"].startswith(policy)
        assert headers["content-security-policy"].endswith("base-uri 'none'; frame-ancestors 'none'")
        assert (headers["x-content-type-options"], headers["strict-transport-security"]) == (
            "nosniff",
            "max-age=31536000",
        )
        assert (headers["referrer-policy"], headers["x-robots-tag"]) == ("no-referrer", "noindex")
        assert headers["cache-control"] == "no-store"
        assert not [found for found in ("<script", "http:", "https:", "url(") if found in answer["body"]]
    for answer in ours:
        assert '<html lang="vi">' in answer["body"]
        assert not [one for one in (lan.member_id, lan.phone[-6:], lan.token, MAIL) if one in answer["body"]]
    assert "dù qua kênh nào" in ours[-1]["body"]
    granted = lan.granted()
    assert not [use for use, _ in granted if use.startswith("marketing")]
    assert ("transactional", "sms") in granted


def test_who_said_no_language_is_spoken_to_as_their_browser_wants(apis: Served, quiet: Person):
    assert (
        "Stop advertising by email" in visit(apis, quiet.token, headers={"accept-language": "en-GB,vi;q=0.5"})["body"]
    )
    assert "Ngừng quảng cáo qua email" in visit(apis, quiet.token)["body"]


@pytest.mark.parametrize("token", ["A" * 40, "x", "A" * 5000, "..%2F..", "ế"])
def test_a_text_that_is_no_token_is_answered_alike_whatever_it_is(apis: Served, token: str):
    known = visit(apis, "B" * 40)
    assert known["statusCode"] == 404
    assert visit(apis, token) == click(apis, token) == known


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"", URLENCODED, "validation_failed"),
        (b"List-Unsubscribe=Two-Clicks", URLENCODED, "validation_failed"),
        (ONE_CLICK + b"&scope=everything", URLENCODED, "validation_failed"),
        (b'{"List-Unsubscribe": "One-Click"}', {"content-type": "application/json"}, "unsupported_media_type"),
    ],
)
def test_what_is_no_click_is_refused_and_stops_nothing(
    quiet: Person, apis: Served, body: bytes, headers: Mapping[str, str], code: str
):
    answer = click(apis, quiet.token, body, headers)
    assert json.loads(answer["body"])["code"] == code
    assert len(quiet.shown()["items"]) == len(YES)


def test_the_link_of_who_has_left_still_works_and_does_nothing(lan: Person, apis: Served):
    assert apis.admin("POST", f"/v1/members/{lan.member_id}/state", {"state": "closed", "reason": "left"}).status == 200
    assert visit(apis, lan.token)["statusCode"] == click(apis, lan.token)["statusCode"] == 200
    shown = apis.admin("GET", f"/v1/members/{lan.member_id}/consents").body
    assert len(shown["items"]) == len(YES)


def test_the_link_of_a_merged_member_is_the_survivor_s_too_and_the_evidence_stays_where_it_was(
    lan: Person, apis: Served, numbers: Iterator[int]
):
    survivor = Person(apis, next(numbers))
    lan.decide("marketing_sms", granted=False)
    body = {"merged_member_id": lan.member_id, "reason": "one person"}
    merged = apis.admin(
        "POST", f"/v1/members/{survivor.member_id}/merges", body, headers={"Idempotency-Key": lan.member_id}
    )
    assert merged.status == 201, merged
    assert click(apis, lan.token)["statusCode"] == 200
    newest, carried, *_ = survivor.shown()["items"]
    assert (newest["purpose"], newest["source"]) == ("marketing_email", "one_click")
    assert (carried["purpose"], carried["granted"], carried["reference"]) == (
        "marketing_sms",
        False,
        f"{lan.member_id}:6",
    )
    theirs = apis.admin("GET", f"/v1/members/{lan.member_id}/consents").body
    assert (len(theirs["items"]), theirs["items"][0]["source"]) == (len(YES) + 2, "one_click")


# What is queued


def test_a_withdrawal_stops_what_is_queued_already(lan: Person, apis: Served, quiet: Person):
    region = application().settings.aws_region
    boto3.client("sqs", region_name=region).create_queue(QueueName="messages")
    queue = SqsIntentQueue(application()._sqs, application().settings.messages_queue_url)
    queue.send([Intent(person.member_id, "birthday", "2026", {"points": 50}) for person in (lan, quiet)])
    url = application().settings.messages_queue_url
    queued = application()._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert click(apis, lan.token, ONE_CLICK + b"&scope=all")["statusCode"] == 200
    bodies = [json.loads(message["Body"]) for message in queued]
    became = {body["member_id"]: application().messages.receive(body) for body in bodies}
    assert became[lan.member_id] == "SUPPRESSED_NO_CONSENT"
    assert became[quiet.member_id] in {"SENT", "HELD_QUIET_HOURS"}

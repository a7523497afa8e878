"""What became of messages: reports come in by the function, staff and members read them, and an address is tried again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import boto3
import pytest
from msgspec.structs import replace

from gateway_events import member_claims
from quen.bootstrap import application
from quen.messages.labels import label_of
from quen.messages.model import Attempt, Message
from sample_events import sample_event
from served import Served, serving
from take_reports.app import handle
from unit.messages.ses_events import log_data, make_text

AT = datetime(2026, 12, 1, 2, tzinfo=UTC)
KEY = "expiring:2026-12-31.30"
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/message-reports"
NUMBERS = count(100)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as apis:
        sqs = boto3.client("sqs", region_name="us-east-1")
        for queue in ("messages", "message-reports"):  # what bounced is tried on another channel
            sqs.create_queue(QueueName=queue)
        yield apis


@dataclass
class Member:
    """A member with a mailbox and a phone of their own."""

    member_id: str
    phone: str
    email: str
    claims: dict[str, Any]


@pytest.fixture
def hoa(served: Served) -> Member:
    """Another member for every test."""
    number = next(NUMBERS)
    phone, email = f"+84901234{number}", f"hoa{number}@example.com"
    member_id = served.enrol(f"hoa{number}", phone)
    claims = member_claims(subject=f"hoa{number}", phone=phone, email=email)
    assert served.mobile("PATCH", "/v1/me", {"email": email}, claims=claims).status == 200
    return Member(member_id, phone, email, claims)


def keep(hoa: Member, key: str = KEY, *, minutes: int = 0, **changes: Any) -> Message:
    """A message that was sent by mail."""
    store, at = application()._message_store, AT + timedelta(minutes=minutes)
    kind, _, period = key.partition(":")
    message = Message(hoa.member_id, key, f"msg_{kind}", at=at, data={"days": [period[:10]]}, created_at=at)
    accepted = (Attempt("email", "accepted", at),)
    sent = {"state": "SENT", "channel": "email", "address_hint": "h***@e***.com", "provider_id": "0100017c"}
    after = replace(message, revision=1, **sent | {"attempts": accepted, "sent_at": at} | changes)
    store.claim(message)
    assert store.replace(message, after)
    return after


SAMPLES = {
    "delivered": sample_event("take_reports", "delivered"),
    "bounced": sample_event("take_reports", "bounced"),
    "complained": sample_event("take_reports", "complained"),
}


def told_of(hoa: Member, name: str, key: str = KEY) -> dict[str, Any]:
    """A sample event, about that member's message."""
    event, (kind, _, period) = SAMPLES[name], key.partition(":")
    [record] = event["Records"]
    body = json.loads(record["body"])
    inner = json.loads(body["Message"]) if "Message" in body else body
    inner["mail"]["tags"] |= {"member": [hoa.member_id], "kind": [kind], "period": [label_of(period)]}
    inner["mail"]["destination"] = [hoa.email]
    told = body | {"Message": json.dumps(inner)} if "Message" in body else inner
    return {"Records": [record | {"body": json.dumps(told)}]}


def messages(served: Served, hoa: Member) -> list[dict[str, Any]]:
    answer = served.admin("GET", f"/v1/members/{hoa.member_id}/messages", role="support")
    assert answer.status == 200, answer
    return list(answer.body["items"])


def suppressions(served: Served, hoa: Member) -> list[dict[str, Any]]:
    answer = served.admin("GET", f"/v1/members/{hoa.member_id}/suppressions", role="support")
    assert answer.status == 200, answer
    return list(answer.body["items"])


def test_what_ses_delivered_is_delivered(served: Served, hoa: Member) -> None:
    keep(hoa)
    assert handle(told_of(hoa, "delivered"), None) == {"batchItemFailures": []}
    [message] = messages(served, hoa)
    assert (message["kind"], message["period"], message["state"]) == ("expiring", "2026-12-31.30", "DELIVERED")
    assert (message["channel"], message["address_hint"]) == ("email", "h***@e***.com")
    assert message["attempts"] == [
        {"channel": "email", "outcome": "delivered", "at": message["delivered_at"], "code": None}
    ]
    assert suppressions(served, hoa) == []


@pytest.mark.parametrize("name", ["bounced", "complained"])
def test_an_address_that_takes_nothing_is_left_alone(served: Served, hoa: Member, name: str) -> None:
    keep(hoa)
    for _ in range(2):  # SQS may bring it again
        assert handle(told_of(hoa, name), None) == {"batchItemFailures": []}
    [message] = messages(served, hoa)
    assert message["state"] == ("BOUNCED" if name == "bounced" else "SENT")
    [suppression] = suppressions(served, hoa)
    assert (suppression["channel"], suppression["reason"]) == ("email", name)
    assert application()._suppressions.is_suppressed("email", hoa.email)
    items = stored()
    assert [item for item in items if item["PK"]["S"].startswith("SUPPRESSED#")]
    assert hoa.email not in json.dumps(items)


def stored() -> list[dict[str, Any]]:
    app = application()
    items: list[dict[str, Any]] = app._dynamodb.scan(TableName=app.settings.messages_table)["Items"]
    return items


def lift(served: Served, hoa: Member, channel: str = "email", **changes: Any) -> Any:
    path = f"/v1/members/{hoa.member_id}/suppressions/{channel}?reason=confirmed"
    return served.admin("DELETE", path, **{"role": "support"} | changes)


def test_staff_let_an_address_be_tried_again_until_it_refuses_again(served: Served, hoa: Member) -> None:
    keep(hoa)
    handle(told_of(hoa, "bounced"), None)
    answer = lift(served, hoa)
    assert (answer.status, answer.body) == (200, {"items": []})
    assert lift(served, hoa).code == "not_found"
    [newest, *_] = served.admin("GET", "/v1/audit").body["items"]
    assert (newest["action"], newest["target"], newest["reason"]) == (
        "lift_suppression",
        f"member:{hoa.member_id}",
        "confirmed",
    )
    assert (newest["before"]["reason"], newest["before"]["message_id"]) == ("bounced", "msg_expiring")
    handle(told_of(hoa, "bounced"), None)  # the same report, from a queue that was redriven
    assert suppressions(served, hoa) == []
    application()._suppressions.suppress("email", hoa.email, "refused", "msg_2")
    assert [one["reason"] for one in suppressions(served, hoa)] == ["refused"]
    lift(served, hoa)


def test_another_address_is_written_to(served: Served, hoa: Member) -> None:
    application()._suppressions.suppress("email", hoa.email, "bounced", "msg_1")
    new = f"new.{hoa.email}"
    assert served.mobile("PATCH", "/v1/me", {"email": new}, claims=hoa.claims | {"email": new}).status == 200
    assert suppressions(served, hoa) == []
    assert lift(served, hoa).code == "not_found"
    assert served.mobile("PATCH", "/v1/me", {"email": hoa.email}, claims=hoa.claims).status == 200
    assert lift(served, hoa).status == 200


def test_an_address_of_one_channel_says_nothing_of_another(served: Served, hoa: Member) -> None:
    application()._suppressions.suppress("sms", hoa.phone, "bounced", "msg_1")
    assert [one["channel"] for one in suppressions(served, hoa)] == ["sms"]
    for channel in ("email", "zalo", "push", "pigeon"):
        assert lift(served, hoa, channel).code == "not_found"
    assert lift(served, hoa, "sms").status == 200


def test_only_those_who_help_members_read_their_messages(served: Served, hoa: Member) -> None:
    for role, status in (("owner", 200), ("manager", 200), ("support", 200), ("cashier", 403), ("analyst", 403)):
        for path in ("messages", "suppressions"):
            assert served.admin("GET", f"/v1/members/{hoa.member_id}/{path}", role=role).status == status
        assert lift(served, hoa, role=role).status == (404 if status == 200 else 403)
    assert served.admin("DELETE", f"/v1/members/{hoa.member_id}/suppressions/email").code == "validation_failed"


def test_nobody_s_messages_are_not_found(served: Served) -> None:
    for method, path in (("GET", "messages"), ("GET", "suppressions"), ("DELETE", "suppressions/email?reason=x")):
        assert served.admin(method, f"/v1/members/mem_0000000000000000/{path}").code == "member_not_found"


def test_pages_join_newest_first(served: Served, hoa: Member) -> None:
    for number in range(5):
        keep(hoa, f"redeemed:red_{number}", minutes=number % 3)
    found: list[str] = []
    cursor = ""
    while True:
        page = served.admin("GET", f"/v1/members/{hoa.member_id}/messages?limit=2{cursor}").body
        found += [item["period"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == ["red_2", "red_4", "red_1", "red_3", "red_0"]


def test_members_see_their_own_and_no_address(served: Served, hoa: Member) -> None:
    keep(hoa, "tier_lost:3", state="SUPPRESSED_NO_CONSENT", channel=None, provider_id="", address_hint="")
    keep(hoa, "expiring:2026-12-31.7", minutes=1)
    assert served.mobile("GET", "/v1/me/messages", claims=hoa.claims).body == {
        "items": [
            {"kind": "expiring", "channel": "email", "state": "SENT", "at": "2026-12-01T02:01:00Z"},
            {"kind": "tier_lost", "channel": None, "state": "SUPPRESSED_NO_CONSENT", "at": "2026-12-01T02:00:00Z"},
        ],
        "next_cursor": None,
    }
    stranger = member_claims(subject="stranger", phone="+84909999999", email="")
    assert served.mobile("GET", "/v1/me/messages", claims=stranger).code == "member_not_found"


def test_what_is_no_report_of_ours_is_gone_at_once(hoa: Member, caplog: pytest.LogCaptureFixture) -> None:
    assert handle(sample_event("take_reports", "no_reports"), None) == {"batchItemFailures": []}
    assert handle(told_of(hoa, "delivered", "welcome:never"), None) == {"batchItemFailures": []}
    assert [record.why for record in caplog.records if hasattr(record, "why")] == [
        "malformed",
        "unknown_event",
        "no_tags",
    ]
    assert "@example.com" not in caplog.text


def test_lines_about_text_messages_come_by_the_queue(served: Served) -> None:
    assert served
    sqs = boto3.client("sqs", region_name="us-east-1")
    assert handle(sample_event("take_reports", "text_messages"), None) == {}
    assert handle({"awslogs": {"data": log_data("a check", kind="CONTROL_MESSAGE")}}, None) == {}
    assert handle({"awslogs": {"data": "nothing"}}, None) == {}
    queued = sqs.receive_message(QueueUrl=QUEUE, MaxNumberOfMessages=10)["Messages"]
    bodies = [json.loads(one["Body"]) for one in queued]
    assert bodies == [make_text(), make_text("FAILURE", "Phone number is opted out")]

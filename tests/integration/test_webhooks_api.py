"""Webhooks through the APIs, the queue and the function that sends, to a receiver on this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from gateway_events import Answer
from quen.bootstrap import application
from quen.feed.model import PartnerEvent
from quen.partners.model import ALL_RIGHTS, Right
from receivers import answering, receiving
from sample_events import sample_event
from served import Served, serving

OK = b"HTTP/1.1 204 No Content\r\n\r\n"
URL = "https://hooks.example.com/quen"


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving() as served:
        boto3.client("sqs", region_name="us-east-1").create_queue(QueueName="webhooks")
        yield served


@pytest.fixture
def partner_id(apis: Served) -> str:
    """A partner of its own for each test."""
    return apis.make_partner("Phở 24", "brand")


@pytest.fixture
def sandbox(apis: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The stack is a sandbox for a while, whose webhooks may go to this machine."""
    monkeypatch.setenv("SANDBOX", "true")
    application.cache_clear()
    yield
    monkeypatch.undo()
    application.cache_clear()


def make(apis: Served, url: str = URL, *event_types: str) -> dict[str, Any]:
    answer = apis.partner("POST", "/v1/webhooks", {"url": url, "event_types": list(event_types)})
    assert answer.status == 201, answer
    return dict(answer.body)


def work() -> list[dict[str, Any]]:
    """Give the function what the queue holds; its answers to each batch."""
    from send_webhooks.app import handle

    sqs, url = boto3.client("sqs", region_name="us-east-1"), application().settings.webhooks_queue_url
    answers = []
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=5).get("Messages"):
        records = [{"messageId": one["MessageId"], "body": one["Body"]} for one in found]
        answers.append(handle({"Records": records}, None))
        for one in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return answers


def deliveries(apis: Served, webhook: dict[str, Any], **asked: Any) -> Answer:
    return apis.partner("POST", f"/v1/webhooks/{webhook['webhook_id']}/deliveries/search", asked)


def announce(partner_id: str, event_id: str, body: bytes) -> None:
    """As the feed's listener does: the event is appended, then announced."""
    app, event_type = application(), json.loads(body)["type"]
    app.feeds.append(partner_id, [PartnerEvent(partner_id, event_id, event_type, body)])
    app.webhook_announcements.announce(partner_id, [(event_id, event_type)])


def test_a_webhook_is_made_seen_listed_rotated_disabled_and_deleted(apis: Served, partner_id: str) -> None:
    made = make(apis, URL, "points.", "tier.changed")
    secret = made.pop("secret")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    path = f"/v1/webhooks/{made['webhook_id']}"
    assert made["event_types"] == ["points.", "tier.changed"]
    assert apis.partner("GET", path).body == made
    assert apis.partner("POST", "/v1/webhooks/search").body == {"items": [made]}
    rotated = apis.partner("POST", f"{path}/rotate", {"overlap_hours": 72}).body
    assert rotated["secret"] != secret
    assert rotated["previous_secret_until"] > made["created_at"]
    off = apis.partner("POST", f"{path}/disable").body
    assert (off["state"], off["disabled_by"]) == ("disabled", "partner")
    assert apis.partner("POST", f"{path}/test").code == "webhook_disabled"
    assert apis.partner("POST", f"{path}/enable").body["state"] == "enabled"
    assert apis.partner("POST", f"{path}/delete").status == 200
    for again in (apis.partner("GET", path), apis.partner("POST", f"{path}/delete")):
        assert (again.status, again.code) == (404, "not_found")
    listed = boto3.client("secretsmanager", region_name="us-east-1").list_secrets()["SecretList"]
    assert not [one for one in listed if "/whs_" in one["Name"] and "DeletedDate" not in one]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"url": "http://example.com/"}, "/url", "url_not_allowed"),
        ({"url": "https://127.0.0.1/"}, "/url", "url_not_allowed"),
        ({"url": "http://localhost:9000/"}, "/url", "url_not_allowed"),
        ({"url": "https://example.com/" + "x" * 500}, "/url", "length"),
        ({"url": URL, "event_types": ["points"]}, "/event_types/0", "pattern"),
        ({"url": URL, "event_types": ["points.nothing"]}, "/event_types/0", "not_allowed"),
        ({"url": URL, "secret": "whsec_mine"}, "/secret", "unknown"),
        ({}, "/url", "missing"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused(apis: Served, body: dict[str, Any], pointer: str, code: str) -> None:
    answer = apis.partner("POST", "/v1/webhooks", body)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [(fault["pointer"], fault["code"]) for fault in answer.body["errors"]] == [(pointer, code)]


def test_another_partner_s_webhook_does_not_exist(apis: Served, partner_id: str) -> None:
    path = f"/v1/webhooks/{make(apis)['webhook_id']}"
    apis.make_partner("Another", "brand")
    routes = [
        ("GET", path, None),
        *(("POST", f"{path}/{verb}", None) for verb in ("enable", "disable", "delete", "test")),
    ]
    routes += [
        ("POST", f"{path}/rotate", {"overlap_hours": 0}),
        ("POST", f"{path}/deliveries/search", {}),
        ("POST", f"{path}/replay", {"event_id": "evt_1"}),
    ]
    for method, route, body in routes:
        assert apis.partner(method, route, body).code == "not_found"
    assert apis.partner("POST", "/v1/webhooks/search").body == {"items": []}


def test_without_the_right_a_partner_has_no_webhooks(apis: Served) -> None:
    app = application()
    partner = app.partners.create("Reader", rights=ALL_RIGHTS - {Right.MANAGE_WEBHOOKS})
    issued = app.partners.create_key(partner.partner_id, "hmac-sha256")
    apis.use_key({"key_id": issued.key.key_id, "secret": issued.secret})
    for method, path in (("POST", "/v1/webhooks/search"), ("GET", "/v1/webhooks/whk_0000000000000000")):
        assert apis.partner(method, path).code == "partner_forbidden"


def test_an_event_is_delivered_as_the_bytes_of_the_feed_and_the_log_says_so(
    apis: Served, partner_id: str, sandbox: None
) -> None:
    body = b'{"type":"points.earned","timestamp":"2026-11-22T03:15:00Z","data":{"member_id":"mem_1","n": 1}}'
    with receiving(answering(OK)) as receiver:
        webhook = make(apis, f"http://127.0.0.1:{receiver.port}/hooks", "points.")
        other = make(apis, f"http://127.0.0.1:{receiver.port}/tiers", "tier.changed")
        for _ in range(2):
            announce(partner_id, "evt_r2vqgz6m4k3wq2m9", body)
        assert {"batchItemFailures": []} in work()
    [request] = receiver.requests
    head, _, sent = request.partition(b"\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    secret = base64.b64decode(webhook["secret"].removeprefix("whsec_"))
    signed = f"{fields['webhook-id']}.{fields['webhook-timestamp']}.".encode() + sent
    signature = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    assert (sent, fields["webhook-id"], fields["webhook-signature"]) == (
        body,
        "evt_r2vqgz6m4k3wq2m9",
        f"v1,{signature}",
    )
    [told] = deliveries(apis, webhook).body["items"]
    assert (told["type"], told["state"], told["attempts"], told["last_status"]) == (
        "points.earned",
        "delivered",
        1,
        204,
    )
    assert (told["last_error"], told["next_attempt_at"]) == (None, None)
    assert deliveries(apis, other).body["items"] == []


def test_a_failure_waits_in_the_queue_and_a_dead_letter_is_replayed(
    apis: Served, partner_id: str, sandbox: None
) -> None:
    with receiving(answering(b"HTTP/1.1 500 Oh no\r\n\r\n")) as receiver:
        webhook = make(apis, f"http://127.0.0.1:{receiver.port}/")
        tested = apis.partner("POST", f"/v1/webhooks/{webhook['webhook_id']}/test")
        assert (tested.status, tested.body["type"], tested.body["state"]) == (202, "webhook.test", "pending")
        work()
    [failed] = deliveries(apis, webhook).body["items"]
    assert (failed["state"], failed["last_status"], failed["last_error"]) == ("pending", 500, "refused")
    assert failed["next_attempt_at"] > failed["created_at"]
    _kill(webhook["webhook_id"], failed["event_id"])
    assert deliveries(apis, webhook, state="delivered").body["items"] == []
    [dead] = deliveries(apis, webhook, state="dead").body["items"]
    assert dead["event_id"] == failed["event_id"]
    path = f"/v1/webhooks/{webhook['webhook_id']}/replay"
    assert apis.partner("POST", path, {"event_id": dead["event_id"]}).body == {"replayed": 1, "next_since": None}
    assert apis.partner("POST", path, {"since": "2026-01-01T00:00:00Z"}).body == {"replayed": 0, "next_since": None}
    for wrong in ({}, {"event_id": "evt_1", "since": "2026-01-01T00:00:00Z"}):
        assert apis.partner("POST", path, wrong).code == "validation_failed"
    assert apis.partner("POST", path, {"event_id": "evt_0000000000000000"}).code == "not_found"


def _kill(webhook_id: str, event_id: str) -> None:
    """As after its last attempt."""
    records = application()._delivery_store
    delivery = records.find(webhook_id, event_id)
    assert delivery
    assert records.replace(delivery, delivery.given_up("refused"))


def test_the_log_s_cursor_is_for_one_webhook_one_state_and_one_partner(
    apis: Served, partner_id: str, sandbox: None
) -> None:
    webhook = make(apis)
    for _ in range(3):
        apis.partner("POST", f"/v1/webhooks/{webhook['webhook_id']}/test")
    first = deliveries(apis, webhook, limit=2).body
    rest = deliveries(apis, webhook, limit=2, cursor=first["next_cursor"]).body
    found = [one["event_id"] for one in (*first["items"], *rest["items"])]
    assert (len(found), len({*found}), rest["next_cursor"]) == (3, 3, None)
    assert deliveries(apis, webhook, state="dead", cursor=first["next_cursor"]).code == "cursor_invalid"
    assert deliveries(apis, make(apis), cursor=first["next_cursor"]).code == "cursor_invalid"
    _drop_the_queue()


def test_staff_see_a_partner_s_webhooks_and_disable_one_with_a_reason(apis: Served, partner_id: str) -> None:
    webhook = {name: value for name, value in make(apis).items() if name != "secret"}
    path = f"/v1/partners/{partner_id}/webhooks"
    assert apis.admin("GET", path, role="support").body == {"items": [webhook]}
    disable = f"{path}/{webhook['webhook_id']}/disable"
    for _ in range(2):
        off = apis.admin("POST", disable, {"reason": "floods a stranger"}, role="manager").body
        assert (off["state"], off["disabled_by"]) == ("disabled", "staff")
    records = [one for one in apis.admin("GET", "/v1/audit").body["items"] if one["action"] == "disable_webhook"]
    [record] = [one for one in records if one["target"] == f"webhook:{webhook['webhook_id']}"]
    assert (record["before"], record["after"], record["reason"]) == (webhook, off, "floods a stranger")
    assert apis.admin("POST", disable, {"reason": "x"}, role="support").code == "forbidden"
    assert apis.admin("GET", path, role="cashier").code == "forbidden"
    assert apis.admin("GET", "/v1/partners/ptn_0000000000000000/webhooks").code == "not_found"
    stranger = f"/v1/partners/ptn_0000000000000000/webhooks/{webhook['webhook_id']}/disable"
    assert apis.admin("POST", stranger, {"reason": "x"}).code == "not_found"


def test_the_queue_brings_again_what_is_no_wake_up_and_nothing_else(apis: Served) -> None:
    from send_webhooks.app import handle

    answer = handle(sample_event("send_webhooks", "one_bad_one_good"), None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "059f36b4-87a3-44ab-83d2-661975930001"}]}
    for event in (sample_event("send_webhooks", "announced"), sample_event("send_webhooks", "retry")):
        assert handle(event, None) == {"batchItemFailures": []}


def _drop_the_queue() -> None:
    boto3.client("sqs", region_name="us-east-1").purge_queue(QueueUrl=application().settings.webhooks_queue_url)


@pytest.mark.parametrize("change", [{"state": "suspended"}, {"rights": ["record_purchases", "manage_webhooks"]}])
def test_a_partner_that_is_suspended_or_may_read_no_events_is_called_no_more(
    apis: Served, change: dict[str, Any]
) -> None:
    theirs = apis.credentials
    partner_id = apis.make_partner("Bánh mì 9", "brand")
    make(apis, URL)
    assert apis.admin("PATCH", f"/v1/partners/{partner_id}", change).status == 200
    application.cache_clear()
    body = b'{"type":"points.earned"}'
    announce(partner_id, "evt_0000000000000009", body)
    sqs, url = boto3.client("sqs", region_name="us-east-1"), application().settings.webhooks_queue_url
    assert "Messages" not in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=5)
    assert application().feeds.find(partner_id, "evt_0000000000000009") == body
    apis.credentials = theirs

"""The partner API through its handler: signed requests of a till, and what comes back."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from gateway_events import member_claims
from quen.bootstrap import application
from quen.client.signing import Credentials
from quen.partners.model import Right
from quen.partners.rates import PER_MINUTE_MAX, RatedAction
from served import Served, serving


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def member_id(apis: Served) -> str:
    return apis.enrol("lan", "+84901234567", name="Nguyễn Thị Lan")


def purchase(purchase_id: str, amount: int = 125_000) -> dict[str, Any]:
    occurred_at = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    total = {"amount": amount, "currency": "VND"}
    return {"purchase_id": purchase_id, "member": {"phone": "0901234567"}, "occurred_at": occurred_at, "total": total}


def test_a_purchase_earns_once(apis: Served, member_id: str) -> None:
    before = apis.admin("GET", f"/v1/members/{member_id}/account").body["points"]["active"]
    body = purchase("B-1")
    first = apis.partner("POST", "/v1/purchases", body)
    assert (first.status, first.body["member_id"]) == (201, member_id)
    earned = first.body["entries"][0]["points"]
    assert earned == sum(share["points"] for share in first.body["entries"][0]["explanation"])
    again = apis.partner("POST", "/v1/purchases", dict(reversed(body.items())))
    assert (again.status, again.body, again.headers["idempotent-replayed"]) == (201, first.body, "true")
    assert apis.admin("GET", f"/v1/members/{member_id}/account").body["points"]["active"] == before + earned
    status = apis.partner("GET", "/v1/purchases/B-1")
    assert (status.status, status.body["entries"], status.body["returns"]) == (200, first.body["entries"], [])


def test_another_content_under_the_same_id_is_refused(apis: Served, member_id: str) -> None:
    body = purchase("B-2")
    assert apis.partner("POST", "/v1/purchases", body).status == 201
    other = apis.partner("POST", "/v1/purchases", body | {"total": {"amount": 1, "currency": "VND"}})
    assert (other.status, other.code) == (409, "purchase_already_recorded")


def test_a_preview_writes_nothing(apis: Served, member_id: str) -> None:
    before = apis.admin("GET", f"/v1/members/{member_id}/account").body
    body = {name: value for name, value in purchase("B-3").items() if name != "purchase_id"}
    answer = apis.partner("POST", "/v1/purchases/preview", body)
    assert (answer.status, answer.body["purchase_id"], answer.body["entries"][0]["entry_id"]) == (200, None, None)
    assert apis.admin("GET", f"/v1/members/{member_id}/account").body == before


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"total": {"amount": 1000, "currency": "USD"}}, 422, "currency_mismatch", None),
        ({"total": {"amount": 10.0, "currency": "VND"}}, 422, "validation_failed", "/total/amount"),
        ({"total": {"amount": -1, "currency": "VND"}}, 422, "validation_failed", "/total/amount"),
        ({"total": {"amount": 10**12 + 1, "currency": "VND"}}, 422, "validation_failed", "/total/amount"),
        ({"member": {}}, 422, "validation_failed", "/member"),
        ({"member": {"phone": "0901234567", "card_code": "x"}}, 422, "validation_failed", "/member"),
        ({"member": {"phone": "0900000000"}}, 404, "member_not_found", None),
        ({"member": {"member_id": "mem_0000000000000000"}}, 404, "member_not_found", None),
        ({"member": {"qr_token": "q2.xy"}}, 404, "member_not_found", None),
        ({"purchase_id": "../x"}, 422, "validation_failed", "/purchase_id"),
        ({"occurred_at": "2126-01-01T00:00:00Z"}, 422, "validation_failed", "/occurred_at"),
        ({"occurred_at": "2026-01-01"}, 422, "validation_failed", "/occurred_at"),
        ({"amount": 5}, 422, "validation_failed", "/amount"),
    ],
)
def test_a_purchase_that_cannot_be_is_refused(
    apis: Served, member_id: str, changes: dict[str, Any], status: int, code: str, pointer: str | None
) -> None:
    answer = apis.partner("POST", "/v1/purchases", purchase("B-9") | changes)
    assert (answer.status, answer.code) == (status, code)
    assert [fault["pointer"] for fault in answer.body["errors"]] == ([pointer] if pointer is not None else [])
    assert apis.partner("GET", "/v1/purchases/B-9").code == "purchase_not_found"


def test_a_stranger_s_purchase_does_not_exist(apis: Served, member_id: str) -> None:
    own = apis.credentials
    assert apis.partner("POST", "/v1/purchases", purchase("B-4")).status == 201
    apis.make_partner("Other")
    try:
        assert apis.partner("GET", "/v1/purchases/B-4").code == "purchase_not_found"
        assert apis.partner("POST", "/v1/purchases", purchase("B-4", 990_000)).status == 201
    finally:
        apis.credentials = own


def test_a_till_finds_a_member_and_sees_little(apis: Served, member_id: str) -> None:
    answer = apis.partner("POST", "/v1/members/search", {"phone": "090.123.4567"})
    assert set(answer.body) == {"member_id", "masked_name", "tier", "points"}
    assert (answer.body["member_id"], answer.body["masked_name"]) == (member_id, "Nguyễn Thị L***")
    assert apis.partner("POST", "/v1/members/search", {"phone": "0900000000"}).code == "member_not_found"
    assert apis.partner("POST", "/v1/members/search", {"member_id": member_id}).code == "validation_failed"


def test_points_are_reserved_and_redeemed(apis: Served, member_id: str) -> None:
    apis.adjust(member_id, 100, key="for-a-till")
    wanted = {"member": {"member_id": member_id}, "points": 30, "purchase_id": "B-5"}
    reserved = apis.partner("POST", "/v1/redemptions", wanted, key="r-1")
    assert (reserved.status, reserved.body["state"], reserved.body["points"]) == (201, "reserved", 30)
    path = f"/v1/redemptions/{reserved.body['redemption_id']}"
    redeemed = apis.partner("POST", f"{path}/redeem")
    assert (redeemed.status, redeemed.body["state"]) == (200, "redeemed")
    assert apis.partner("POST", f"{path}/redeem").headers["idempotent-replayed"] == "true"
    refused = apis.partner("POST", f"{path}/release")
    assert (refused.status, refused.code) == (409, "already_redeemed")


def test_a_released_reservation_gives_everything_back(apis: Served, member_id: str) -> None:
    before = apis.admin("GET", f"/v1/members/{member_id}/account").body
    wanted = {"member": {"member_id": member_id}, "points": 10}
    reserved = apis.partner("POST", "/v1/redemptions", wanted, key="r-2").body
    assert apis.partner("POST", f"/v1/redemptions/{reserved['redemption_id']}/release").body["state"] == "released"
    after = apis.admin("GET", f"/v1/members/{member_id}/account").body
    assert (after["points"], after["expiring"]) == (before["points"], before["expiring"])


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({}, "validation_failed"),
        ({"points": 5, "reward_id": "free-coffee"}, "validation_failed"),
        ({"reward_id": "free-coffee", "purchase_id": "B-1"}, "validation_failed"),
        ({"points": 0}, "validation_failed"),
        ({"points": 10**9}, "insufficient_points"),
        ({"reward_id": "nothing"}, "reward_not_found"),
    ],
)
def test_a_redemption_that_cannot_be_is_refused(
    apis: Served, member_id: str, wanted: dict[str, Any], code: str
) -> None:
    answer = apis.partner("POST", "/v1/redemptions", {"member": {"member_id": member_id}, **wanted}, key="r-3")
    assert answer.code == code


def test_a_redemption_needs_its_key(apis: Served, member_id: str) -> None:
    answer = apis.partner("POST", "/v1/redemptions", {"member": {"member_id": member_id}, "points": 1})
    assert (answer.status, answer.code) == (400, "idempotency_key_missing")


def test_an_unsigned_request_is_told_what_to_sign(apis: Served) -> None:
    event = apis.signed_event("POST", "/v1/purchases", purchase("B-6"))
    event["multiValueHeaders"] = {"Content-Type": ["application/json"]}
    answer = apis.send("partner", event)
    assert (answer.status, answer.code) == (401, "signature_missing")
    assert "content-digest" in answer.headers["accept-signature"]


def test_a_changed_body_is_refused_and_nothing_is_recorded(apis: Served) -> None:
    event = apis.signed_event("POST", "/v1/purchases", purchase("B-7"))
    event |= {"body": json.dumps(purchase("B-7", 999_000)), "isBase64Encoded": False}
    assert apis.send("partner", event).code == "content_digest_mismatch"
    assert apis.partner("GET", "/v1/purchases/B-7").code == "purchase_not_found"


def test_a_signature_counts_once(apis: Served) -> None:
    event = apis.signed_event("GET", "/v1/purchases/B-1")
    assert apis.send("partner", event).status == 200
    answer = apis.send("partner", event)
    assert (answer.status, answer.code) == (401, "signature_replayed")


def test_a_query_is_not_allowed(apis: Served) -> None:
    event = apis.signed_event("GET", "/v1/purchases/B-1")
    event["multiValueQueryStringParameters"] = {"x": [""]}
    assert apis.send("partner", event).code == "query_not_allowed"


def test_a_signed_body_that_is_not_json_is_malformed(apis: Served) -> None:
    event = apis.signed_event("POST", "/v1/purchases", "placeholder")
    assert apis.send("partner", event).code == "validation_failed"


def test_a_partner_does_only_what_it_may(apis: Served, member_id: str) -> None:
    own = apis.credentials
    partner = application().partners.create("Reader", rights={Right.READ_PURCHASES})
    issued = application().partners.create_key(partner.partner_id, "hmac-sha256")
    assert issued.secret
    apis.credentials = Credentials(issued.key.key_id, "hmac-sha256", base64.b64decode(issued.secret))
    try:
        answer = apis.partner("POST", "/v1/purchases", purchase("B-8"))
        assert (answer.status, answer.code) == (403, "partner_forbidden")
    finally:
        apis.credentials = own


def test_a_retry_whose_code_is_over_by_then_is_the_first_answer_again(apis: Served, member_id: str) -> None:
    apis.adjust(member_id, 50, key="for-a-retry")
    card = apis.mobile("GET", "/v1/me/card", claims=member_claims(subject="lan", member_id=member_id)).body
    wanted = {"member": {"qr_token": card["qr_token"]}, "points": 5}
    first = apis.partner("POST", "/v1/redemptions", wanted, key="r-9")
    application().members.change_state(member_id, "inactive")
    again = apis.partner("POST", "/v1/redemptions", wanted, key="r-9")
    application().members.change_state(member_id, "active")
    assert (again.status, again.body, again.headers["idempotent-replayed"]) == (201, first.body, "true")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"purchase_id": "B-10\n"}, "/purchase_id"),
        ({"total": {"amount": 1000, "currency": "VN\n"}}, "/total/currency"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "/occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "/occurred_at"),
    ],
)
def test_what_only_looks_valid_is_refused(apis: Served, member_id: str, changes: dict[str, Any], pointer: str) -> None:
    for path in ("/v1/purchases", "/v1/purchases/preview"):
        body = purchase("B-10") | changes
        if path.endswith("preview"):
            if "purchase_id" in changes:
                continue
            del body["purchase_id"]
        answer = apis.partner("POST", path, body)
        assert (answer.status, [fault["pointer"] for fault in answer.body["errors"]]) == (422, [pointer])


def test_a_till_asks_about_members_so_often_a_minute_and_then_waits(apis: Served, member_id: str) -> None:
    own = apis.credentials
    partner_id = apis.make_partner("Curious")
    for minutes in (0, 1):  # whichever minute the request falls into
        use_up(partner_id, RatedAction.SEARCH_MEMBERS, minutes)
    try:
        answer = apis.partner("POST", "/v1/members/search", {"phone": "0901234567"})
        assert (answer.status, answer.code, answer.body["retryable"]) == (429, "rate_limited", True)
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert apis.partner("POST", "/v1/perks/search", {"member": {"phone": "0901234567"}}).code == "rate_limited"
        preview = {name: value for name, value in purchase("x").items() if name != "purchase_id"}
        assert apis.partner("POST", "/v1/purchases/preview", preview).status == 200
        for minutes in (0, 1):
            use_up(partner_id, RatedAction.PREVIEW_PURCHASES, minutes)
        assert apis.partner("POST", "/v1/purchases/preview", preview).code == "rate_limited"
        assert apis.partner("POST", "/v1/purchases", purchase("B-11")).status == 201
    finally:
        apis.credentials = own
    assert apis.partner("POST", "/v1/members/search", {"phone": "0901234567"}).status == 200


def use_up(partner_id: str, action: RatedAction, minutes_ahead: int) -> None:
    """Every request that the partner has in that minute, as if it had made them."""
    minute = (datetime.now(UTC) + timedelta(minutes=minutes_ahead)).strftime("%Y-%m-%dT%H:%M")
    item = {"PK": f"RATE#{partner_id}#{minute}", "SK": action.value, "requests": PER_MINUTE_MAX[action]}
    boto3.resource("dynamodb").Table(application().settings.program_table).put_item(Item=item)

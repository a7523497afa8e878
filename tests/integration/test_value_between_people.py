"""Transfers, stored value and adjustments through the handlers: what each caller may ask, and what they are told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gateway_events import Answer, make_event, member_claims, staff_claims
from quen.partners.rates import PER_MINUTE_MAX, RatedAction
from served import Served, read_program, serving

LAN, MINH = "+84901234567", "+84907654321"
POLICIES: dict[str, Any] = {
    "transfers": {"per_day": 1_000, "minimum": 5},
    "stored_value": {"maximum": 500_000},
    "adjustments": {"limits": {"support": 100}, "approval_above": 1_000, "reason_codes": ["goodwill", "mistake"]},
}


@pytest.fixture
def apis() -> Iterator[Served]:
    with serving() as served:
        assert served.admin("PUT", "/v1/program", read_program(**POLICIES)).status == 200
        yield served


@pytest.fixture
def lan(apis: Served) -> str:
    return apis.enrol("lan", LAN, name="Nguyễn Thị Lan")


@pytest.fixture
def minh(apis: Served) -> str:
    return apis.enrol("minh", MINH, name="Trần Văn Minh")


def key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


def give(apis: Served, to: object, points: int, value: str = "k") -> Answer:
    claims = member_claims(subject="lan", phone=LAN, email="")
    return apis.mobile("POST", "/v1/me/transfers", {"to": to, "points": points}, claims=claims, headers=key(value))


def active(apis: Served, member_id: str) -> int:
    return int(apis.admin("GET", f"/v1/members/{member_id}/account").body["points"]["active"])


def trail(apis: Served, action: str) -> list[dict[str, Any]]:
    return [item for item in apis.admin("GET", "/v1/audit?limit=100").body["items"] if item["action"] == action]


def test_a_member_gives_points_once_and_learns_a_masked_name_and_nothing_else(
    apis: Served, lan: str, minh: str
) -> None:
    first = give(apis, {"phone": "0907654321"}, 15)
    assert (first.status, first.body["points"], first.body["to"]) == (201, 15, {"masked_name": "Trần Văn M***"})
    assert sum(lot["points"] for lot in first.body["lots"]) == 15
    assert first.body["account"]["member_id"] == lan
    assert minh not in str(first.body)
    again = give(apis, {"phone": "0907654321"}, 15)
    assert (again.status, again.body, again.headers["idempotent-replayed"]) == (201, first.body, "true")
    assert give(apis, {"phone": "0907654321"}, 5).code == "idempotency_key_reused"
    assert (active(apis, lan), active(apis, minh)) == (5, 35)
    mine = apis.admin("GET", f"/v1/members/{lan}/entries").body["items"][0]
    assert (mine["kind"], mine["points"], mine["reference"]["id"]) == ("transfer_out", -15, first.body["transfer_id"])


@pytest.mark.parametrize(
    ("to", "points", "status", "code"),
    [
        ({"phone": "0900000000"}, 10, 404, "member_not_found"),
        ({"member_id": "mem_0000000000000000"}, 10, 404, "member_not_found"),
        ({"member_id": "ACCOUNT"}, 10, 404, "member_not_found"),
        ({"card_code": "x"}, 10, 404, "member_not_found"),
        ({"phone": LAN}, 10, 422, "validation_failed"),
        ({"phone": MINH, "card_code": "x"}, 10, 422, "validation_failed"),
        ({}, 10, 422, "validation_failed"),
        ({"phone": MINH}, 4, 422, "validation_failed"),
        ({"phone": MINH}, 0, 422, "validation_failed"),
        ({"phone": MINH}, -10, 422, "validation_failed"),
        ({"phone": MINH}, 21, 422, "insufficient_points"),
        ({"phone": MINH}, 1_001, 422, "transfer_limit_reached"),
    ],
)
def test_a_gift_that_cannot_be_is_refused_and_moves_nothing(
    apis: Served, lan: str, minh: str, to: object, points: int, status: int, code: str
) -> None:
    answer = give(apis, to, points)
    assert (answer.status, answer.code) == (status, code)
    assert (active(apis, lan), active(apis, minh)) == (20, 20)


def test_a_gift_to_somebody_who_is_not_active_is_refused(apis: Served, lan: str, minh: str) -> None:
    for state, code in (("inactive", "member_not_active"), ("blocked", "member_not_found")):
        assert apis.admin("POST", f"/v1/members/{minh}/state", {"state": state, "reason": "x"}).status == 200
        assert give(apis, {"phone": MINH}, 10).code == code
    assert active(apis, lan) == 20


def test_nobody_who_is_blocked_gives_points_away(apis: Served, lan: str, minh: str) -> None:
    assert apis.admin("POST", f"/v1/members/{lan}/state", {"state": "blocked", "reason": "x"}).status == 200
    assert give(apis, {"phone": MINH}, 10).code in {"member_not_active", "member_not_found"}
    assert staff_moves(apis, lan, minh, 10).code == "member_not_active"
    assert active(apis, lan) == 20


def test_who_guesses_numbers_is_stopped_and_still_gets_their_own_answers_again(
    apis: Served, lan: str, minh: str
) -> None:
    first = give(apis, {"phone": MINH}, 10, "mine")
    per_minute = PER_MINUTE_MAX[RatedAction.SEND_POINTS]
    answers = [give(apis, {"phone": f"09000000{number:02d}"}, 5, f"g{number}") for number in range(2 * per_minute)]
    codes = [answer.code for answer in answers]
    # The minute may turn once while they guess.
    assert per_minute - 1 <= codes.count("member_not_found") < len(codes)
    assert set(codes) == {"member_not_found", "rate_limited"}
    assert int(next(answer for answer in answers if answer.status == 429).headers["retry-after"]) >= 1
    assert give(apis, {"phone": MINH}, 10, "mine").body == first.body


def staff_moves(apis: Served, sender: str, receiver: str, points: int, value: str = "s", role: str = "owner") -> Answer:
    body = {"to_member_id": receiver, "points": points, "reason": "gave them to the wrong sister"}
    return apis.admin("POST", f"/v1/members/{sender}/transfers", body, role=role, headers=key(value))


def test_staff_move_points_between_members_with_an_audit_record(apis: Served, lan: str, minh: str) -> None:
    first = staff_moves(apis, lan, minh, 15, role="manager")
    assert (first.status, first.body["to"]) == (201, {"masked_name": "Trần Văn M***"})
    assert staff_moves(apis, lan, minh, 15, role="manager").headers["idempotent-replayed"] == "true"
    assert (active(apis, lan), active(apis, minh)) == (5, 35)
    [record] = trail(apis, "transfer_points")
    assert (record["target"], record["reason"]) == (f"member:{lan}", "gave them to the wrong sister")
    assert (record["after"]["to"], record["after"]["points"]) == (minh, 15)


def test_staff_move_no_points_that_cannot_be_moved_and_leave_no_record(apis: Served, lan: str, minh: str) -> None:
    assert staff_moves(apis, lan, minh, 10, role="support").code == "forbidden"
    oneself = staff_moves(apis, lan, lan, 10)
    assert [fault["pointer"] for fault in oneself.body["errors"]] == ["/to_member_id"]
    assert staff_moves(apis, lan, "mem_x", 10).code == "member_not_found"
    assert staff_moves(apis, "mem_0000000000000000", minh, 10).code == "member_not_found"
    assert staff_moves(apis, lan, minh, 21).code == "insufficient_points"
    assert trail(apis, "transfer_points") == []


def till(apis: Served, path: str, amount: int, value: str, **body: Any) -> Answer:
    sent = {"amount": {"amount": amount, "currency": "VND"}, **body}
    return apis.partner("POST", f"/v1/stored-value/{path}", sent, key=value)


def test_a_till_loads_takes_and_gives_back_money_which_is_shown_with_the_account(apis: Served, lan: str) -> None:
    shown = apis.admin("GET", f"/v1/members/{lan}/account").body
    assert (shown["stored_value"]["amount"], shown["wallets"]) == (0, {"qualifying": 0, "stamps": 0})
    member = {"phone": "0901234567"}
    assert till(apis, "loads", 200_000, "l", member=member).body["balance"]["amount"] == 200_000
    paid = till(apis, "redemptions", 150_000, "p", member=member, purchase_id="B-1").body
    assert (paid["type"], paid["balance"]["amount"]) == ("redeem", 50_000)
    refunds = f"redemptions/{paid['activity_id']}/refunds"
    back = till(apis, refunds, 100_000, "r")
    assert (back.status, back.body["type"], back.body["balance"]["amount"]) == (201, "refund", 150_000)
    assert till(apis, refunds, 100_000, "r").body == back.body
    assert till(apis, refunds, 50_001, "r2").code == "refund_exceeds_payment"
    own = apis.credentials
    apis.make_partner("Another brand")
    assert till(apis, refunds, 1, "r3").code == "not_found"
    apis.credentials = own
    shown = apis.admin("GET", f"/v1/members/{lan}/account").body
    assert (shown["stored_value"], shown["points"]["active"]) == ({"amount": 150_000, "currency": "VND"}, 20)


def test_a_till_that_sends_one_key_twice_does_not_take_a_load_for_a_payment(apis: Served, lan: str) -> None:
    member = {"phone": "0901234567"}
    assert till(apis, "loads", 100_000, "one", member=member).status == 201
    assert till(apis, "redemptions", 100_000, "one", member=member).code == "idempotency_key_reused"
    assert apis.admin("GET", f"/v1/members/{lan}/account").body["stored_value"]["amount"] == 100_000


@pytest.mark.parametrize("path", ["loads", "redemptions"])
@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (0, "VND", "validation_failed"),
        (-1, "VND", "validation_failed"),
        (10**12 + 1, "VND", "validation_failed"),
        (1.5, "VND", "validation_failed"),
        (1, "USD", "currency_mismatch"),
    ],
)
def test_an_amount_that_cannot_be_moves_nothing(
    apis: Served, lan: str, path: str, amount: object, currency: str, code: str
) -> None:
    body = {"member": {"phone": LAN}, "amount": {"amount": amount, "currency": currency}}
    assert apis.partner("POST", f"/v1/stored-value/{path}", body, key="k").code == code


def decide(apis: Served, adjustment_id: str, decision: str, subject: str, role: str = "manager") -> Answer:
    """As another member of staff: the gateway's event is made here, for `Served` speaks as one alone."""
    template = f"/v1/adjustments/{{adjustment_id}}/{decision}"
    claims = staff_claims(role) | {"subject": subject}
    parameters = {"adjustment_id": adjustment_id}
    return apis.send("admin", make_event("POST", template, parameters=parameters, authorizer=claims))


def test_many_points_wait_for_a_second_person_and_the_asker_s_retry_shows_that_they_wait(
    apis: Served, lan: str
) -> None:
    asked = apis.adjust(lan, 5_000, "big")
    assert (asked.status, asked.body["state"], active(apis, lan)) == (202, "awaiting_approval", 20)
    adjustment_id = asked.body["adjustment_id"]
    assert decide(apis, adjustment_id, "approve", "staff-1", "owner").code == "second_person_required"
    assert decide(apis, adjustment_id, "approve", "staff-2", "support").code == "forbidden"
    approved = decide(apis, adjustment_id, "approve", "staff-2")
    assert (approved.status, approved.body["state"], active(apis, lan)) == (200, "applied", 5_020)
    again = decide(apis, adjustment_id, "approve", "staff-2")
    assert (again.body, again.headers["idempotent-replayed"]) == (approved.body, "true")
    for decision, subject in (("approve", "staff-3"), ("reject", "staff-2"), ("reject", "staff-3")):
        assert decide(apis, adjustment_id, decision, subject).code == "already_decided"
    retried = apis.adjust(lan, 5_000, "big")
    assert (retried.status, retried.body, retried.headers["idempotent-replayed"]) == (202, asked.body, "true")
    assert apis.admin("GET", f"/v1/adjustments/{adjustment_id}").body["state"] == "applied"
    assert [record["after"] for record in trail(apis, "decide_adjustment")] == [{"decision": "approved"}]


def test_an_ordinary_adjustment_is_applied_at_once_within_the_role_s_limit(apis: Served, lan: str) -> None:
    body = {"points": 100, "reason_code": "goodwill", "note": "x"}
    path = f"/v1/members/{lan}/adjustments"
    done = apis.admin("POST", path, body, role="support", headers=key("1"))
    assert (done.status, done.body["state"]) == (201, "applied")
    more = apis.admin("POST", path, body | {"points": 101}, role="support", headers=key("2"))
    assert (more.status, more.code) == (403, "adjustment_limit_reached")
    other = apis.admin("POST", path, body | {"reason_code": "because"}, headers=key("3"))
    assert [fault["pointer"] for fault in other.body["errors"]] == ["/reason_code"]

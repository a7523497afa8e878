"""Perks and gifts as apps, tills and staff meet them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gateway_events import member_claims
from served import Served, read_program, serving

NAMES = {"vi": "Tên", "en": "Name"}
TIERS = [{"id": "member", "name": NAMES}, {"id": "gold", "name": {"vi": "Vàng", "en": "Gold"}}]
PERKS: list[dict[str, Any]] = [
    {
        "id": "rides",
        "name": {"vi": "Chuyến xe miễn phí", "en": "Free rides"},
        "kind": "text",
        "terms": NAMES,
        "tiers": ["gold"],
        "quota": {"uses": 1, "per": "year"},
    },
    {
        "id": "delivery",
        "name": {"vi": "Miễn phí giao hàng", "en": "Free delivery"},
        "kind": "free_delivery",
        "maximum": 30_000,
        "tiers": ["member", "gold"],
    },
    {"id": "ten", "name": NAMES, "kind": "percent_off", "percent": "10", "tiers": ["gold"]},
    {"id": "party", "name": NAMES, "kind": "event_invitation", "at": "2099-01-01T12:00:00Z", "place": "Quận 1"},
]
LAN = member_claims(subject="lan", email="")


def vnd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "VND"}


BILL = {"total": vnd(170_000), "delivery_fee": vnd(20_000)}


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as served:
        answer = served.admin("PUT", "/v1/program", read_program(tiers=TIERS, perks=PERKS))
        assert answer.status < 300, answer
        yield served


@pytest.fixture
def member_id(served: Served) -> str:
    made = served.enrol()
    body = {"tier": "gold", "reason_code": "regular", "note": "a test"}
    answer = served.admin("POST", f"/v1/members/{made}/tier", body, headers={"Idempotency-Key": "gold"})
    assert answer.status < 300, answer
    return made


def test_member_till_and_staff_see_the_same_perks(served: Served, member_id: str) -> None:
    mine = served.mobile("GET", "/v1/me/perks", claims=LAN).body
    assert [(one["perk_id"], one["source"]) for one in mine["items"]] == [
        ("rides", "tier"),
        ("delivery", "tier"),
        ("ten", "tier"),
    ]
    assert mine["items"][0]["name"] == "Chuyến xe miễn phí"
    assert mine["items"][1]["maximum"] == vnd(30_000)
    assert (mine["member_id"], mine["next_tier"]) == (member_id, None)
    assert served.partner("POST", "/v1/perks/search", {"member": {"phone": "+84901234567"}}).body == mine
    assert served.admin("GET", f"/v1/members/{member_id}/perks").body == mine


def test_a_till_uses_a_perk_once_whatever_is_sent_again(served: Served, member_id: str) -> None:
    body = {"member": {"member_id": member_id}, "perk_id": "rides"}
    made = served.partner("POST", "/v1/redemptions", body, key="k")
    assert (made.status, made.body["uses"]["left"], made.body["reward_id"]) == (201, 0, None)
    again = served.partner("POST", "/v1/redemptions", body, key="k")
    assert (again.body, again.headers["idempotent-replayed"]) == (made.body, "true")
    assert served.partner("POST", "/v1/redemptions", body, key="k2").code == "reward_limit_reached"
    redeemed = served.partner("POST", f"/v1/redemptions/{made.body['redemption_id']}/redeem")
    assert redeemed.body["state"] == "redeemed"
    refunded = served.partner("POST", f"/v1/redemptions/{made.body['redemption_id']}/refund")
    assert (refunded.body["uses"]["left"], refunded.body["points_refunded"]) == (1, 0)


def test_a_member_uses_a_perk_and_calls_it_off(served: Served, member_id: str) -> None:
    def post(path: str, body: object = None, key: str = "a") -> Any:
        return served.mobile("POST", path, body, claims=LAN, headers={"Idempotency-Key": key})

    made = post("/v1/me/redemptions", {"perk_id": "rides", "bill": BILL})
    assert (made.status, made.body["name"], made.body["points"]) == (201, "Chuyến xe miễn phí", 0)
    assert post("/v1/me/redemptions", {"perk_id": "rides"}, "b").code == "reward_limit_reached"
    cancelled = post(f"/v1/me/redemptions/{made.body['redemption_id']}/cancel")
    assert (cancelled.body["state"], cancelled.body["uses"]["left"]) == ("released", 1)
    assert post("/v1/me/redemptions", {"reward_id": "free-coffee", "gift": True}, "c").code == "reward_not_available"


def test_a_request_that_can_mean_nothing_is_refused_at_its_place(served: Served, member_id: str) -> None:
    at_a_till: list[tuple[dict[str, Any], str]] = [
        ({}, ""),
        ({"perk_id": "rides", "points": 10}, ""),
        ({"perk_id": "rides", "gift": True}, "/gift"),
        ({"points": 10, "quantity": 2}, "/quantity"),
        ({"perk_id": "rides", "purchase_id": "B-1"}, "/purchase_id"),
        ({"perk_id": "ten"}, "/perk_id"),
    ]
    for body, pointer in at_a_till:
        answer = served.partner("POST", "/v1/redemptions", {"member": {"member_id": member_id}, **body}, key="k")
        assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)
    of_their_own: list[tuple[dict[str, Any], str]] = [
        ({}, ""),
        ({"perk_id": "rides", "reward_id": "free-coffee"}, ""),
        ({"perk_id": "rides", "gift": True}, "/gift"),
        ({"reward_id": "free-coffee", "bill": BILL}, "/bill"),
    ]
    for body, pointer in of_their_own:
        answer = served.mobile("POST", "/v1/me/redemptions", body, claims=LAN, headers={"Idempotency-Key": "k"})
        assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)


def test_who_does_not_have_the_perk_cannot_use_it(served: Served) -> None:
    made = served.enrol("hoa", "+84901234568")
    body = {"member": {"member_id": made}, "perk_id": "rides"}
    assert served.partner("POST", "/v1/redemptions", body, key="k").code == "perk_not_held"
    shown = served.partner("POST", "/v1/perks/search", {"member": {"member_id": made}}).body
    assert [one["perk_id"] for one in shown["items"]] == ["delivery"]
    assert [one["perk_id"] for one in shown["next_tier"]["perks"]] == ["rides", "ten"]


def test_a_quote_names_the_perks_that_took_something_off(served: Served, member_id: str) -> None:
    quote = served.partner("POST", "/v1/bills/quote", {"member": {"member_id": member_id}, **BILL}).body
    assert quote["discount"]["amount"] == vnd(15_000)
    assert [(one["perk_id"], one["applied"], one["taken_off"]["amount"]) for one in quote["perks"]] == [
        ("ten", True, vnd(15_000)),
        ("delivery", True, vnd(20_000)),
    ]

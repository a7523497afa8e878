"""Rewards and bills as apps and tills meet them: prices, windows and stock in the catalogue, what is off a bill, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gateway_events import member_claims
from quen.bootstrap import application
from served import Served, read_program, serving

NAMES = {"vi": "Tên", "en": "Name"}
TIERS = [
    {"id": "member", "name": NAMES, "discount": {"percent": "10", "excluded": {"categories": ["tobacco"]}}},
    {"id": "gold", "name": {"vi": "Vàng", "en": "Gold"}},
]
REWARDS: list[dict[str, Any]] = [
    {"id": "twenty-off", "name": NAMES, "points": 100, "benefit": {"kind": "amount_off", "amount": 20_000}},
    {"id": "lounge", "name": NAMES, "points": 10, "tiers": ["gold"]},
    {"id": "cake", "name": NAMES, "points": 10, "stock": {"d1": 1}, "window": {"from": "2020-01-01"}},
    {"id": "past", "name": NAMES, "points": 10, "window": {"to": "2020-01-01"}},
    {"id": "fifty", "name": NAMES, "points": 100, "benefit": {"kind": "voucher", "face": 50_000, "partial": True}},
    {
        "id": "concert",
        "name": NAMES,
        "points": 200,
        "terms": NAMES,
        "benefit": {"kind": "event_ticket", "event": NAMES, "at": "2030-01-01T12:00:00Z", "place": "Opera"},
    },
]
LINES = [
    {
        "line_id": "1",
        "sku": "latte-m",
        "category": "drinks",
        "quantity": 2,
        "amount": {"amount": 90_000, "currency": "VND"},
    },
    {
        "line_id": "2",
        "sku": "smokes",
        "category": "tobacco",
        "quantity": 1,
        "amount": {"amount": 60_000, "currency": "VND"},
    },
]
LAN = member_claims(subject="lan", email="")
BILL = {"total": {"amount": 150_000, "currency": "VND"}, "lines": LINES}


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as served:
        payment = {"minimum": 50, "max_share": "0.5", "excluded": {"categories": ["tobacco"]}}
        changes = {"tiers": TIERS, "rewards": REWARDS, "payment": payment, "categories": [{"id": "tobacco"}]}
        answer = served.admin("PUT", "/v1/program", read_program(**changes))
        assert answer.status < 300, answer
        yield served


@pytest.fixture
def member_id(served: Served) -> str:
    made = served.enrol()
    served.adjust(made, 980)
    return made


def vnd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "VND"}


def test_the_catalogue_tells_what_each_reward_is_and_what_stands_in_the_way(served: Served, member_id: str) -> None:
    items = {item["reward_id"]: item for item in served.mobile("GET", "/v1/me/rewards", claims=LAN).body["items"]}
    assert set(items) == {"twenty-off", "lounge", "cake", "fifty", "concert"}
    assert items["twenty-off"]["benefit"] == {"kind": "amount_off", "amount": 20_000}
    assert items["lounge"]["tier_required"] == {"id": "gold", "name": "Vàng"}
    assert items["cake"]["stock"] == {"left": 1, "by_store": {"d1": 1}}
    assert (items["cake"]["stores"], items["cake"]["window"]) == (["d1"], {"from": "2020-01-01", "to": None})
    assert items["concert"]["benefit"]["event"] == {"name": "Tên", "at": "2030-01-01T12:00:00Z", "place": "Opera"}
    assert items["concert"]["terms"] == "Tên"


def test_a_member_names_the_store_at_which_they_want_it(served: Served, member_id: str) -> None:
    def ask(key: str, **body: object) -> Any:
        return served.mobile("POST", "/v1/me/redemptions", body, claims=LAN, headers={"Idempotency-Key": key})

    assert ask("a", reward_id="cake").body["errors"][0]["pointer"] == "/store_id"
    assert ask("a", reward_id="cake", store_id="d2").code == "store_not_eligible"
    assert ask("a", reward_id="cake", store_id="d1").body["store_id"] == "d1"
    assert ask("b", reward_id="cake", store_id="d1").code == "reward_out_of_stock"
    assert ask("c", reward_id="past").code == "reward_not_available"
    assert ask("d", reward_id="lounge").code == "tier_required"


def test_a_member_buys_a_voucher_sees_its_code_and_calls_it_off(served: Served, member_id: str) -> None:
    def post(path: str, body: object = None, key: str = "a") -> Any:
        return served.mobile("POST", path, body, claims=LAN, headers={"Idempotency-Key": key})

    first, second = (post("/v1/me/redemptions", {"reward_id": "fifty"}, key).body for key in "ab")
    [voucher] = first["vouchers"]
    assert (first["state"], voucher["face_value"]) == ("redeemed", vnd(50_000))
    shown = served.mobile("GET", "/v1/me/redemptions", claims=LAN).body["items"]
    assert [one["vouchers"][0]["code"] for one in shown] == [second["vouchers"][0]["code"], voucher["code"]]
    cancelled = post(f"/v1/me/redemptions/{first['redemption_id']}/cancel")
    assert (cancelled.status, cancelled.body["state"]) == (200, "refunded")
    used = {"code": second["vouchers"][0]["code"], "member": {"member_id": member_id}, "bill": BILL}
    assert served.partner("POST", "/v1/vouchers/redeem", used, key="v").status < 300
    refused = post(f"/v1/me/redemptions/{second['redemption_id']}/cancel")
    assert refused.code == "voucher_already_redeemed"


def test_a_till_asks_what_a_member_has_off_a_bill(served: Served, member_id: str) -> None:
    answer = served.partner("POST", "/v1/bills/quote", {"member": {"member_id": member_id}, **BILL})
    assert answer.status == 200, answer
    assert answer.body["tier"] == {"id": "member", "name": "Tên"}
    assert answer.body["discount"] == {"amount": vnd(9000), "lines": [{"line_id": "1", "amount": vnd(9000)}]}
    payable = {"minimum": 50, "maximum": 705, "multiple": 1, "worth": vnd(70_500)}
    assert answer.body["points_payable"] == payable
    [reward] = answer.body["rewards"]
    assert (reward["reward_id"], reward["taken_off"]["amount"]) == ("twenty-off", vnd(20_000))


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"total": {"amount": 150_000, "currency": "USD"}}, "currency_mismatch", None),
        ({"lines": []}, "validation_failed", "/lines"),
        ({"lines": [LINES[0], LINES[0]]}, "validation_failed", "/lines/1/line_id"),
        ({"delivery_fee": {"amount": 150_001, "currency": "VND"}}, "validation_failed", "/delivery_fee"),
        ({"member": {"member_id": "mem_0000000000000000"}}, "member_not_found", None),
    ],
)
def test_a_quote_that_cannot_be_is_refused(
    served: Served, member_id: str, change: dict[str, object], code: str, pointer: str | None
) -> None:
    answer = served.partner("POST", "/v1/bills/quote", {"member": {"member_id": member_id}, **BILL, **change})
    assert answer.code == code
    assert [fault["pointer"] for fault in answer.body["errors"]] == ([pointer] if pointer else [])


def test_a_till_pays_part_of_the_bill_with_points(served: Served, member_id: str) -> None:
    def pay(key: str, **body: object) -> Any:
        return served.partner("POST", "/v1/redemptions", {"member": {"member_id": member_id}, **body}, key=key)

    assert pay("a", points=100).body["errors"][0]["pointer"] == "/bill"
    assert pay("a", points=760, bill=BILL).body["errors"][0]["pointer"] == "/points"
    paid = pay("a", points=500, bill=BILL).body
    assert (paid["worth"], paid["taken_off"]["lines"]) == (vnd(50_000), [{"line_id": "1", "amount": vnd(50_000)}])
    off = pay("b", reward_id="twenty-off", bill=BILL).body
    assert (off["benefit"]["kind"], off["taken_off"]["amount"]) == ("amount_off", vnd(20_000))
    done = served.partner("POST", f"/v1/redemptions/{off['redemption_id']}/redeem").body
    assert (done["state"], done["taken_off"]) == ("redeemed", off["taken_off"])


def test_what_was_paid_is_answered_for_ever_though_its_entries_are_archived(served: Served, member_id: str) -> None:
    def pay(key: str) -> str:
        body = {"member": {"member_id": member_id}, "points": 100, "bill": BILL, "purchase_id": "B-1"}
        return str(served.partner("POST", "/v1/redemptions", body, key=key).body["redemption_id"])

    paid, forgotten = pay("a"), pay("b")
    first = served.partner("POST", f"/v1/redemptions/{paid}/redeem")
    assert first.status == 200, first
    application()._archive_store.delete(member_id, 100)
    again = served.partner("POST", f"/v1/redemptions/{paid}/redeem")
    assert (again.status, again.body, again.headers["idempotent-replayed"]) == (200, first.body, "true")
    assert served.partner("POST", f"/v1/redemptions/{forgotten}/redeem").code == "reservation_expired"

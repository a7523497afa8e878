"""Returns, refunds and batches through the partner API's handler, as a till sends them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from served import Served, serving

PHONE = "+84901234567"


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving() as served:
        served.enrol("lan", PHONE)
        yield served


def ago(**time: float) -> str:
    return (datetime.now(UTC) - timedelta(**time)).strftime("%Y-%m-%dT%H:%M:%SZ")


THREE_DAYS_AGO = ago(days=3)


def money(amount: int, currency: str = "VND") -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


def purchase(purchase_id: str, amount: int = 1_250_000, **changes: Any) -> dict[str, Any]:
    body = {"purchase_id": purchase_id, "member": {"phone": PHONE}, "occurred_at": ago(days=2), "total": money(amount)}
    return body | changes


def bought(apis: Served, purchase_id: str, amount: int = 1_250_000, **changes: Any) -> int:
    answer = apis.partner("POST", "/v1/purchases", purchase(purchase_id, amount, **changes))
    assert answer.status == 201
    return int(sum(entry["points"] for entry in answer.body["entries"]))


def bring_back(apis: Served, purchase_id: str, return_id: str = "R-1", **what: Any) -> Any:
    body = {"return_id": return_id, "occurred_at": ago(minutes=1), **what}
    return apis.partner("POST", f"/v1/purchases/{purchase_id}/returns", body)


def test_a_return_takes_back_what_the_goods_had_earned_once(apis: Served) -> None:
    earned = bought(apis, "A-1")
    first = bring_back(apis, "A-1", amount=money(1_250_000))
    assert (first.status, first.body["points"]["reversed"]) == (201, earned)
    assert first.body["remaining"] == money(0)
    again = apis.partner("POST", "/v1/purchases/A-1/returns", dict(sent(first)))
    assert (again.status, again.body, again.headers["idempotent-replayed"]) == (201, first.body, "true")
    assert bring_back(apis, "A-1", amount=money(1)).code == "return_already_recorded"
    assert bring_back(apis, "A-1", "R-2", amount=money(1)).code == "return_exceeds_purchase"
    status = apis.partner("GET", "/v1/purchases/A-1").body
    assert [shown["return_id"] for shown in status["returns"]] == ["R-1"]


def sent(first: Any) -> dict[str, Any]:
    """The request that got this answer."""
    return {"return_id": "R-1", "occurred_at": first.body["occurred_at"], "amount": first.body["returned"]}


def test_lines_come_back_by_pieces(apis: Served) -> None:
    lines = [
        {"line_id": "1", "sku": "latte", "quantity": 2, "amount": money(900_000)},
        {"line_id": "2", "sku": "cake", "quantity": 1, "amount": money(350_000)},
    ]
    bought(apis, "A-2", lines=lines)
    one = [{"line_id": "1", "quantity": 1, "amount": money(450_000)}]
    assert bring_back(apis, "A-2", lines=one).body["returned"] == money(450_000)
    two = [{"line_id": "1", "quantity": 2, "amount": money(450_000)}]
    assert bring_back(apis, "A-2", "R-2", lines=two).code == "return_exceeds_purchase"
    unknown = bring_back(apis, "A-2", "R-2", lines=[{"line_id": "9", "quantity": 1, "amount": money(1)}])
    assert (unknown.code, unknown.body["errors"][0]["pointer"]) == ("validation_failed", "/lines/0/line_id")


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ({}, 422, "validation_failed"),
        (
            {"amount": money(1), "lines": [{"line_id": "1", "quantity": 1, "amount": money(1)}]},
            422,
            "validation_failed",
        ),
        ({"amount": money(0)}, 422, "validation_failed"),
        ({"amount": money(-1)}, 422, "validation_failed"),
        ({"amount": {"amount": 1.5, "currency": "VND"}}, 422, "validation_failed"),
        ({"amount": money(1, "USD")}, 422, "currency_mismatch"),
        ({"amount": money(1), "occurred_at": "2126-01-01T00:00:00Z"}, 422, "validation_failed"),
        ({"amount": money(1), "occurred_at": "2020-01-01T00:00:00Z"}, 422, "validation_failed"),
        ({"amount": money(1), "reason": "broken"}, 422, "validation_failed"),
    ],
)
def test_a_return_that_cannot_be_is_refused_and_changes_nothing(
    apis: Served, what: dict[str, Any], status: int, code: str
) -> None:
    if apis.partner("GET", "/v1/purchases/A-3").status == 404:
        bought(apis, "A-3")
    answer = bring_back(apis, "A-3", **what)
    assert (answer.status, answer.code) == (status, code)
    assert apis.partner("GET", "/v1/purchases/A-3").body["returns"] == []


def test_an_unknown_or_a_stranger_s_purchase_has_no_returns(apis: Served) -> None:
    own = apis.credentials
    bought(apis, "A-4")
    apis.make_partner("Other")
    try:
        assert bring_back(apis, "A-4", amount=money(1)).code == "purchase_not_found"
    finally:
        apis.credentials = own
    assert (bring_back(apis, "A-99", amount=money(1)).status, bring_back(apis, "A-99", amount=money(1)).code) == (
        404,
        "purchase_not_found",
    )


def test_a_redeemed_redemption_is_refunded_once(apis: Served) -> None:
    bought(apis, "A-5")
    wanted = {"member": {"phone": PHONE}, "points": 30, "purchase_id": "A-5"}
    reserved = apis.partner("POST", "/v1/redemptions", wanted, key="refund-1").body
    path = f"/v1/redemptions/{reserved['redemption_id']}"
    early = apis.partner("POST", f"{path}/refund")
    assert (early.status, early.code) == (409, "not_redeemed")
    redeemed = apis.partner("POST", f"{path}/redeem").body
    refunded = apis.partner("POST", f"{path}/refund")
    assert (refunded.status, refunded.body["state"], refunded.body["points_refunded"]) == (200, "refunded", 30)
    before = redeemed["account"]["points"]["active"]
    assert refunded.body["account"]["points"]["active"] == before + 30
    assert apis.partner("POST", f"{path}/refund").headers["idempotent-replayed"] == "true"


def test_a_batch_is_answered_purchase_by_purchase_as_if_each_were_sent_alone(apis: Served) -> None:
    alone = apis.partner("POST", "/v1/purchases", purchase("O-1", 100_000, occurred_at=THREE_DAYS_AGO))
    batch = [
        purchase("O-1", 100_000, occurred_at=THREE_DAYS_AGO),
        purchase("O-2", 200_000),
        purchase("O-2", 300_000),
        purchase("O-3", 10, total=money(10, "USD")),
        purchase("O-4", member={"phone": "0900000000"}),
        purchase("O-5", occurred_at="2019-01-01T00:00:00Z"),
        {"purchase_id": 7},
        purchase("O-6", total={"amount": "many", "currency": "VND"}),
    ]
    answer = apis.partner("POST", "/v1/purchases/batch", {"purchases": batch})
    results = answer.body["results"]
    assert (answer.status, [result["status"] for result in results]) == (200, [201, 201, 409, 422, 404, 422, 422, 422])
    assert [result["purchase_id"] for result in results] == ["O-1", "O-2", "O-2", "O-3", "O-4", "O-5", None, "O-6"]
    assert results[0]["body"] == alone.body
    codes = [result["body"].get("code") for result in results[2:]]
    assert codes == [
        "purchase_already_recorded",
        "currency_mismatch",
        "member_not_found",
        "too_late",
        "validation_failed",
        "validation_failed",
    ]
    again = apis.partner("POST", "/v1/purchases", batch[1])
    assert (again.body, again.headers["idempotent-replayed"]) == (results[1]["body"], "true")


@pytest.mark.parametrize("batch", [[], [{}] * 51, {}, [1]])
def test_a_batch_holds_one_to_fifty_purchases(apis: Served, batch: object) -> None:
    answer = apis.partner("POST", "/v1/purchases/batch", {"purchases": batch})
    assert (answer.status, answer.code) == (422, "validation_failed")


def test_a_member_and_staff_look_back(apis: Served) -> None:
    member_id = apis.partner("POST", "/v1/members/search", {"phone": PHONE}).body["member_id"]
    bought(apis, "A-6")
    for speak, path in ((apis.admin, f"/v1/members/{member_id}"), (member_speaks(apis, member_id), "/v1/me")):
        account = speak("GET", f"{path}/account").body
        then = speak("GET", f"{path}/account?as_of={ago(minutes=5)}").body
        assert then["points"]["active"] == 0 != account["points"]["active"]
        assert speak("GET", f"{path}/account?as_of=2099-01-01T00:00:00Z").body["errors"][0]["pointer"] == "/as_of"
        statement = speak("GET", f"{path}/statement").body
        assert statement["closing"] == account["points"]
        assert sum(movement["points"] for movement in statement["movements"]) == account["points"]["active"]
        assert speak("GET", f"{path}/statement?from=2026-13-01").code == "validation_failed"
        assert speak("GET", f"{path}/statement?from=1800-01-01").body["errors"][0]["pointer"] == "/from"
        explained = speak("GET", f"{path}/explain?purchase_id=A-6").body
        assert (explained["purchase_id"], explained["rules"][0]["verdict"]) == ("A-6", "applied")
        assert speak("GET", f"{path}/explain?purchase_id=A-99").code == "purchase_not_found"


def member_speaks(apis: Served, member_id: str) -> Any:
    from gateway_events import member_claims

    claims = member_claims(subject="lan", member_id=member_id)
    return lambda method, path: apis.mobile(method, path, claims=claims)

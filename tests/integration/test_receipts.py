"""Bought first, enrolled later: a receipt's points, claimed once by its code, through the handlers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway_events import Answer, member_claims
from served import Served, serving

LAN, HOA = "+84901234567", "+84901234568"


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving() as served:
        served.enrol("lan", LAN)
        served.enrol("hoa", HOA)
        yield served


def receipt(purchase_id: str, amount: int = 125_000, *, days_ago: int = 0) -> dict[str, Any]:
    occurred_at = (datetime.now(UTC) - timedelta(days=days_ago, minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    line = {"line_id": "1", "sku": "latte", "quantity": 2, "amount": {"amount": amount, "currency": "VND"}}
    total = {"amount": amount, "currency": "VND"}
    return {"purchase_id": purchase_id, "occurred_at": occurred_at, "total": total, "lines": [line]}


def report(apis: Served, purchase_id: str, **changes: Any) -> str:
    """A receipt's code."""
    answer = apis.partner("POST", "/v1/receipts", receipt(purchase_id, **changes))
    assert answer.status == 201, answer
    return str(answer.body["claim_code"])


def claim(apis: Served, code: str, who: str = "lan") -> Answer:
    claims = member_claims(subject=who, phone=LAN if who == "lan" else HOA, email="")
    return apis.mobile("POST", "/v1/me/receipts", {"claim_code": code}, claims=claims)


def active(apis: Served, who: str = "lan") -> int:
    claims = member_claims(subject=who, phone=LAN if who == "lan" else HOA, email="")
    return int(apis.mobile("GET", "/v1/me/account", claims=claims).body["points"]["active"])


def test_a_receipt_is_claimed_as_if_the_till_had_named_the_member(apis: Served) -> None:
    first = apis.partner("POST", "/v1/receipts", receipt("R-1"))
    assert first.body["would_earn"] > 0
    before = active(apis)
    claimed = claim(apis, first.body["claim_code"].lower().replace("-", ""))
    assert (claimed.status, claimed.body["purchase_id"]) == (201, "R-1")
    earned = claimed.body["entries"][0]["points"]
    assert (earned, active(apis)) == (first.body["would_earn"], before + earned)
    assert claimed.body["lines"] == [{"line_id": "1", "points": earned}]
    assert "receipt_text" not in claimed.body
    # The till sees what became of it, and its goods can come back as those of any purchase.
    assert apis.partner("GET", "/v1/purchases/R-1").body["member_id"] == claimed.body["member_id"]
    back = {
        "return_id": "B-1",
        "occurred_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "amount": {"amount": 125_000, "currency": "VND"},
    }
    returned = apis.partner("POST", "/v1/purchases/R-1/returns", back)
    assert (returned.status, active(apis)) == (201, before)


def test_it_is_claimed_once_and_the_same_member_gets_the_first_answer_again(apis: Served) -> None:
    code = report(apis, "R-2")
    first, before = claim(apis, code), active(apis, "hoa")
    again = claim(apis, code)
    assert (again.status, again.body, again.headers["idempotent-replayed"]) == (201, first.body, "true")
    other = claim(apis, code, "hoa")
    assert (other.status, other.code) == (409, "receipt_already_claimed")
    assert active(apis, "hoa") == before


def test_the_same_receipt_again_has_the_same_code_and_another_content_none(apis: Served) -> None:
    body = receipt("R-3")
    first = apis.partner("POST", "/v1/receipts", body)
    again = apis.partner("POST", "/v1/receipts", dict(reversed(body.items())))
    assert (again.status, again.body, again.headers["idempotent-replayed"]) == (201, first.body, "true")
    other = apis.partner("POST", "/v1/receipts", receipt("R-3", amount=1))
    assert (other.status, other.code) == (409, "purchase_already_recorded")
    claim(apis, first.body["claim_code"])
    assert apis.partner("POST", "/v1/receipts", body).body == first.body


def test_a_till_that_names_the_member_after_all_makes_the_code_worthless(apis: Served) -> None:
    code = report(apis, "R-4")
    assert apis.partner("POST", "/v1/purchases", receipt("R-4") | {"member": {"phone": HOA}}).status == 201
    assert claim(apis, code).code == "receipt_already_claimed"
    assert apis.partner("POST", "/v1/receipts/R-4/void").code == "receipt_already_claimed"
    assert apis.partner("POST", "/v1/receipts", receipt("R-4", amount=2)).code == "purchase_already_recorded"


def test_what_was_claimed_or_reported_with_a_member_can_be_neither_reported_again(apis: Served) -> None:
    claim(apis, report(apis, "R-5"))
    named = receipt("R-5") | {"member": {"phone": HOA}}
    assert apis.partner("POST", "/v1/purchases", named).code == "purchase_already_recorded"
    assert apis.partner("POST", "/v1/purchases", named | {"purchase_id": "R-6"}).status == 201
    assert apis.partner("POST", "/v1/receipts", receipt("R-6")).code == "purchase_already_recorded"


def test_a_receipt_whose_goods_came_back_is_voided_and_never_claimed(apis: Served) -> None:
    code = report(apis, "R-7")
    back = {
        "return_id": "B-7",
        "occurred_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "amount": {"amount": 125_000, "currency": "VND"},
    }
    refused = apis.partner("POST", "/v1/purchases/R-7/returns", back)
    assert (refused.status, refused.code) == (409, "receipt_not_claimed")
    voided = apis.partner("POST", "/v1/receipts/R-7/void")
    assert (voided.status, voided.body) == (200, {"purchase_id": "R-7", "state": "voided"})
    again = apis.partner("POST", "/v1/receipts/R-7/void")
    assert (again.body, again.headers["idempotent-replayed"]) == (voided.body, "true")
    assert (claim(apis, code).status, claim(apis, code).code) == (404, "receipt_not_found")
    assert apis.partner("POST", "/v1/purchases/R-7/returns", back).code == "purchase_not_found"


def test_what_was_claimed_is_not_voided(apis: Served) -> None:
    claim(apis, report(apis, "R-8"))
    assert apis.partner("POST", "/v1/receipts/R-8/void").code == "receipt_already_claimed"
    assert apis.partner("POST", "/v1/receipts/unheard-of/void").code == "receipt_not_found"


def test_a_stranger_s_receipt_is_none(apis: Served) -> None:
    report(apis, "R-9")
    own = apis.credentials
    apis.make_partner("Another")
    try:
        assert apis.partner("POST", "/v1/receipts/R-9/void").code == "receipt_not_found"
        assert apis.partner("POST", "/v1/receipts", receipt("R-9")).status == 201
    finally:
        apis.credentials = own


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"occurred_at": "2099-01-01T00:00:00Z"}, 422, "validation_failed"),
        ({"occurred_at": "2020-01-01T00:00:00Z"}, 422, "too_late"),
        ({"occurred_at": receipt("x", days_ago=32)["occurred_at"]}, 422, "too_late"),
        ({"total": {"amount": 1, "currency": "USD"}, "lines": []}, 422, "currency_mismatch"),
        ({"member": {"phone": LAN}}, 422, "validation_failed"),
        ({"lines": [receipt("x")["lines"][0]] * 2}, 422, "validation_failed"),
    ],
)
def test_a_receipt_that_could_never_earn_is_refused_at_the_till(
    apis: Served, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = apis.partner("POST", "/v1/receipts", receipt("R-10") | changes)
    assert (answer.status, answer.code) == (status, code)


def test_who_tries_many_codes_is_refused_even_the_right_one_for_the_minute(apis: Served) -> None:
    code = report(apis, "R-13")
    for _ in range(50):  # twice a minute's, should it turn
        guessed = claim(apis, "7K3W-9QXM-R2T4B", "hoa")
        if guessed.status == 429:
            break
        assert guessed.code == "receipt_not_found"
    assert guessed.code == "rate_limited"
    assert claim(apis, code, "hoa").code == "rate_limited"
    assert claim(apis, code, "lan").status == 201


def test_who_is_no_member_claims_nothing(apis: Served) -> None:
    code = report(apis, "R-14")
    claims = member_claims(subject="nobody", phone="+84901234569", email="")
    assert apis.mobile("POST", "/v1/me/receipts", {"claim_code": code}, claims=claims).code == "member_not_found"

"""Partners as staff administer them, through the handlers: what changes, who may change it, and the trail that it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gateway_events import Answer, member_claims
from quen.agreements.store import PackItem
from quen.bootstrap import application
from served import Served, serving

PRICES = {"issued": "100", "redeemed": "80.5", "expired": "0.0001"}
PAID = {"amount": 1_000_000, "currency": "VND"}


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def member_id(apis: Served) -> str:
    return apis.enrol()


@pytest.fixture(scope="module")
def first_id(apis: Served) -> str:
    """Some partner that no test changes."""
    return str(apis.admin("GET", "/v1/partners").body["items"][0]["partner_id"])


def trail(apis: Served, action: str) -> list[dict[str, Any]]:
    return [item for item in apis.admin("GET", "/v1/audit?limit=100").body["items"] if item["action"] == action]


def today() -> date:
    app = application()
    return app.programs.current(app.ledger.now()).local_day(app.ledger.now())


def change(apis: Served, partner_id: str, body: dict[str, Any], role: str = "owner") -> Answer:
    return apis.admin("PATCH", f"/v1/partners/{partner_id}", body, role=role)


def set_terms(apis: Served, partner_id: str, first_day: date | None = None, **changes: Any) -> Answer:
    body = {"from": (first_day or today()).isoformat(), "billing": "prepaid", "prices": PRICES, **changes}
    return apis.admin("POST", f"/v1/partners/{partner_id}/terms", body)


def sell(apis: Served, partner_id: str, points: int, key: str, **changes: Any) -> Answer:
    body = {"points": points, "paid": PAID, **changes}
    return apis.admin("POST", f"/v1/partners/{partner_id}/packs", body, headers={"Idempotency-Key": key})


def purchase(member_id: str, purchase_id: str, points: int = 10, **changes: Any) -> dict[str, Any]:
    body = {
        "purchase_id": purchase_id,
        "member": {"member_id": member_id},
        "occurred_at": datetime.now(UTC).isoformat(),
        "total": {"amount": points * 10_000, "currency": "VND"},
    }
    return {**body, **changes}


def recently() -> str:
    return (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_partners_are_listed_page_by_page(apis: Served) -> None:
    made = {apis.admin("POST", "/v1/partners", {"name": f"P{number}"}).body["partner_id"] for number in range(3)}
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = apis.admin("GET", f"/v1/partners?limit=2{cursor}", role="manager").body
        found += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    ids = [partner["partner_id"] for partner in found]
    assert ids == sorted(set(ids))
    assert made <= set(ids)
    assert apis.admin("GET", f"/v1/partners/{ids[0]}").body == found[0]
    assert apis.admin("GET", "/v1/partners/ptn_0000000000000000").code == "not_found"


def test_what_staff_write_for_others_to_read_turns_nobody_s_screen_around(apis: Served, first_id: str) -> None:
    bent = "q1\x1b[2J\u202e"
    key = {"Idempotency-Key": "bent"}
    batch = {"count": 1, "benefit": {"kind": "amount_off", "amount": 5000}, "valid_until": "2099-12-31", "name": bent}
    cause = batch | {"name": "trees", "benefit": {"kind": "donation", "amount": 5000, "cause": bent}}
    refused = [
        (change(apis, first_id, {"stores": ["q1", bent]}), "/stores"),
        (sell(apis, first_id, 10, "bent", reference=bent), "/reference"),
        (apis.admin("POST", "/v1/voucher-batches", batch, headers=key), "/name"),
        (apis.admin("POST", "/v1/voucher-batches", cause, headers=key), "/benefit/cause"),
    ]
    for answer, pointer in refused:
        assert [(fault["pointer"], fault["code"]) for fault in answer.body["errors"]] == [
            (pointer, "invalid_characters")
        ]


def test_a_partner_is_changed_with_before_and_after_on_record(apis: Served) -> None:
    partner_id = apis.admin("POST", "/v1/partners", {"name": "Phở 24"}).body["partner_id"]
    before = apis.admin("GET", f"/v1/partners/{partner_id}").body
    body = {
        "name": " Phở 25 ",
        "relation": "own",
        "rights": ["record_purchases"],
        "stores": ["q1", "q3"],
        "daily_caps": {"issued": 500},
        "reason": "moved in",
    }
    after = change(apis, partner_id, body).body
    kept = {"relation": "own", "rights": ["record_purchases"], "stores": ["q1", "q3"]}
    assert after == {**before, **kept, "name": "Phở 25", "daily_caps": {"issued": 500, "redeemed": None}}
    assert apis.admin("GET", f"/v1/partners/{partner_id}").body == after
    (record,) = [item for item in trail(apis, "change_partner") if item["target"] == f"partner:{partner_id}"]
    assert (record["before"], record["after"], record["reason"]) == (before, after, "moved in")
    # The other cap stays; null lifts one.
    assert change(apis, partner_id, {"daily_caps": {"redeemed": 0}}).body["daily_caps"] == {
        "issued": 500,
        "redeemed": 0,
    }
    assert change(apis, partner_id, {"daily_caps": {"issued": None}}).body["daily_caps"] == {
        "issued": None,
        "redeemed": 0,
    }


def test_what_changes_nothing_leaves_no_record(apis: Served) -> None:
    partner_id = apis.admin("POST", "/v1/partners", {"name": "Same"}).body["partner_id"]
    before = apis.admin("GET", f"/v1/partners/{partner_id}").body
    for body in ({}, {"name": "Same"}, {"state": "active", "stores": []}):
        assert change(apis, partner_id, body).body == before
    assert not [item for item in trail(apis, "change_partner") if item["target"] == f"partner:{partner_id}"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "  "}, "/name"),
        ({"name": None}, "/name"),
        ({"state": "closed"}, "/state"),
        ({"rights": ["everything"]}, "/rights/0"),
        ({"stores": [""]}, "/stores/0"),
        ({"stores": ["s"] * 201}, "/stores"),
        ({"daily_caps": {"issued": -1}}, "/daily_caps/issued"),
        ({"packs": 5}, "/packs"),
    ],
)
def test_a_change_that_cannot_be_is_refused(apis: Served, first_id: str, body: dict[str, Any], pointer: str) -> None:
    answer = change(apis, first_id, body)
    assert (answer.status, [fault["pointer"] for fault in answer.body["errors"]]) == (422, [pointer])


def test_a_manager_may_suspend_a_partner_and_nothing_else(apis: Served) -> None:
    partner_id = apis.admin("POST", "/v1/partners", {"name": "P"}).body["partner_id"]
    for body in ({"state": "active"}, {"name": "Q"}, {"state": "suspended", "name": "Q"}, {}):
        assert change(apis, partner_id, body, role="manager").code == "forbidden"
    assert (
        change(apis, partner_id, {"state": "suspended", "reason": "fraud"}, role="manager").body["state"] == "suspended"
    )
    assert change(apis, partner_id, {"state": "active"}, role="manager").code == "forbidden"
    (record,) = [item for item in trail(apis, "suspend_partner") if item["target"] == f"partner:{partner_id}"]
    assert (record["role"], record["before"]["state"], record["after"]["state"]) == ("manager", "active", "suspended")
    assert change(apis, partner_id, {"state": "active"}).body["state"] == "active"


def test_a_change_counts_with_the_partner_s_next_request(apis: Served) -> None:
    own = apis.credentials
    partner_id = apis.make_partner("Thú cưng", "brand")
    assert apis.partner("GET", "/v1/partner").status == 200
    change(apis, partner_id, {"state": "suspended"})
    assert apis.partner("GET", "/v1/partner").code == "partner_forbidden"
    change(apis, partner_id, {"state": "active", "rights": []})
    assert apis.partner("GET", "/v1/partner").body["rights"] == []
    assert apis.partner("GET", "/v1/purchases/x").code == "partner_forbidden"
    apis.credentials = own


def test_a_partner_names_its_own_stores_alone(apis: Served, member_id: str) -> None:
    own = apis.credentials
    partner_id = apis.make_partner("Ba chi nhánh")
    change(apis, partner_id, {"stores": ["q1"]})
    member = {"member": {"member_id": member_id}}
    strange, body = {"store_id": "q9"}, purchase(member_id, "S-1")
    preview = {name: value for name, value in body.items() if name != "purchase_id"}
    event = {**member, "type": "visit", "occurred_at": body["occurred_at"], **strange}
    refused = [
        apis.partner("POST", "/v1/purchases", body | strange),
        apis.partner("POST", "/v1/purchases/preview", preview | strange),
        apis.partner("POST", "/v1/receipts", {name: body[name] for name in body if name != "member"} | strange),
        apis.partner("POST", "/v1/events", {**event, "event_id": "E-1"}),
        apis.partner("POST", "/v1/events/preview", event),
        apis.partner("POST", "/v1/redemptions", {**member, "points": 1, **strange}, key="k"),
        apis.partner("POST", "/v1/bills/quote", {**member, "total": body["total"], **strange}),
    ]
    assert [(answer.status, answer.code) for answer in refused] == [(403, "partner_forbidden")] * len(refused)
    batch = {"purchases": [body | strange, body | {"store_id": "q1"}, body | {"purchase_id": "S-2"}]}
    results = apis.partner("POST", "/v1/purchases/batch", batch).body["results"]
    assert [result["status"] for result in results] == [403, 201, 201]
    apis.credentials = own


def test_terms_begin_on_a_day_that_has_not_begun(apis: Served) -> None:
    partner_id = apis.admin("POST", "/v1/partners", {"name": "P"}).body["partner_id"]
    assert refused_at(set_terms(apis, partner_id, today() - timedelta(days=1))) == ["/from"]
    first = set_terms(apis, partner_id)
    assert (first.status, len(first.body["terms"])) == (201, 1)
    assert set_terms(apis, partner_id).body == first.body, "the same again changes nothing"
    assert refused_at(set_terms(apis, partner_id, billing="postpaid")) == ["/from"]
    tomorrow = today() + timedelta(days=1)
    set_terms(apis, partner_id, tomorrow, billing="postpaid")
    corrected = set_terms(apis, partner_id, tomorrow, when_empty="continue", alert_below=50).body
    assert [one["billing"] for one in corrected["terms"]] == ["prepaid", "postpaid", "prepaid"]
    shown = corrected["terms"][-1]
    assert (shown["from"], shown["prices"]) == (tomorrow.isoformat(), PRICES)
    assert (shown["when_empty"], shown["alert_below"]) == ("continue", 50)
    records = [item for item in trail(apis, "set_partner_terms") if item["target"] == f"partner:{partner_id}"]
    assert [record["after"]["terms"] for record in reversed(records)] == [[one] for one in corrected["terms"]]
    assert records[0]["before"]["terms"] == [corrected["terms"][1]]


def test_a_pack_is_bought_once(apis: Served) -> None:
    partner_id = apis.admin("POST", "/v1/partners", {"name": "P"}).body["partner_id"]
    first = sell(apis, partner_id, 500, "pack-1", reference="HD-17")
    again = sell(apis, partner_id, 500, "pack-1", reference="HD-17")
    assert (first.status, first.body["points"], first.body["reference"]) == (201, 500, "HD-17")
    assert (again.body, again.headers["idempotent-replayed"]) == (first.body, "true")
    assert sell(apis, partner_id, 501, "pack-1").code == "idempotency_key_reused"
    shown = apis.admin("GET", f"/v1/partners/{partner_id}/packs", role="manager").body
    assert shown == {"items": [first.body], "next_cursor": None, "bought": 500, "given": 0, "left": 500}
    records = [item for item in trail(apis, "sell_partner_pack") if item["target"] == f"partner:{partner_id}"]
    assert [record["after"] for record in records] == [first.body]


def test_a_pack_that_cannot_be_is_refused(apis: Served) -> None:
    partner_id = apis.admin("POST", "/v1/partners", {"name": "P"}).body["partner_id"]
    assert refused_at(sell(apis, partner_id, 0, "none")) == ["/points"]
    dollars = sell(apis, partner_id, 5, "usd", paid={"amount": 5, "currency": "USD"})
    assert (dollars.status, dollars.code) == (422, "currency_mismatch")
    assert sell(apis, "ptn_0000000000000000", 5, "nobody").code == "not_found"
    assert sell(apis, partner_id, -1, "more-than-nothing").code == "pack_exceeded"
    assert apis.admin("GET", f"/v1/partners/{partner_id}/packs").body["bought"] == 0


def test_packs_are_listed_page_by_page(apis: Served) -> None:
    partner_id = apis.admin("POST", "/v1/partners", {"name": "P"}).body["partner_id"]
    made = [sell(apis, partner_id, 10 + number, f"n-{number}").body["pack_id"] for number in range(3)]
    path = f"/v1/partners/{partner_id}/packs"
    first = apis.admin("GET", f"{path}?limit=2").body
    rest = apis.admin("GET", f"{path}?limit=2&cursor={first['next_cursor']}").body
    assert [pack["pack_id"] for pack in first["items"] + rest["items"]] == sorted(made)
    assert (first["bought"], rest["bought"], rest["next_cursor"]) == (33, 33, None)


def test_a_prepaid_partner_gives_what_it_bought_and_no_point_more(apis: Served, member_id: str) -> None:
    own = apis.credentials
    partner_id = apis.make_partner("Trả trước")
    set_terms(apis, partner_id)
    sell(apis, partner_id, 25, "pack")
    body = purchase(member_id, "P-1", 20, occurred_at="2026-11-25T05:00:00Z")
    assert apis.partner("POST", "/v1/purchases", body).body["entries"][0]["points"] == 20
    more = purchase(member_id, "P-2", 10, occurred_at="2026-11-25T05:00:00Z")
    preview = {name: value for name, value in more.items() if name != "purchase_id"}
    refused = apis.partner("POST", "/v1/purchases", more)
    assert (refused.status, refused.code, refused.body["retryable"]) == (409, "partner_budget_exhausted", False)
    assert apis.partner("POST", "/v1/purchases/preview", preview).code == "partner_budget_exhausted"
    results = apis.partner(
        "POST",
        "/v1/purchases/batch",
        {"purchases": [more, {**more, "purchase_id": "P-3", "total": PAID | {"amount": 50_000}}]},
    ).body["results"]
    assert [result["status"] for result in results] == [409, 201]
    assert balance(apis, partner_id) == (25, 25, 0)
    sell(apis, partner_id, 10, "another")
    assert apis.partner("POST", "/v1/purchases", more).status == 201
    back = {"return_id": "R-1", "occurred_at": more["occurred_at"], "amount": PAID | {"amount": 50_000}}
    assert apis.partner("POST", "/v1/purchases/P-2/returns", back).body["points"]["reversed"] == 5
    assert balance(apis, partner_id) == (35, 30, 5)
    assert sell(apis, partner_id, -6, "too-many").code == "pack_exceeded"
    assert sell(apis, partner_id, -5, "the-rest").status == 201
    assert balance(apis, partner_id) == (30, 30, 0)
    kept = PackItem.query(f"PARTNER#{partner_id}", PackItem.SK.startswith("PACK#"))
    assert sorted((item.points, item.paid) for item in kept) == [(-5, -1_000_000), (10, 1_000_000), (25, 1_000_000)]
    assert apis.partner("POST", "/v1/purchases/preview", preview).code == "partner_budget_exhausted"
    apis.credentials = own


def test_a_receipt_is_claimed_when_its_partner_has_bought_the_points(apis: Served, member_id: str) -> None:
    own = apis.credentials
    partner_id = apis.make_partner("Chợ đêm")
    set_terms(apis, partner_id)
    sell(apis, partner_id, 9, "nine")
    body = purchase(member_id, "K-1", 10, occurred_at=recently())
    del body["member"]
    code = apis.partner("POST", "/v1/receipts", body).body["claim_code"]
    claims = member_claims(subject="lan", phone="+84901234567", email="")
    refused = apis.mobile("POST", "/v1/me/receipts", {"claim_code": code}, claims=claims)
    assert (refused.status, refused.code) == (409, "partner_budget_exhausted")
    sell(apis, partner_id, 11, "eleven")
    claimed = apis.mobile("POST", "/v1/me/receipts", {"claim_code": code}, claims=claims)
    points = claimed.body["entries"][0]["points"]
    assert (claimed.status, balance(apis, partner_id)) == (201, (20, points, 20 - points))
    apis.credentials = own


def test_a_cap_of_the_day_says_when_to_come_again(apis: Served, member_id: str) -> None:
    own = apis.credentials
    partner_id = apis.make_partner("Quầy")
    change(apis, partner_id, {"daily_caps": {"issued": 15}})
    body = purchase(member_id, "C-1", 10, occurred_at="2026-11-25T05:00:00Z")
    assert apis.partner("POST", "/v1/purchases", body).status == 201
    refused = apis.partner("POST", "/v1/purchases", {**body, "purchase_id": "C-2"})
    assert (refused.status, refused.code, refused.body["retryable"]) == (409, "partner_cap_reached", True)
    assert 1 <= int(refused.headers["retry-after"]) <= 24 * 60 * 60
    change(apis, partner_id, {"daily_caps": {"issued": 20}})
    assert apis.partner("POST", "/v1/purchases", {**body, "purchase_id": "C-2"}).status == 201
    apis.credentials = own


def refused_at(answer: Answer) -> list[str]:
    """Where a request was not valid."""
    assert answer.status == 422, answer
    return [fault["pointer"] for fault in answer.body["errors"]]


def balance(apis: Served, partner_id: str) -> tuple[int, int, int]:
    """How a partner's packs stand."""
    shown = apis.admin("GET", f"/v1/partners/{partner_id}/packs").body
    return shown["bought"], shown["given"], shown["left"]

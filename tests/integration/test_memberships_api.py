"""Paid memberships through the APIs: payments signed by the payment side, trials in the app, refunds, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway_events import Answer, member_claims
from served import Served, read_program, serving

NAME = {"vi": "Quen VIP", "en": "Quen VIP"}
TERMS = {"vi": "Gia hạn mỗi tháng.", "en": "Renewed every month."}
PLANS = [
    {"id": "vip", "name": NAME, "terms": TERMS, "price": 49_000, "period": {"months": 1}, "trial": {"days": 14}},
    {"id": "gold", "name": {"vi": "Vàng", "en": "Gold"}, "price": 499_000, "period": {"days": 366}},
]
RIDE = {"id": "ride", "name": {"vi": "Chuyến xe", "en": "Ride"}, "kind": "text", "plans": ["vip"], "worth": 15_000}
PERKS = [RIDE | {"quota": {"uses": 10, "per": "membership_period"}}]
LAN = member_claims(subject="lan", phone="+84901234567")
WHO = {"phone": "0901234567"}
PAID_AT = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def apis() -> Iterator[Served]:
    with serving(with_program=False) as served:
        answer = served.admin("PUT", "/v1/program", read_program(memberships=PLANS, perks=PERKS))
        assert answer.status == 200, answer
        served.make_partner()
        served.enrol("lan", "+84901234567", name="Nguyễn Thị Lan")
        yield served


def instant(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def payment(payment_id: str = "INV-1", **changes: Any) -> dict[str, Any]:
    return {
        "payment_id": payment_id,
        "member": WHO,
        "plan_id": "vip",
        "outcome": "succeeded",
        "amount": {"amount": 49_000, "currency": "VND"},
        "occurred_at": PAID_AT,
    } | changes


def pay(apis: Served, payment_id: str = "INV-1", **changes: Any) -> Answer:
    return apis.partner("POST", "/v1/payments", payment(payment_id, **changes))


def start(apis: Served, plan_id: str = "vip", key: str = "k-1") -> Answer:
    return apis.mobile("POST", "/v1/me/membership", {"plan_id": plan_id}, claims=LAN, headers={"Idempotency-Key": key})


def refund(apis: Served, key: str = "r-1", plan_id: str = "vip") -> Answer:
    return apis.partner("POST", "/v1/memberships/refund", {"member": WHO, "plan_id": plan_id}, key=key)


def mine(apis: Served) -> Any:
    answer = apis.mobile("GET", "/v1/me/membership", claims=LAN)
    assert answer.status == 200, answer
    return answer.body


def refused(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.code


def test_before_all_the_plans_are_offered(apis: Served) -> None:
    shown = mine(apis)
    assert shown["membership"] is None
    vip, gold = shown["plans"]
    assert (vip["price"], vip["period"], vip["trial_days"]) == (
        {"amount": 49_000, "currency": "VND"},
        {"months": 1},
        14,
    )
    assert (vip["name"], vip["terms"]) == (NAME, TERMS)
    assert (gold["period"], gold["trial_days"], gold["terms"]) == ({"days": 366}, 0, {})
    assert apis.mobile("GET", "/v1/me/account", claims=LAN).body["membership"] is None


def test_a_payment_begins_a_period_and_is_counted_once(apis: Served) -> None:
    body = payment()
    first = apis.partner("POST", "/v1/payments", body)
    assert first.status == 201, first
    assert (first.body["membership"]["state"], first.body["membership"]["renews"]) == ("ACTIVE", True)
    assert (first.body["outcome"], first.body["retry_on"]) == ("succeeded", None)
    again = apis.partner("POST", "/v1/payments", body)
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["idempotent-replayed"] == "true"
    other = apis.partner("POST", "/v1/payments", body | {"outcome": "failed"})
    assert refused(other) == (409, "payment_already_recorded")
    asked = apis.partner("GET", "/v1/payments/INV-1")
    assert (asked.status, asked.body) == (200, first.body)
    assert refused(apis.partner("GET", "/v1/payments/INV-2")) == (404, "not_found")
    shown = apis.mobile("GET", "/v1/me/account", claims=LAN).body["membership"]
    assert shown == {name: first.body["membership"][name] for name in shown}
    second = pay(apis, "INV-2").body["membership"]
    assert second["period"] == first.body["membership"]["period"]
    assert second["until"] > first.body["membership"]["until"]


def test_a_payment_is_its_partners_own(apis: Served) -> None:
    first = pay(apis).body
    apis.make_partner("Another one")
    assert refused(apis.partner("GET", "/v1/payments/INV-1")) == (404, "not_found")
    other = pay(apis)  # its own payment of that id
    assert other.status == 201
    assert other.body["entry_id"] != first["entry_id"]


def test_a_payment_that_does_not_fit_changes_nothing_and_can_be_put_right(apis: Served) -> None:
    for changes, pointer in (
        ({"amount": {"amount": 49_001, "currency": "VND"}}, "/amount"),
        ({"amount": {"amount": 49_000, "currency": "USD"}}, "/amount"),
        ({"plan_id": "silver"}, "/plan_id"),
        ({"occurred_at": instant(hours=-1)}, "/occurred_at"),
    ):
        answer = pay(apis, **changes)
        assert refused(answer) == (422, "validation_failed")
        assert [fault["pointer"] for fault in answer.body["errors"]] == [pointer]
    assert refused(pay(apis, member={"phone": "0909999999"})) == (404, "member_not_found")
    assert mine(apis)["membership"] is None
    assert pay(apis).status == 201


def test_another_plan_waits_until_the_one_that_runs_is_over(apis: Served) -> None:
    pay(apis)
    gold = {"plan_id": "gold", "amount": {"amount": 499_000, "currency": "VND"}}
    assert refused(pay(apis, "INV-2", **gold)) == (409, "membership_running")
    assert refund(apis).status == 200
    assert pay(apis, "INV-2", **gold).body["membership"]["plan_id"] == "gold"


def test_a_failed_payment_says_when_to_try_again(apis: Served) -> None:
    pay(apis)
    failed = pay(apis, "INV-2", outcome="failed", reason="card_declined")
    assert failed.status == 201
    assert failed.body["retry_on"] == failed.body["membership"]["next_payment"]["on"]
    assert (failed.body["reason"], failed.body["membership"]["state"]) == ("card_declined", "ACTIVE")


def test_a_trial_is_begun_in_the_app_once_in_a_life(apis: Served) -> None:
    begun = start(apis)
    assert (begun.status, begun.body["membership"]["state"]) == (201, "TRIAL")
    again = start(apis)
    assert (again.body, again.headers["idempotent-replayed"]) == (begun.body, "true")
    assert refused(start(apis, "gold")) == (422, "idempotency_key_reused")
    assert refused(start(apis, key="k-2")) == (409, "membership_running")
    assert mine(apis)["plans"][0]["trial_days"] == 0
    assert refused(refund(apis)) == (409, "membership_not_running")  # nothing was paid
    missing = apis.mobile("POST", "/v1/me/membership", {"plan_id": "vip"}, claims=LAN)
    assert refused(missing) == (400, "idempotency_key_missing")


def test_a_plan_without_a_trial_begins_with_a_payment(apis: Served) -> None:
    assert refused(start(apis, "gold")) == (422, "payment_required")
    unknown = start(apis, "silver", "k-2")
    assert refused(unknown) == (422, "validation_failed")
    assert [fault["pointer"] for fault in unknown.body["errors"]] == ["/plan_id"]


def test_a_member_cancels_and_resumes(apis: Served) -> None:
    for path in ("cancel", "resume"):
        assert refused(apis.mobile("POST", f"/v1/me/membership/{path}", claims=LAN)) == (409, "membership_not_running")
    pay(apis)
    for _ in range(2):  # twice is as once
        canceled = apis.mobile("POST", "/v1/me/membership/cancel", claims=LAN).body["membership"]
        assert (canceled["state"], canceled["renews"], canceled["next_payment"]) == (
            "CANCELED_AT_PERIOD_END",
            False,
            None,
        )
    for _ in range(2):
        resumed = apis.mobile("POST", "/v1/me/membership/resume", claims=LAN).body["membership"]
        assert (resumed["state"], resumed["renews"]) == ("ACTIVE", True)
    entries = apis.mobile("GET", "/v1/me/entries", claims=LAN).body["items"]
    assert [entry["membership"]["cause"] for entry in entries if entry["membership"]] == ["resumed", "canceled", "paid"]


def test_what_is_not_used_is_paid_back_once(apis: Served) -> None:
    pay(apis)
    answer = refund(apis)
    assert answer.status == 200
    assert 47_000 < answer.body["refund"]["amount"] < 49_000  # today is not paid back
    assert (answer.body["membership"]["state"], answer.body["membership"]["renews"]) == ("ENDED", False)
    again = refund(apis)
    assert (again.body, again.headers["idempotent-replayed"]) == (answer.body, "true")
    assert refused(refund(apis, "r-2")) == (409, "membership_not_running")


def test_a_used_perk_saves_money_and_nothing_is_paid_back_any_more(apis: Served) -> None:
    pay(apis)
    use = apis.partner("POST", "/v1/redemptions", {"member": WHO, "perk_id": "ride"}, key="u-1")
    assert use.status == 201, use
    assert refused(refund(apis)) == (422, "perks_used")
    redemption = use.body["redemption_id"]
    assert apis.partner("POST", f"/v1/redemptions/{redemption}/redeem").status == 200
    shown = mine(apis)["membership"]
    assert shown["saved"] == {"amount": 15_000, "currency": "VND"}
    assert shown["sentence"] == {
        "vi": "Kỳ này bạn đã tiết kiệm được 15.000 ₫ nhờ Quen VIP.",
        "en": "You have saved 15,000 VND this period with Quen VIP.",
    }
    assert apis.partner("POST", f"/v1/redemptions/{redemption}/refund").status == 200
    assert mine(apis)["membership"]["saved"]["amount"] == 0
    assert refund(apis).status == 200


def test_staff_see_a_membership_and_cancel_it_on_record(apis: Served) -> None:
    member_id = apis.mobile("GET", "/v1/me/account", claims=LAN).body["member_id"]
    place = f"/v1/members/{member_id}/membership"
    assert refused(apis.admin("POST", f"{place}/cancel", {"reason": "asked by phone"})) == (
        409,
        "membership_not_running",
    )
    pay(apis)
    assert apis.admin("GET", place).body == mine(apis)
    assert refused(apis.admin("POST", f"{place}/cancel", {"reason": "asked"}, role="cashier")) == (403, "forbidden")
    for _ in range(2):
        answer = apis.admin("POST", f"{place}/cancel", {"reason": "asked by phone"}, role="support")
        assert (answer.status, answer.body["membership"]["state"]) == (200, "CANCELED_AT_PERIOD_END")
    records = [one for one in apis.admin("GET", "/v1/audit").body["items"] if one["action"] == "cancel_membership"]
    assert [(one["before"], one["reason"]) for one in records] == [
        ({"plan_id": "vip", "state": "ACTIVE"}, "asked by phone")
    ]


def test_the_till_sees_how_a_membership_stands(apis: Served) -> None:
    asked = apis.partner("POST", "/v1/memberships/search", {"member": WHO})
    assert (asked.status, asked.body["membership"]) == (200, None)
    start(apis)
    asked = apis.partner("POST", "/v1/memberships/search", {"member": WHO})
    assert (asked.body["membership"]["plan_id"], asked.body["membership"]["state"]) == ("vip", "TRIAL")


def test_a_purchases_discount_counts_as_saved_in_the_programs_currency(apis: Served) -> None:
    pay(apis)
    bought = {"member": WHO, "occurred_at": instant(), "total": {"amount": 90_000, "currency": "VND"}}
    foreign = bought | {"purchase_id": "B-1", "member_discount": {"amount": 10_000, "currency": "USD"}}
    assert refused(apis.partner("POST", "/v1/purchases", foreign)) == (422, "currency_mismatch")
    bill = bought | {"purchase_id": "B-1", "member_discount": {"amount": 10_000, "currency": "VND"}}
    answer = apis.partner("POST", "/v1/purchases", bill)
    assert answer.body["account"]["membership"]["saved"]["amount"] == 10_000
    half = {"return_id": "R-1", "occurred_at": instant(), "amount": {"amount": 45_000, "currency": "VND"}}
    back = apis.partner("POST", "/v1/purchases/B-1/returns", half)
    assert back.body["account"]["membership"]["saved"]["amount"] == 5_000


def test_only_who_may_report_payments_does(apis: Served) -> None:
    answer = apis.admin("POST", "/v1/partners", {"name": "Till", "rights": ["record_purchases", "search_members"]})
    key = apis.admin("POST", f"/v1/partners/{answer.body['partner_id']}/keys", {"algorithm": "hmac-sha256"}).body
    apis.use_key(key)
    for refusal in (pay(apis), refund(apis), apis.partner("GET", "/v1/payments/INV-1")):
        assert refused(refusal) == (403, "partner_forbidden")
    assert apis.partner("POST", "/v1/memberships/search", {"member": WHO}).status == 200


def test_what_one_partner_was_paid_another_neither_pays_back_nor_pays_on(apis: Served) -> None:
    shop = apis.credentials
    apis.make_partner("Gym", "brand")
    gym = apis.credentials
    assert pay(apis).status == 201
    for other in ("brand", "own"):
        apis.make_partner("Another", other)
        assert refused(refund(apis)) == (409, "membership_not_running")
        assert refused(pay(apis, "INV-2")) == (409, "membership_running")
        assert refused(pay(apis, "INV-3", outcome="failed")) == (409, "membership_running")
    assert mine(apis)["membership"]["state"] == "ACTIVE"
    apis.credentials = gym
    assert refund(apis).status == 200
    apis.credentials = shop
    assert pay(apis).status == 201
    apis.make_partner("Till 2", "own")  # the shop is one, whichever of its tills took the money
    assert refund(apis).status == 200

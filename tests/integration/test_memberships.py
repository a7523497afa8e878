"""Paid memberships through the APIs: tried in the app, paid for by the brand's signed reports, shown at the till."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws

from factories import make_plan, make_program
from gateway_events import member_claims
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.errors import (
    MembershipNotRunningError,
    MembershipRunningError,
    PaymentAlreadyRecordedError,
    PaymentRequiredError,
    ValidationFailedError,
)
from quen.ledger.documents import Outcome
from quen.ledger.model import verify
from quen.memberships.payments import Payment
from quen.money import Money
from served import Served, read_program, serving
from tables import create_tables, open_mocked

LAN = member_claims(subject="lan", phone="+84901234567")
VIP = {
    "id": "vip",
    "name": {"vi": "Thành viên VIP", "en": "VIP"},
    "price": 59_000,
    "period": {"months": 1},
    "trial": {"days": 14},
}
WHOM = {"phone": "0901234567"}


@pytest.fixture
def apis() -> Iterator[Served]:
    with serving(with_program=False) as served:
        answer = served.admin(
            "PUT", "/v1/program", read_program(memberships=[VIP, VIP | {"id": "plus", "price": 99_000}])
        )
        assert answer.status == 200, answer
        served.make_partner()
        served.enrol("lan", "+84901234567", name="Nguyễn Thị Lan")
        yield served


def payment(payment_id: str, outcome: str = "succeeded", amount: int = 59_000, **changes: Any) -> dict[str, Any]:
    return {
        "payment_id": payment_id,
        "member": WHOM,
        "plan_id": "vip",
        "outcome": outcome,
        "amount": {"amount": amount, "currency": "VND"},
        "occurred_at": "2026-11-22T05:00:00Z",
    } | changes


def own(apis: Served) -> Any:
    return apis.mobile("GET", "/v1/me/membership", claims=LAN).body


def test_a_member_tries_a_plan_once_and_cancels_and_resumes_it(apis: Served) -> None:
    assert own(apis)["membership"] is None
    assert [(plan["plan_id"], plan["trial_days"]) for plan in own(apis)["plans"]] == [("vip", 14), ("plus", 14)]
    begun = apis.mobile("POST", "/v1/me/membership", {"plan_id": "vip"}, claims=LAN, headers={"Idempotency-Key": "t-1"})
    assert (begun.status, begun.body["membership"]["state"]) == (201, "TRIAL"), begun
    again = apis.mobile("POST", "/v1/me/membership", {"plan_id": "vip"}, claims=LAN, headers={"Idempotency-Key": "t-1"})
    assert again.body == begun.body
    twice = apis.mobile("POST", "/v1/me/membership", {"plan_id": "vip"}, claims=LAN, headers={"Idempotency-Key": "t-2"})
    assert (twice.status, twice.code) == (409, "membership_running")
    assert [plan["trial_days"] for plan in own(apis)["plans"]] == [0, 0]
    for _ in range(2):
        canceled = apis.mobile("POST", "/v1/me/membership/cancel", claims=LAN)
        assert (canceled.status, canceled.body["membership"]["state"]) == (200, "CANCELED_AT_PERIOD_END")
        assert canceled.body["membership"]["next_payment"] is None
    for _ in range(2):
        resumed = apis.mobile("POST", "/v1/me/membership/resume", claims=LAN)
        assert (resumed.status, resumed.body["membership"]["state"]) == (200, "TRIAL")
    assert resumed.body["membership"]["next_payment"]["amount"] == {"amount": 59_000, "currency": "VND"}


def test_a_signed_payment_counts_once_and_is_found_again(apis: Served) -> None:
    paid = apis.partner("POST", "/v1/payments", payment("P-1"))
    assert (paid.status, paid.body["membership"]["state"]) == (201, "ACTIVE"), paid
    replayed = apis.partner("POST", "/v1/payments", payment("P-1"))
    assert replayed.body == paid.body
    assert replayed.headers["idempotent-replayed"] == "true"
    other = apis.partner("POST", "/v1/payments", payment("P-1", "failed"))
    assert (other.status, other.code) == (409, "payment_already_recorded")
    assert apis.partner("GET", "/v1/payments/P-1").body == paid.body
    assert apis.partner("GET", "/v1/payments/P-2").status == 404
    found = apis.partner("POST", "/v1/memberships/search", {"member": WHOM})
    assert found.body["membership"] == paid.body["membership"]
    account = apis.mobile("GET", "/v1/me/account", claims=LAN).body["membership"]
    assert (account["plan_id"], account["name"], account["renews"]) == ("vip", "Thành viên VIP", True)


def test_what_is_not_the_price_or_not_the_plan_changes_nothing(apis: Served) -> None:
    for amount in (58_999, 59_001):
        wrong = apis.partner("POST", "/v1/payments", payment("P-1", amount=amount))
        assert (wrong.status, [fault["pointer"] for fault in wrong.body["errors"]]) == (422, ["/amount"])
    unknown = apis.partner("POST", "/v1/payments", payment("P-1", plan_id="gold"))
    assert (unknown.status, [fault["pointer"] for fault in unknown.body["errors"]]) == (422, ["/plan_id"])
    future = payment("P-1", occurred_at=(datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert apis.partner("POST", "/v1/payments", future).status == 422
    failed = apis.partner("POST", "/v1/payments", payment("P-1", "failed", reason="card_declined"))
    assert (failed.status, failed.body["membership"], failed.body["retry_on"]) == (201, None, None)
    apis.partner("POST", "/v1/payments", payment("P-2"))
    plus = apis.partner("POST", "/v1/payments", payment("P-3", amount=99_000, plan_id="plus"))
    assert (plus.status, plus.code) == (409, "membership_running")


def test_what_is_left_of_a_membership_comes_back_once(apis: Served) -> None:
    apis.partner("POST", "/v1/payments", payment("P-1"))
    body = {"member": WHOM, "plan_id": "vip"}
    refund = apis.partner("POST", "/v1/memberships/refund", body, key="r-1")
    assert (refund.status, refund.body["membership"]["state"]) == (200, "ENDED"), refund
    period = refund.body["membership"]["period"]
    assert period["from"] == period["to"]
    assert 0 < refund.body["refund"]["amount"] < 59_000
    assert apis.partner("POST", "/v1/memberships/refund", body, key="r-1").body == refund.body
    again = apis.partner("POST", "/v1/memberships/refund", body, key="r-2")
    assert (again.status, again.code) == (409, "membership_not_running")
    shown = apis.mobile("GET", "/v1/me/account", claims=LAN).body["membership"]
    assert (shown["state"], shown["renews"]) == ("ENDED", False)


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        house = House(client, create_tables(client), MovableClock())
        house.programs = FixedPrograms(make_program(plans=(make_plan(), make_plan(id="plus"))))
        yield house


def pay(house: House, member_id: str, payment_id: str, outcome: str = "succeeded", plan_id: str = "vip") -> Outcome:
    told = Payment(payment_id, plan_id, outcome, Money(49_000, "VND"), house.clock.now())  # type: ignore[arg-type]
    return house.memberships.record_payment("ptn_1", member(member_id), told, f"{outcome} {plan_id}")


def state(house: House, member_id: str) -> tuple[str, str]:
    shown = house.memberships.show(member_id)["membership"]
    store = house._ledger_store
    assert verify(store.load(member_id), store.read_history(member_id)) is None
    return shown["state"], shown["until"]


def test_time_makes_it_past_due_and_ends_it_and_a_late_payment_begins_anew(house: House) -> None:
    lan = enrol(house)
    house.memberships.start_trial(lan, "vip", idempotency_key="1", fingerprint="vip")
    house.clock.advance(days=14)
    assert state(house, lan) == ("PAST_DUE", "2026-12-05")
    assert pay(house, lan, "P-1", "failed").result["retry_on"] == "2026-12-07"
    house.clock.advance(days=2)
    # paid in its days of grace, the period runs on from the old end
    assert pay(house, lan, "P-2").result["membership"]["period"]["from"] == "2026-12-06"
    house.ledger.bring_up_to_date(lan, house.clock.now())
    assert state(house, lan) == ("ACTIVE", "2027-01-05")
    house.clock.advance(days=60)
    assert state(house, lan) == ("ENDED", "2027-01-05")
    with pytest.raises(PaymentRequiredError):
        house.memberships.start_trial(lan, "plus", idempotency_key="2", fingerprint="plus")
    assert pay(house, lan, "P-3").result["membership"]["period"]["from"] == "2027-02-06"
    with pytest.raises(MembershipRunningError):
        pay(house, lan, "P-4", plan_id="plus")
    with pytest.raises(PaymentAlreadyRecordedError):
        pay(house, lan, "P-3", plan_id="plus")
    kinds = [(entry["kind"], entry["reason"]) for entry in house.ledger.list_entries(lan, None, 20)[0]]
    assert kinds[:6] == [
        ("membership", "paid"),
        ("term", "ended"),
        ("term", "payment_due"),
        ("term", "payment_due"),
        ("term", "payment_due"),
        ("term", "past_due"),
    ]


def test_a_membership_that_is_not_there_is_neither_cancelled_nor_resumed_nor_refunded(house: House) -> None:
    lan = enrol(house)
    with pytest.raises(MembershipNotRunningError):
        house.memberships.cancel(lan)
    with pytest.raises(MembershipNotRunningError):
        house.memberships.resume(lan)
    pay(house, lan, "P-1")
    with pytest.raises(MembershipNotRunningError):
        house.memberships.refund("ptn_1", member(lan), "plus", idempotency_key="1", fingerprint="")
    with pytest.raises(ValidationFailedError):
        house.memberships.start_trial(lan, "gold", idempotency_key="1", fingerprint="")

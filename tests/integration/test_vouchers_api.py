"""Vouchers through the three APIs: staff issue, members show, tills use; each answer as its contract says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from gateway_events import member_claims
from quen.bootstrap import application
from quen.program.benefits import Benefit
from quen.vouchers.model import Terms
from sample_events import sample_event
from served import Served, serving

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/issue-vouchers"
BATCH = {
    "name": "Tết",
    "count": 3,
    "benefit": {"kind": "amount_off", "amount": 50_000},
    "partial": True,
    "valid_until": "2099-12-31",
}
BILL = {
    "total": {"amount": 45_000, "currency": "VND"},
    "lines": [
        {"line_id": "1", "sku": "coffee", "quantity": 1, "amount": {"amount": 30_000, "currency": "VND"}},
        {"line_id": "2", "category": "food", "quantity": 1, "amount": {"amount": 15_000, "currency": "VND"}},
    ],
}


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as served:
        boto3.client("sqs", region_name="us-east-1").create_queue(QueueName="issue-vouchers")
        yield served


def begin(served: Served, key: str = "b-1", **changes: Any) -> Any:
    return served.admin("POST", "/v1/voucher-batches", BATCH | changes, headers={"Idempotency-Key": key})


def work() -> None:
    """What the queue holds is worked, as Lambda does."""
    from issue_vouchers.app import handle

    sqs = boto3.client("sqs", region_name="us-east-1")
    event = sample_event("issue_vouchers", "batch")
    while messages := sqs.receive_message(QueueUrl=QUEUE).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=QUEUE, ReceiptHandle=message["ReceiptHandle"])
            record = event["Records"][0] | {"body": message["Body"]}
            assert handle({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}


def codes(served: Served, batch_id: str) -> list[str]:
    page = served.admin("GET", f"/v1/voucher-batches/{batch_id}/codes").body
    return [item["code"] for item in page["items"]]


def issue(served: Served, **changes: Any) -> tuple[str, list[str]]:
    batch_id = str(begin(served, **changes).body["batch_id"])
    work()
    return batch_id, codes(served, batch_id)


def test_a_batch_that_is_not_there_is_no_failure_of_the_worker(served: Served) -> None:
    from issue_vouchers.app import handle

    assert handle(sample_event("issue_vouchers", "batch"), CONTEXT) == {"batchItemFailures": []}


def test_staff_begin_a_batch_and_watch_it(served: Served) -> None:
    begun = begin(served)
    assert (begun.status, begun.body["state"], begun.body["issued"]) == (202, "issuing", 0)
    again = begin(served)
    assert (again.body, again.headers["idempotent-replayed"]) == (begun.body, "true")
    batch_id = begun.body["batch_id"]
    assert served.admin("GET", f"/v1/voucher-batches/{batch_id}/codes").body == {"items": [], "next_cursor": None}
    work()
    shown = served.admin("GET", f"/v1/voucher-batches/{batch_id}").body
    assert (shown["state"], shown["issued"]) == ("done", 3)
    assert served.admin("GET", "/v1/voucher-batches").body["items"] == [shown]
    first = served.admin("GET", f"/v1/voucher-batches/{batch_id}/codes?limit=2").body
    rest = served.admin("GET", f"/v1/voucher-batches/{batch_id}/codes?limit=2&cursor={first['next_cursor']}").body
    assert len({item["code"] for item in first["items"] + rest["items"]}) == 3
    trail = served.admin("GET", "/v1/audit").body["items"]
    told = [(record["action"], record["after"]) for record in trail if "voucher" in record["action"]]
    assert {record["target"] for record in trail if "voucher" in record["action"]} == {f"voucher_batch:{batch_id}"}
    assert told[0] == ("read_voucher_codes", {"first": 2, "last": 2})
    assert told[-1] == ("issue_vouchers", {"name": "Tết", "count": 3, "kind": "amount_off", "amount": 50_000})
    assert "code" not in json.dumps(told[0][1])


def test_a_till_looks_reserves_redeems_and_refunds(served: Served) -> None:
    batch_id, [code, other, _] = issue(served)
    valid = served.partner("POST", "/v1/vouchers/validate", {"code": code.lower(), "bill": BILL})
    assert (valid.status, valid.body["amount_off"]["amount"]) == (200, 45_000)
    reserved = served.partner("POST", "/v1/vouchers/reserve", {"code": code, "bill": BILL}, key="k1")
    assert (reserved.status, reserved.body["remaining_value"]["amount"]) == (201, 5_000)
    uses = f"/v1/vouchers/uses/{reserved.body['use_id']}"
    busy = served.partner("POST", "/v1/vouchers/redeem", {"code": code}, key="k2")
    assert (busy.status, busy.code) == (409, "voucher_reserved")
    assert served.partner("POST", f"{uses}/redeem").body["state"] == "redeemed"
    assert served.partner("POST", f"{uses}/release").code == "already_redeemed"
    refunded = served.partner("POST", f"{uses}/refund")
    assert refunded.body["remaining_value"]["amount"] == 50_000
    assert served.partner("POST", f"{uses}/refund").headers["idempotent-replayed"] == "true"
    whole = {"code": other, "amount": {"amount": 50_000, "currency": "VND"}, "purchase_id": "B-1"}
    assert served.partner("POST", "/v1/vouchers/redeem", whole, key="k3").body["purchase_id"] == "B-1"
    used = served.partner("POST", "/v1/vouchers/redeem", whole, key="k4")
    assert (used.status, used.code) == (409, "voucher_already_redeemed")
    voucher_id = valid.body["voucher_id"]
    shown = served.admin("GET", f"/v1/vouchers/{voucher_id}", role="support").body
    assert (shown["batch_id"], shown["redemption_id"], shown["state"]) == (batch_id, None, "issued")


def test_staff_cancel_a_voucher_or_all_of_a_batch(served: Served) -> None:
    batch_id, [one, other, _] = issue(served)
    looked = served.partner("POST", "/v1/vouchers/validate", {"code": one}).body
    path = f"/v1/vouchers/{looked['voucher_id']}/cancel"
    assert served.admin("POST", path, {"reason": "stolen"}).body["state"] == "cancelled"
    assert served.partner("POST", "/v1/vouchers/validate", {"code": one}).code == "voucher_cancelled"
    cancelled = served.admin("POST", f"/v1/voucher-batches/{batch_id}/cancel", {"reason": "misprint"})
    assert cancelled.body["state"] == "cancelled"
    assert served.partner("POST", "/v1/vouchers/redeem", {"code": other}, key="k").code == "voucher_cancelled"


def test_guesses_are_refused_after_twenty_a_minute(served: Served) -> None:
    answers = [served.partner("POST", "/v1/vouchers/validate", {"code": f"{number:017}"}) for number in range(1, 23)]
    assert {answer.code for answer in answers[:20]} == {"voucher_not_found"}
    assert {answer.code for answer in answers[-1:]} <= {"rate_limited", "voucher_not_found"}  # a minute may have passed
    assert answers[0].status == 404


def test_a_member_sees_their_own_vouchers_with_their_codes(served: Served) -> None:
    lan = served.enrol()
    app = application()
    writes, _ = app.vouchers.issuing("red_0000000000000000", lan, Terms(Benefit("gift"), date(2099, 12, 31)))
    app._ledger_store.save(*writes)
    claims = member_claims(member_id=lan)
    [own] = served.mobile("GET", "/v1/me/vouchers", claims=claims).body["items"]
    used = served.partner("POST", "/v1/vouchers/redeem", {"code": own["code"], "member": {"member_id": lan}}, key="k")
    assert used.body["benefit"] == {"kind": "gift"}
    assert served.mobile("GET", "/v1/me/vouchers", claims=claims).body["items"][0]["state"] == "redeemed"


@pytest.mark.parametrize("role", ["support", "cashier", "analyst"])
def test_only_who_decides_issues_vouchers_and_reads_codes(served: Served, role: str) -> None:
    body, headers = BATCH, {"Idempotency-Key": "k"}
    assert served.admin("POST", "/v1/voucher-batches", body, role=role, headers=headers).code == "forbidden"
    unknown = "/v1/voucher-batches/vbt_0000000000000000"
    assert served.admin("GET", f"{unknown}/codes", role=role).code == "forbidden"
    assert served.admin("POST", f"{unknown}/cancel", {"reason": "r"}, role=role).code == "forbidden"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"count": 0}, "/count"),
        ({"count": 100_001}, "/count"),
        ({"benefit": {"kind": "amount_off"}}, "/benefit/amount"),
        ({"benefit": {"kind": "miracle"}}, "/benefit/kind"),
        ({"benefit": {"kind": "percent_off", "percent": "100.5"}}, "/benefit/percent"),
        ({"benefit": {"kind": "gift", "amount": 1.5}}, "/benefit/amount"),
        ({"valid_until": "2020-01-01"}, "/valid_until"),
        ({"valid_from": "2100-01-01"}, "/valid_from"),
    ],
)
def test_a_batch_that_cannot_be_is_refused_where_it_is_wrong(served: Served, changes: Any, pointer: str) -> None:
    answer = begin(served, **changes)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"bill": BILL | {"delivery_fee": {"amount": 1, "currency": "USD"}}}, "currency_mismatch"),
        ({"bill": BILL | {"delivery_fee": {"amount": 45_001, "currency": "VND"}}}, "validation_failed"),
        ({"bill": BILL | {"lines": [BILL["lines"][0]] * 2}}, "validation_failed"),  # type: ignore[index]
        ({"amount": {"amount": 0, "currency": "VND"}}, "validation_failed"),
        ({"member": {}}, "validation_failed"),
        ({"code": ""}, "validation_failed"),
    ],
)
def test_a_till_s_body_that_cannot_be_is_refused(served: Served, body: Any, code: str) -> None:
    assert served.partner("POST", "/v1/vouchers/redeem", {"code": "0"} | body, key="k").code == code

"""What being signed adds to a purchase: one write to DynamoDB, once in a while another one, two reads and the secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.handlers
import pytest

from factories import SAIGON, make_purchase
from house import member
from quen.bootstrap import application
from quen.dynamodb import shared_session
from served import Served, serving


class Calls:
    """Every call to AWS, by the service and the operation."""

    def __init__(self) -> None:
        self.made: Counter[str] = Counter()

    def note(self, model: Any, **_: object) -> None:
        self.made[f"{model.service_model.service_name}:{model.name}"] += 1

    def taken(self) -> Counter[str]:
        """Those since the last time."""
        made, self.made = self.made, Counter()
        return made


@pytest.fixture(scope="module")
def calls() -> Iterator[Calls]:
    calls = Calls()
    hook = ("before-call", calls.note)
    botocore.handlers.BUILTIN_HANDLERS.append(hook)
    shared_session.cache_clear()  # a session takes its handlers when it is opened
    try:
        yield calls
    finally:
        botocore.handlers.BUILTIN_HANDLERS.remove(hook)
        shared_session.cache_clear()


@pytest.fixture(scope="module")
def apis(calls: Calls) -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def member_id(apis: Served) -> str:
    return apis.enrol()


def purchase(number: int, member_id: str) -> dict[str, Any]:
    occurred_at = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    total = {"amount": 125_000, "currency": "VND"}
    return {
        "purchase_id": f"B-{number}",
        "member": {"member_id": member_id},
        "occurred_at": occurred_at,
        "total": total,
    }


def test_a_signed_purchase_makes_one_call_more_than_an_unsigned_one_and_two_where_it_takes_a_lease(
    calls: Calls, apis: Served, member_id: str
) -> None:
    apis.make_partner()
    signed = []
    for number in range(4):  # the first also reads the program, which is kept after that; leases are of one, two, four
        calls.taken()
        assert apis.partner("POST", "/v1/purchases", purchase(number, member_id)).status == 201
        signed.append(calls.taken())
    bought = make_purchase(125_000, purchase_id="B-unsigned", at=datetime.now(UTC) - timedelta(minutes=1))
    application().purchases.record("ptn_0000000000000001", member(member_id), bought, "f")
    unsigned, nonce, lease = calls.taken(), {"dynamodb:PutItem": 1}, {"dynamodb:UpdateItem": 1}
    added = [one - unsigned for one in signed[1:]]
    assert all(one in (nonce, nonce | lease) for one in added)
    assert nonce in added


def test_a_key_costs_two_reads_and_its_secret_once_in_a_while(calls: Calls, apis: Served, member_id: str) -> None:
    body = {name: value for name, value in purchase(0, member_id).items() if name != "purchase_id"}
    apis.partner("POST", "/v1/purchases/preview", body)
    apis.make_partner("Bún Chả 36")  # a key that this process has not seen
    taken = []
    for _ in range(2):
        calls.taken()
        assert apis.partner("POST", "/v1/purchases/preview", body).status == 200
        taken.append(calls.taken())
    assert taken[0] - taken[1] == {"dynamodb:GetItem": 2, "secretsmanager:GetSecretValue": 1}


def test_a_made_up_key_costs_no_more_than_a_real_one_and_writes_nothing(calls: Calls, apis: Served) -> None:
    apis.use_key({"key_id": "key_0123456789abcdef", "secret": "AAAA"})
    for expected in ({"dynamodb:GetItem": 2, "secretsmanager:GetSecretValue": 1}, {}):
        calls.taken()
        assert apis.partner("GET", "/v1/purchases/B-1").code == "signature_invalid"
        assert calls.taken() == expected


def test_a_partner_with_a_pack_and_a_cap_pays_for_them_with_one_read_and_no_write_call(
    calls: Calls, apis: Served, member_id: str
) -> None:
    partner_id = apis.make_partner("Bông Sen", "brand")
    today = datetime.now(SAIGON).date().isoformat()
    settle = {"from": today, "billing": "prepaid", "prices": {"issued": "100", "redeemed": "90", "expired": "50"}}
    pack = {"points": 1000, "paid": {"amount": 100_000, "currency": "VND"}}
    path = f"/v1/partners/{partner_id}"
    assert apis.admin("POST", f"{path}/terms", settle).status < 300
    assert apis.admin("POST", f"{path}/packs", pack, headers={"Idempotency-Key": "p-1"}).status == 201
    assert apis.admin("PATCH", path, {"daily_caps": {"issued": 500, "redeemed": 500}}).status == 200
    signed = []
    for number in range(4):
        calls.taken()
        assert apis.partner("POST", "/v1/purchases", purchase(100 + number, member_id)).status == 201
        signed.append(calls.taken())
    at = datetime.now(UTC) - timedelta(minutes=1)
    counted = []
    for issuer in (None, application().partners.load(partner_id)):
        calls.taken()
        bought = make_purchase(125_000, purchase_id=f"B-{bool(issuer)}", at=at)
        application().purchases.record(partner_id, member(member_id), bought, "f", issuer)
        counted.append(calls.taken())
    plain, unsigned = counted
    assert unsigned - plain == {"dynamodb:BatchGetItem": 1}
    nonce, lease = {"dynamodb:PutItem": 1}, {"dynamodb:UpdateItem": 1}
    assert all(one - unsigned in (nonce, nonce | lease) for one in signed[1:])
    assert any(one - unsigned == nonce for one in signed[1:])

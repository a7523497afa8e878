"""What one partner did is to every other as if it were not there, whatever it knows of the ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from quen.client.signing import Credentials
from served import Served, serving

MEMBER = {"phone": "0901234567"}
# Of the right shape, and nobody's.
NOWHERE = {
    "purchase": "B-999",
    "reserved": "red_0000000000000000",
    "redeemed": "red_0000000000000001",
    "paid": "act_00000000",
}


def money(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "VND"}


def now() -> str:
    return (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Coalition:
    """Two partners of one program, each with a purchase of one name; `owned` are the ids of what the first one did."""

    apis: Served
    owner: Credentials
    other: Credentials
    member_id: str
    owned: dict[str, str]

    def as_other(self, method: str, path: str, body: object = None, key: str | None = None) -> Any:
        self.apis.credentials = self.other
        return self.apis.partner(method, path, body, key=key)

    def as_owner(self, method: str, path: str, body: object = None, key: str | None = None) -> Any:
        self.apis.credentials = self.owner
        return self.apis.partner(method, path, body, key=key)

    def account(self) -> Any:
        return self.apis.admin("GET", f"/v1/members/{self.member_id}/account").body


@pytest.fixture(scope="module")
def coalition() -> Iterator[Coalition]:
    with serving() as apis:
        member_id = apis.enrol("lan", "+84901234567")
        apis.adjust(member_id, 500)
        owner = apis.credentials
        purchase = {"purchase_id": "B-1", "member": MEMBER, "occurred_at": now(), "total": money(500_000)}
        assert apis.partner("POST", "/v1/purchases", purchase).status == 201
        reserved = apis.partner("POST", "/v1/redemptions", {"member": MEMBER, "points": 30}, key="r-1").body
        redeemed = apis.partner("POST", "/v1/redemptions", {"member": MEMBER, "points": 40}, key="r-2").body
        assert apis.partner("POST", f"/v1/redemptions/{redeemed['redemption_id']}/redeem").status == 200
        load = {"member": MEMBER, "amount": money(100_000)}
        assert apis.partner("POST", "/v1/stored-value/loads", load, key="l-1").status == 201
        paid = apis.partner("POST", "/v1/stored-value/redemptions", load, key="p-1").body
        apis.make_partner("Bún Chả 36")
        owned = {
            "purchase": "B-1",
            "reserved": reserved["redemption_id"],
            "redeemed": redeemed["redemption_id"],
            "paid": paid["activity_id"],
        }
        yield Coalition(apis, owner, apis.credentials, member_id, owned)


RETURN = {"return_id": "R-1", "occurred_at": now(), "amount": money(1000)}
# What is asked of which thing, and with what.
CROSSINGS: list[tuple[str, str, str, dict[str, Any] | None, str | None]] = [
    ("purchase", "GET", "/v1/purchases/{}", None, None),
    ("purchase", "POST", "/v1/purchases/{}/returns", RETURN, None),
    ("reserved", "POST", "/v1/redemptions/{}/redeem", None, None),
    ("reserved", "POST", "/v1/redemptions/{}/release", None, None),
    ("reserved", "POST", "/v1/redemptions/{}/refund", None, None),
    ("redeemed", "POST", "/v1/redemptions/{}/redeem", None, None),
    ("redeemed", "POST", "/v1/redemptions/{}/release", None, None),
    ("redeemed", "POST", "/v1/redemptions/{}/refund", None, None),
    ("paid", "POST", "/v1/stored-value/redemptions/{}/refunds", {"amount": money(1000)}, "x-1"),
]


@pytest.mark.parametrize(("thing", "method", "path", "body", "key"), CROSSINGS)
def test_another_partner_s_answers_as_if_it_were_not_there(
    coalition: Coalition, thing: str, method: str, path: str, body: dict[str, Any] | None, key: str | None
) -> None:
    before = coalition.account()
    crossed = coalition.as_other(method, path.format(coalition.owned[thing]), body, key)
    nowhere = coalition.as_other(method, path.format(NOWHERE[thing]), body, key)
    assert crossed.status == 404
    assert crossed.body | {"request_id": ""} == nowhere.body | {"request_id": ""}
    assert coalition.account() == before


def test_two_partners_use_one_business_id_each_for_its_own(coalition: Coalition) -> None:
    other = {"purchase_id": "B-2", "member": MEMBER, "occurred_at": now(), "total": money(20_000)}
    ours = other | {"total": money(30_000)}
    assert coalition.as_other("POST", "/v1/purchases", other).status == 201
    assert coalition.as_owner("POST", "/v1/purchases", ours).status == 201
    wanted = {"member": MEMBER, "points": 1}
    first = coalition.as_owner("POST", "/v1/redemptions", wanted, "same-key").body["redemption_id"]
    second = coalition.as_other("POST", "/v1/redemptions", wanted, "same-key").body["redemption_id"]
    assert first != second


def test_the_owner_still_has_all_of_it(coalition: Coalition) -> None:
    assert coalition.as_owner("GET", "/v1/purchases/B-1").status == 200
    assert coalition.as_owner("POST", f"/v1/redemptions/{coalition.owned['reserved']}/redeem").status == 200


def test_a_signature_of_one_partner_does_not_pass_in_the_name_of_the_other(coalition: Coalition) -> None:
    coalition.apis.credentials = Credentials(coalition.owner.key_id, "hmac-sha256", coalition.other.secret)
    answer = coalition.apis.partner("GET", "/v1/purchases/B-1")
    assert (answer.status, answer.code) == (401, "signature_invalid")
    assert answer.headers["accept-signature"].startswith('sig1=("@method" "@authority" "@path")')

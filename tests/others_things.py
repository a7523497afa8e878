"""What one caller has, for tests in which another caller asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3

from factories import SAIGON
from gateway_events import Answer, member_claims
from quen.bootstrap import application
from quen.client.signing import Credentials
from quen.vouchers.codes import VoucherCodes
from served import Served, read_program, serving

PLAN = {"id": "vip", "name": {"vi": "Quen VIP", "en": "Quen VIP"}, "price": 49_000, "period": {"months": 1}}
INTO = {"points": 10, "units": 25, "per_day": 1000, "hold_hours": 48}
LAN, HOA = {"phone": "0901234567"}, {"phone": "0901234568"}

# Of the right shape, and nobody's.
NOWHERE: Mapping[str, str] = {
    "purchase": "B-999",
    "receipt": "R-999",
    "payment": "INV-999",
    "exchange": "X-999",
    "redemption": "red_0000000000000000",
    "own redemption": "red_0000000000000001",
    "activity": "sva_0000000000000000",
    "use": "vus_0000000000000000",
    "webhook": "whk_0000000000000000",
    "dispute": "dsp_0000000000000000",
    "key": "key_0000000000000000",
    "card": "crd_0000000000000000",
}


def money(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "VND"}


def today() -> date:
    """The program's day."""
    return datetime.now(UTC).astimezone(SAIGON).date()


def minutes_ago(minutes: int = 1) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class World:
    """`owned` are the ids of what the owner has: the first partner, and the member Lan. The thief has a key and a login too."""

    apis: Served
    owner: Credentials
    thief: Credentials
    owner_id: str
    thief_id: str
    lan_id: str
    hoa_id: str
    owned: dict[str, str]
    code: str
    entry_id: str

    def as_owner(self, method: str, path: str, body: object = None, key: str | None = None) -> Answer:
        self.apis.credentials = self.owner
        return self.apis.partner(method, path, body, key=key)

    def as_thief(self, method: str, path: str, body: object = None, key: str | None = None) -> Answer:
        self.apis.credentials = self.thief
        return self.apis.partner(method, path, body, key=key)

    def as_lan(self, method: str, path: str, body: object = None, key: str = "k") -> Answer:
        return self._as_member("lan", self.lan_id, method, path, body, key)

    def as_hoa(self, method: str, path: str, body: object = None, key: str = "k") -> Answer:
        return self._as_member("hoa", self.hoa_id, method, path, body, key)

    def _as_member(self, subject: str, member_id: str, method: str, path: str, body: object, key: str) -> Answer:
        claims = member_claims(subject=subject, member_id=member_id, phone="", email="")
        return self.apis.mobile(method, path, body, claims=claims, headers={"Idempotency-Key": key})

    def account(self) -> Any:
        """What Lan has."""
        return self.apis.admin("GET", f"/v1/members/{self.lan_id}/account").body


@contextmanager
def world_of_others() -> Iterator[World]:
    """The program, two partners, two members, and all that the first of each has."""
    with serving(with_program=False) as apis:
        for queue in ("webhooks", "issue-vouchers"):
            boto3.client("sqs", region_name="us-east-1").create_queue(QueueName=queue)
        assert apis.admin("PUT", "/v1/program", read_program(memberships=[PLAN])).status == 200
        lan_id, hoa_id = apis.enrol("lan", "+84901234567"), apis.enrol("hoa", "+84901234568")
        apis.adjust(lan_id, 900, "to-lan")
        apis.adjust(hoa_id, 900, "to-hoa")
        thief_id = apis.make_partner("Thief", "own")
        thief = apis.credentials
        owner_id = apis.make_partner("Owner", "own")
        for partner_id in (thief_id, owner_id):
            assert apis.admin("PUT", f"/v1/partners/{partner_id}/exchange", {"into": INTO}).status == 200
            settles = {"from": today().isoformat(), "billing": "postpaid", "prices": {"issued": "100"}}
            assert apis.admin("POST", f"/v1/partners/{partner_id}/terms", settles).status == 201
        world = World(apis, apis.credentials, thief, owner_id, thief_id, lan_id, hoa_id, {}, _issue(apis), "")
        _own_what_tills_do(world)
        _own_what_offices_have(world)
        yield world


def _issue(apis: Served) -> str:
    """A voucher's code."""
    batch = {"name": "Tết", "count": 1, "benefit": {"kind": "amount_off", "amount": 50_000}, "partial": True}
    said = batch | {"valid_until": "2099-12-31"}
    batch_id = apis.admin("POST", "/v1/voucher-batches", said, headers={"Idempotency-Key": "b-1"}).body["batch_id"]
    application().voucher_batches.issue(batch_id, lambda: False)
    return VoucherCodes(application().keys).code_of(batch_id, 0)


def _own_what_tills_do(world: World) -> None:
    owned = world.owned

    def do(path: str, body: object, key: str | None = None) -> Any:
        answer = world.as_owner("POST", path, body, key)
        assert answer.status == 201, answer
        return answer.body

    sale = {"occurred_at": minutes_ago(), "total": money(500_000)}
    sold = do("/v1/purchases", {"purchase_id": "B-1", "member": LAN, **sale})
    world.entry_id = sold["entries"][0]["entry_id"]
    assert sold["purchase_id"] == "B-1"
    owned["purchase"] = "B-1"
    owned["receipt"] = do("/v1/receipts", {"purchase_id": "R-1", **sale})["purchase_id"]
    owned["redemption"] = do("/v1/redemptions", {"member": LAN, "points": 30}, "r-1")["redemption_id"]
    do("/v1/stored-value/loads", {"member": LAN, "amount": money(90_000)}, "l-1")
    paid = do("/v1/stored-value/redemptions", {"member": LAN, "amount": money(40_000)}, "p-1")
    owned["activity"] = paid["activity_id"]
    part = {"code": world.code, "amount": money(10_000)}
    owned["use"] = do("/v1/vouchers/reserve", part, "v-1")["use_id"]
    bill = {"plan_id": "vip", "outcome": "succeeded", "amount": money(49_000), "occurred_at": minutes_ago()}
    owned["payment"] = do("/v1/payments", {"payment_id": "INV-1", "member": LAN, **bill})["payment_id"]
    owned["exchange"] = do("/v1/exchanges", {"exchange_id": "X-1", "member": LAN, "units": 250})["exchange_id"]
    mine = world.as_lan("POST", "/v1/me/redemptions", {"points": 20}, "own-1")
    owned["own redemption"] = mine.body["redemption_id"]


def _own_what_offices_have(world: World) -> None:
    month = f"{today():%Y-%m}"
    hook = world.as_owner("POST", "/v1/webhooks", {"url": "https://hooks.example.com/quen"})
    wrong = {"month": month, "reason": "it came back", "purchase_id": "B-1"}
    dispute = world.as_owner("POST", "/v1/disputes", wrong, "d-1")
    cards = world.apis.admin("GET", f"/v1/members/{world.lan_id}/cards").body["items"]
    keys = world.apis.admin("GET", f"/v1/partners/{world.owner_id}/keys").body["items"]
    assert (hook.status, dispute.status) == (201, 201), (hook, dispute)
    world.owned |= {
        "webhook": hook.body["webhook_id"],
        "dispute": dispute.body["dispute_id"],
        "card": cards[0]["card_id"],
        "key": keys[0]["key_id"],
    }

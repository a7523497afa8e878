"""Two brands at the partner API: each knows the members by ids of its own, and sees a name only where it may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway_events import Answer, member_claims
from quen.bootstrap import application
from quen.client.signing import Credentials
from quen.ids import new_id
from served import Served, read_program, serving

PHONE = "+84901234567"
LAN = member_claims(subject="lan", phone=PHONE, email="")
PLAN = {
    "id": "plus",
    "name": {"vi": "Plus", "en": "Plus"},
    "price": 99_000,
    "period": {"months": 1},
}


class Brand:
    """One partner's side of the API; keeps all that it was ever answered."""

    def __init__(self, apis: Served, name: str, relation: str = "brand") -> None:
        self.partner_id = apis.make_partner(name, relation)
        self.answers: list[Answer] = []
        self._apis = apis
        self._credentials: Credentials = apis.credentials

    def ask(self, method: str, path: str, body: object = None, *, key: str | None = None) -> Answer:
        self._apis.credentials = self._credentials
        answer = self._apis.partner(method, path, body, key=key)
        self.answers.append(answer)
        return answer

    def find(self, **way: str) -> dict[str, Any]:
        answer = self.ask("POST", "/v1/members/search", way or {"phone": PHONE})
        assert answer.status == 200, answer
        found: dict[str, Any] = answer.body
        return found


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving(with_program=False) as served:
        plans = served.admin("PUT", "/v1/program", read_program(memberships=[PLAN]))
        assert plans.status == 200, plans
        yield served


@pytest.fixture(scope="module")
def member_id(apis: Served) -> str:
    made = apis.enrol("lan", PHONE, name="Nguyễn Thị Lan")
    apis.adjust(made, 900)
    return made


@pytest.fixture(scope="module")
def bakery(apis: Served, member_id: str) -> Brand:
    return Brand(apis, "Bakery")


@pytest.fixture(scope="module")
def cinema(apis: Served, member_id: str) -> Brand:
    return Brand(apis, "Cinema")


def vnd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "VND"}


def now() -> str:
    return (datetime.now(UTC) - timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")


def purchase(member: dict[str, str], **changes: Any) -> dict[str, Any]:
    return {"purchase_id": "B-1", "member": member, "occurred_at": now(), "total": vnd(125_000), **changes}


def till_s_day(brand: Brand, member: dict[str, str]) -> None:
    """The main routes, each answered."""
    bought = purchase(member, purchase_id="D-1")
    untold = {name: value for name, value in bought.items() if name != "purchase_id"}
    event = {"type": "visit", "member": member, "occurred_at": now()}
    code = brand.ask("POST", "/v1/redemptions", {"member": member, "reward_id": "free-size-up"}, key="r-1").body
    paid = brand.ask("POST", "/v1/redemptions", {"member": member, "points": 10}, key="r-2").body
    loaded = brand.ask("POST", "/v1/stored-value/loads", {"member": member, "amount": vnd(50_000)}, key="l-1")
    assert loaded.status == 201
    used = brand.ask("POST", "/v1/stored-value/redemptions", {"member": member, "amount": vnd(9_000)}, key="l-2").body
    payment = {"payment_id": "P-1", "member": member, "plan_id": "plus", "outcome": "succeeded"}
    brand.ask("POST", "/v1/purchases", bought)
    brand.ask("POST", "/v1/purchases", bought)
    brand.ask("POST", "/v1/purchases/preview", untold)
    brand.ask("POST", "/v1/purchases/batch", {"purchases": [bought, {"purchase_id": "D-2"}]})
    brand.ask("GET", "/v1/purchases/D-1")
    returned = {"return_id": "T-1", "occurred_at": now(), "amount": vnd(25_000)}
    brand.ask("POST", "/v1/purchases/D-1/returns", returned)
    brand.ask("POST", "/v1/events/preview", event)
    brand.ask("POST", "/v1/events", event | {"event_id": "E-1"})
    brand.ask("POST", f"/v1/redemptions/{code['redemption_id']}/redeem")
    brand.ask("POST", f"/v1/redemptions/{code['redemption_id']}/refund", key="f-1")
    brand.ask("POST", f"/v1/redemptions/{paid['redemption_id']}/release")
    brand.ask("POST", f"/v1/stored-value/redemptions/{used['activity_id']}/refunds", {"amount": vnd(9_000)}, key="l-3")
    brand.ask("POST", "/v1/bills/quote", {"member": member, "total": vnd(80_000)})
    brand.ask("POST", "/v1/perks/search", {"member": member})
    brand.ask("POST", "/v1/payments", payment | {"amount": vnd(99_000), "occurred_at": now()})
    brand.ask("GET", "/v1/payments/P-1")
    brand.ask("POST", "/v1/memberships/search", {"member": member})
    brand.ask("POST", "/v1/memberships/refund", {"member": member, "plan_id": "plus"}, key="m-1")
    brand.ask("GET", "/v1/partner")


def test_no_answer_of_a_till_s_day_tells_a_brand_the_program_s_id(member_id: str, bakery: Brand) -> None:
    shown = bakery.find()["member_id"]
    bakery.answers.clear()
    till_s_day(bakery, {"member_id": shown})
    assert [answer for answer in bakery.answers if answer.status >= 300] == []
    told = json.dumps([answer.body for answer in bakery.answers])
    assert member_id not in told
    assert told.count(shown) >= len(bakery.answers) - 1
    assert {account["sequence"] for account in accounts_in(json.loads(told))} == {None}


def accounts_in(value: Any) -> Iterator[dict[str, Any]]:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from accounts_in(part)
    if isinstance(value, dict) and "wallets" in value:
        yield value


def test_two_brands_know_a_member_by_two_ids_and_each_always_by_the_same(
    apis: Served, member_id: str, bakery: Brand, cinema: Brand
) -> None:
    ids = bakery.find()["member_id"], cinema.find()["member_id"]
    assert len({member_id, *ids}) == 3
    card = apis.mobile("GET", "/v1/me/card", claims=LAN).body
    for way in ({"card_code": card["card_code"]}, {"qr_token": card["qr_token"]}):
        assert (bakery.find(**way)["member_id"], cinema.find(**way)["member_id"]) == ids


def test_another_brand_s_id_and_one_that_is_made_up_name_nobody(bakery: Brand, cinema: Brand) -> None:
    for stranger in (cinema.find()["member_id"], "mem_" + "0" * 26, "mem_" + "z" * 26, new_id("mem"), "mem_"):
        answer = bakery.ask("POST", "/v1/purchases", purchase({"member_id": stranger}, purchase_id="S-1"))
        assert (answer.status, answer.code) == (404, "member_not_found")


def test_a_brand_may_be_handed_the_program_s_id_and_is_answered_with_its_own(member_id: str, bakery: Brand) -> None:
    answer = bakery.ask("POST", "/v1/purchases", purchase({"member_id": member_id}, purchase_id="H-1"))
    assert (answer.status, answer.body["member_id"]) == (201, bakery.find()["member_id"])


def test_a_purchase_alone_and_in_a_batch_is_the_same_one_by_either_id(member_id: str, bakery: Brand) -> None:
    bought = purchase({"member_id": bakery.find()["member_id"]}, purchase_id="A-1")
    first = bakery.ask("POST", "/v1/purchases", bought)
    again = bakery.ask("POST", "/v1/purchases", bought | {"member": {"member_id": member_id}})
    assert (again.body, again.headers["idempotent-replayed"]) == (first.body, "true")
    (batched,) = bakery.ask("POST", "/v1/purchases/batch", {"purchases": [bought]}).body["results"]
    assert (batched["status"], batched["body"]) == (201, first.body)


def test_what_the_stream_tells_a_brand_names_members_as_its_answers_do(
    apis: Served, member_id: str, bakery: Brand, cinema: Brand
) -> None:
    known_as = application().known_as
    for brand in (bakery, cinema):
        assert known_as(brand.partner_id, member_id) == brand.find()["member_id"]


def test_the_shop_s_own_tills_know_members_by_the_program_s_ids(apis: Served, member_id: str) -> None:
    till = Brand(apis, "Quen 2", "own")
    assert (till.find()["member_id"], till.find()["masked_name"]) == (member_id, "Nguyễn Thị L***")
    assert isinstance(till.ask("POST", "/v1/purchases", purchase({"phone": PHONE})).body["account"]["sequence"], int)


def test_a_brand_sees_a_name_while_the_member_agrees_and_no_other_brand_does(
    apis: Served, bakery: Brand, cinema: Brand
) -> None:
    def decide(purpose: str, *, granted: bool) -> None:
        consent = {"purpose": purpose, "granted": granted, "text_version": "2026-11"}
        assert apis.mobile("PATCH", "/v1/me", {"consents": [consent]}, claims=LAN).status == 200

    assert bakery.find()["masked_name"] is None
    decide("share_with_partner", granted=True)
    assert bakery.find()["masked_name"] is None
    decide(f"share_with_partner:{bakery.partner_id}", granted=True)
    assert (bakery.find()["masked_name"], cinema.find()["masked_name"]) == ("Nguyễn Thị L***", None)
    decide(f"share_with_partner:{bakery.partner_id}", granted=False)
    assert bakery.find()["masked_name"] is None

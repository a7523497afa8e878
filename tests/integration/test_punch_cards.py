"""Punch cards through the APIs: stamped by signed purchases, seen in the app, taken back by returns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway_events import member_claims
from served import Served, read_program, serving

GOODS = {"categories": ["coffee"]}
RULES = [
    {"id": "base", "on": "purchase", "points": 1, "per": 10_000},
    {"id": "cup", "on": "purchase", "points": 1, "each": "item", "wallet": "stamps", "goods": GOODS}
    | {"cap": {"points": 6, "per": "purchase"}},
    {"id": "review", "on": "review", "points": 2, "wallet": "stamps"},
]
CARD = {
    "id": "coffee",
    "name": {"vi": "Cà phê", "en": "Coffee"},
    "stamps": 12,
    "milestones": [{"at": 5, "reward": "cone"}, {"at": 12, "reward": "sundae", "valid_days": 30}],
    "expires": {"months": 6},
}
REWARDS = [
    {"id": "cone", "name": {"vi": "Kem ốc quế", "en": "Cone"}, "points": 20},
    {"id": "sundae", "name": {"vi": "Kem ly", "en": "Sundae"}, "points": 50},
]
LAN = member_claims(subject="lan", phone="+84901234567")


@pytest.fixture
def apis() -> Iterator[Served]:
    with serving(with_program=False) as served:
        document = read_program(earning=RULES, cards=[CARD], rewards=REWARDS, categories=[{"id": "coffee"}])
        answer = served.admin("PUT", "/v1/program", document)
        assert answer.status == 200, answer
        served.make_partner()
        served.enrol("lan", "+84901234567", name="Nguyễn Thị Lan")
        yield served


def bill(purchase_id: str, cups: int, *, free: int = 0) -> dict[str, Any]:
    amount = {"amount": 45_000 * (cups - free), "currency": "VND"}
    line = {"line_id": "1", "sku": "latte", "category": "coffee", "quantity": cups, "amount": amount}
    return {
        "purchase_id": purchase_id,
        "member": {"phone": "0901234567"},
        "occurred_at": instant(minutes=2),
        "total": amount,
        "lines": [line | ({"free_quantity": free} if free else {})],
    }


def instant(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def buy(apis: Served, purchase_id: str, cups: int, **changes: Any) -> Any:
    answer = apis.partner("POST", "/v1/purchases", bill(purchase_id, cups, **changes))
    assert answer.status == 201, answer
    return answer.body


def on_card(account: Any) -> tuple[int, int]:
    [card] = account["cards"]
    return card["stamps"], card["completed"]


def gifts(apis: Served) -> dict[str, int]:
    shown = apis.mobile("GET", "/v1/me/cards", claims=LAN)
    assert shown.status == 200
    return {gift["reward_id"]: gift["count"] for gift in shown.body["gifts"]}


def test_the_5th_cup_brings_a_cone_and_the_12th_a_sundae(apis: Served) -> None:
    preview = {name: value for name, value in bill("", 4).items() if name != "purchase_id"}
    assert on_card(apis.partner("POST", "/v1/purchases/preview", preview).body["account"]) == (4, 0)
    first = buy(apis, "B-1", 4)
    assert on_card(first["account"]) == (4, 0)
    assert "Thẻ Cà phê: 4/12 tem." in first["receipt_text"]["vi"]
    assert gifts(apis) == {}
    second = buy(apis, "B-2", 2, free=1)
    assert "Coffee card: 5 of 12 stamps. Your gift: Cone." in second["receipt_text"]["en"]
    assert gifts(apis) == {"cone": 1}
    assert on_card(buy(apis, "B-3", 40)["account"]) == (11, 0)  # six for a receipt at the most
    assert on_card(buy(apis, "B-4", 2)["account"]) == (1, 1)
    assert gifts(apis) == {"cone": 1, "sundae": 1}
    [entry, *_] = apis.mobile("GET", "/v1/me/entries", claims=LAN).body["items"]
    assert entry["cards"][0]["reached"] == [{"at": 12, "reward_id": "sundae", "times": 1}]
    assert [(gift["reward_id"], gift["count"]) for gift in entry["gifts"]] == [("sundae", 1)]


def test_an_empty_card_is_shown_with_what_it_will_bring(apis: Served) -> None:
    shown = apis.mobile("GET", "/v1/me/cards", claims=LAN).body
    [card] = shown["cards"]
    assert (card["name"], card["stamps"], card["of"], card["expires_on"]) == (CARD["name"], 0, 12, None)
    assert [(one["at"], one["reward_id"], one["reached"]) for one in card["milestones"]] == [
        (5, "cone", False),
        (12, "sundae", False),
    ]
    assert shown["gifts"] == []
    assert apis.mobile("GET", "/v1/me/account", claims=LAN).body["cards"] == shown["cards"]
    stranger = apis.mobile("GET", "/v1/me/cards", claims=member_claims(subject="stranger"))
    assert (stranger.status, stranger.code) == (404, "member_not_found")


def test_a_return_takes_its_stamps_and_the_gift_back(apis: Served) -> None:
    buy(apis, "B-1", 4)
    buy(apis, "B-2", 3)
    assert gifts(apis) == {"cone": 1}
    line = {"line_id": "1", "quantity": 3, "amount": {"amount": 135_000, "currency": "VND"}}
    body = {"return_id": "R-1", "occurred_at": instant(), "lines": [line]}
    answer = apis.partner("POST", "/v1/purchases/B-2/returns", body)
    assert (answer.status, on_card(answer.body["account"])) == (201, (4, 0))
    assert "Thẻ Cà phê: 4/12 tem." in answer.body["receipt_text"]["vi"]
    assert gifts(apis) == {}


def test_partners_events_stamp_the_card_too(apis: Served) -> None:
    body = {"event_id": "E-1", "type": "review", "member": {"phone": "0901234567"}, "occurred_at": instant(minutes=1)}
    answer = apis.partner("POST", "/v1/events", body)
    assert (answer.status, on_card(answer.body["account"])) == (201, (2, 0))
    [share] = answer.body["explanation"]
    assert (share["rule_id"], share["wallet"], share["card_id"]) == ("review", "stamps", "coffee")


def test_more_free_pieces_than_there_are_are_refused(apis: Served) -> None:
    body = bill("B-1", 2, free=2)
    body["lines"][0]["free_quantity"] = 3
    answer = apis.partner("POST", "/v1/purchases", body)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/lines/0/free_quantity")


def test_why_says_on_which_card_a_rule_s_stamps_went(apis: Served) -> None:
    buy(apis, "B-1", 7)
    rules = apis.mobile("GET", "/v1/me/explain?purchase_id=B-1", claims=LAN).body["rules"]
    [cup] = [rule for rule in rules if rule["rule_id"] == "cup"]
    assert (cup["wallet"], cup["card_id"], cup["verdict"], cup["points"]) == ("stamps", "coffee", "capped", 6)
    assert cup["reason"]["en"] == "Gave 6 stamps instead of 7 stamps: its limit was reached."


def test_stamps_of_an_older_system_go_on_the_card(apis: Served) -> None:
    rows = [
        {"row_id": "1", "phone": "+84907777777", "stamps": 7},
        {"row_id": "2", "phone": "+84908888888", "cards": {"coffee": 3}},
        {"row_id": "3", "phone": "+84909999999", "cards": {"tea": 3}},
    ]
    results = apis.admin("POST", "/v1/imports/old/rows", {"rows": rows}).body["results"]
    assert [result["status"] for result in results] == ["opened", "opened", "refused"]
    accounts = [apis.admin("GET", f"/v1/members/{result['member_id']}/account").body for result in results[:2]]
    assert [on_card(account) for account in accounts] == [(7, 0), (3, 0)]

"""Cards through the APIs: staff link, block and replace, members replace their own, tills are told to keep a blocked one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gateway_events import Answer, member_claims
from quen.members.cards import new_card_code
from served import Served, serving

PHONE, OTHER_PHONE = "+84901234567", "+84907654321"
LAN = member_claims(subject="lan", phone=PHONE, email="")


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def lan(apis: Served) -> str:
    return apis.enrol("lan", PHONE)


@pytest.fixture(scope="module")
def minh(apis: Served) -> str:
    return apis.enrol("minh", OTHER_PHONE)


def link(apis: Served, member_id: str, **body: str) -> Answer:
    return apis.admin("POST", f"/v1/members/{member_id}/cards", body)


def act(apis: Served, member_id: str, card_id: str, verb: str, role: str = "owner", **body: str) -> Answer:
    return apis.admin("POST", f"/v1/members/{member_id}/cards/{card_id}/{verb}", {"reason": "lost", **body}, role=role)


def find(apis: Served, code: str) -> Answer:
    return apis.partner("POST", "/v1/members/search", {"card_code": code})


def cards(apis: Served, member_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = apis.admin("GET", f"/v1/members/{member_id}/cards").body["items"]
    return items


def block_all_plastic(apis: Served, member_id: str) -> None:
    for card in cards(apis, member_id):
        if card["kind"] == "plastic" and card["state"] == "active":
            assert act(apis, member_id, card["card_id"], "block").status == 200


def test_a_card_that_is_made_is_told_once_and_then_by_its_last_four(apis: Served, lan: str) -> None:
    made = link(apis, lan)
    assert (made.status, made.body["kind"], made.body["state"]) == (201, "plastic", "active")
    code = made.body["card_code"]
    assert find(apis, code).body["member_id"] == lan
    (shown,) = [card for card in cards(apis, lan) if card["card_id"] == made.body["card_id"]]
    assert shown["last_four"] == code[-4:]
    assert code not in str(cards(apis, lan))
    block_all_plastic(apis, lan)


def test_a_till_is_told_to_keep_a_blocked_card_and_the_points_stay(apis: Served, lan: str) -> None:
    card = link(apis, lan, card_code=(code := new_card_code())).body
    assert card["card_code"] is None
    before = apis.admin("GET", f"/v1/members/{lan}/account").body
    blocked = act(apis, lan, card["card_id"], "block")
    assert (blocked.status, blocked.body["state"], blocked.body["reason"]) == (200, "blocked", "lost")
    answer = find(apis, code)
    assert (answer.status, answer.code) == (409, "card_blocked")
    wanted = {"member": {"card_code": code}, "points": 5}
    assert apis.partner("POST", "/v1/redemptions", wanted, key="k").code == "card_blocked"
    assert apis.admin("GET", f"/v1/members/{lan}/account").body == before
    found = apis.admin("GET", f"/v1/members?card_code={code}").body["items"]
    assert [member["member_id"] for member in found] == [lan]


def test_a_code_that_was_never_given_out_tells_nothing(apis: Served) -> None:
    assert find(apis, new_card_code()).code == "member_not_found"


def test_another_member_is_not_told_that_a_card_is_blocked(apis: Served, lan: str, minh: str) -> None:
    code = link(apis, minh).body["card_code"]
    block_all_plastic(apis, minh)
    gift = {"to": {"card_code": code}, "points": 10}
    answer = apis.mobile("POST", "/v1/me/transfers", gift, claims=LAN, headers={"Idempotency-Key": "g-1"})
    assert (answer.status, answer.code) == (404, "member_not_found")


def test_a_card_is_one_member_s_for_ever(apis: Served, lan: str, minh: str) -> None:
    code = new_card_code()
    card = link(apis, lan, card_code=code).body
    assert link(apis, lan, card_code=code).body == card
    assert link(apis, minh, card_code=code).code == "card_already_linked"
    act(apis, lan, card["card_id"], "block")
    assert link(apis, minh, card_code=code).code == "card_already_linked"
    assert link(apis, lan, card_code=code).code == "card_blocked"


def test_a_replacement_is_there_at_once(apis: Served, lan: str) -> None:
    old = link(apis, lan).body
    new = act(apis, lan, old["card_id"], "replace")
    assert new.status == 201
    assert find(apis, old["card_code"]).code == "card_blocked"
    assert find(apis, new.body["card_code"]).body["member_id"] == lan
    block_all_plastic(apis, lan)


def test_a_member_s_own_replacement_kills_the_card_before(apis: Served, lan: str) -> None:
    before = apis.mobile("GET", "/v1/me/card", claims=LAN).body["card_code"]
    answer = apis.mobile("POST", "/v1/me/card/replace", claims=LAN)
    assert answer.status == 200
    assert answer.body["card_code"] != before
    assert apis.mobile("GET", "/v1/me/card", claims=LAN).body["card_code"] == answer.body["card_code"]
    assert find(apis, before).code == "card_blocked"
    assert find(apis, answer.body["card_code"]).body["member_id"] == lan


def test_a_member_replaces_the_app_s_card_that_staff_have_blocked(apis: Served, lan: str) -> None:
    (card,) = [card for card in cards(apis, lan) if card["kind"] == "app" and card["state"] == "active"]
    act(apis, lan, card["card_id"], "block")
    assert apis.mobile("GET", "/v1/me/card", claims=LAN).code == "card_blocked"
    assert apis.mobile("POST", "/v1/me/card/replace", claims=LAN).status == 200


def test_a_card_that_is_not_the_member_s_is_not_found(apis: Served, lan: str, minh: str) -> None:
    card_id = link(apis, lan).body["card_id"]
    for verb in ("block", "replace"):
        assert act(apis, minh, card_id, verb).code == "not_found"
        assert act(apis, "mem_0000000000000000", card_id, verb).code == "member_not_found"
    block_all_plastic(apis, lan)


@pytest.mark.parametrize(("role", "statuses"), [("cashier", (403, 200, 403)), ("analyst", (403, 403, 403))])
def test_who_stands_at_a_till_takes_cards_away_and_gives_none_out(
    apis: Served, lan: str, role: str, statuses: tuple[int, ...]
) -> None:
    card_id = link(apis, lan).body["card_id"]
    answers = (
        apis.admin("POST", f"/v1/members/{lan}/cards", {}, role=role),
        act(apis, lan, card_id, "block", role),
        act(apis, lan, card_id, "replace", role),
    )
    assert tuple(answer.status for answer in answers) == statuses
    block_all_plastic(apis, lan)


def test_every_change_of_a_card_is_on_record_without_its_code(apis: Served, minh: str) -> None:
    made = link(apis, minh).body
    new = act(apis, minh, made["card_id"], "replace").body
    act(apis, minh, new["card_id"], "block", reason="found in the street")
    trail = apis.admin("GET", "/v1/audit").body["items"][:3]
    told = [(record["action"], record["target"], record["reason"]) for record in trail]
    target = f"member:{minh}"
    assert told == [
        ("block_card", target, "found in the street"),
        ("replace_card", target, "lost"),
        ("link_card", target, None),
    ]
    assert trail[1]["before"] == {"card_id": made["card_id"], "last_four": made["last_four"]}
    assert trail[1]["after"] == {"card_id": new["card_id"], "last_four": new["last_four"]}
    assert not any(code in str(trail) for code in (made["card_code"], new["card_code"]))


def test_the_cards_of_two_who_are_one_person_are_the_survivor_s(apis: Served, lan: str, minh: str) -> None:
    code = link(apis, minh).body["card_code"]
    body = {"merged_member_id": minh, "reason": "one person"}
    merged = apis.admin("POST", f"/v1/members/{lan}/merges", body, headers={"Idempotency-Key": "merge"})
    assert merged.status == 201
    assert find(apis, code).body["member_id"] == lan
    (card,) = [card for card in cards(apis, lan) if card["last_four"] == code[-4:]]
    assert card["brought_by"] == minh
    assert act(apis, lan, card["card_id"], "block").status == 200
    assert find(apis, code).code == "card_blocked"
    undone = apis.admin("POST", f"/v1/merges/{merged.body['merge_id']}/undo", {"reason": "two after all"})
    assert undone.status == 200
    assert find(apis, code).code == "card_blocked"
    assert link(apis, minh).status == 201

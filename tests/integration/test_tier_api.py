"""Tiers through the APIs: shown with their history, planned, and never taken out of a program while members may have them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway_events import member_claims
from served import Served, read_program, serving


def tiers(gold_spend: int = 1_000_000, **gold: Any) -> list[dict[str, Any]]:
    return [
        {"id": "member", "name": {"vi": "Thành viên", "en": "Member"}},
        {"id": "silver", "name": {"vi": "Bạc", "en": "Silver"}, "reach": {"spend": 500_000}},
        {"id": "gold", "name": {"vi": "Vàng", "en": "Gold"}, "reach": {"spend": gold_spend}, **gold},
    ]


@pytest.fixture
def apis() -> Iterator[Served]:
    with serving() as served:
        answer = served.admin("PUT", "/v1/program", read_program(tiers=tiers()))
        assert answer.status == 200, answer
        yield served


@pytest.fixture
def lan(apis: Served) -> str:
    """A member who has just reached gold."""
    member_id = apis.enrol()
    body = {
        "purchase_id": "B-1",
        "member": {"member_id": member_id},
        "occurred_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "total": {"amount": 1_200_000, "currency": "VND"},
    }
    answer = apis.partner("POST", "/v1/purchases", body)
    assert answer.status == 201, answer
    return member_id


def put_tiers(apis: Served, kept: list[dict[str, Any]]) -> Any:
    return apis.admin("PUT", "/v1/program", read_program(tiers=kept))


def test_a_member_sees_the_tier_the_way_on_and_how_it_came(apis: Served, lan: str) -> None:
    answer = apis.mobile("GET", "/v1/me/tier", claims=member_claims(subject="lan", member_id=lan))
    assert (answer.status, answer.body["tier"]["id"], answer.body["next_cursor"]) == (200, "gold", None)
    assert answer.body["tier"]["progress"]["sentence"].keys() == {"vi", "en"}
    upgraded, joined = answer.body["items"]
    assert (upgraded["cause"], upgraded["from"], upgraded["to"], upgraded["name"]) == ("upgraded", None, "gold", "Vàng")
    assert (upgraded["figures"], upgraded["rule_version"]) == ({"spend": 1_200_000}, 2)
    assert upgraded["until"] == answer.body["tier"]["until"]
    assert (joined["cause"], joined["name"], joined["sequence"]) == ("joined", "Thành viên", 0)


def test_staff_see_the_same_and_why_staff_set_it(apis: Served, lan: str) -> None:
    seen = apis.mobile("GET", "/v1/me/tier", claims=member_claims(subject="lan", member_id=lan)).body
    assert apis.admin("GET", f"/v1/members/{lan}/tier", role="support").body == seen
    given = {"tier": "gold", "until": "2200-12-31", "reason_code": "goodwill", "note": "kept in the trail alone"}
    assert apis.admin("POST", f"/v1/members/{lan}/tier", given).status == 200
    shown = apis.admin("GET", f"/v1/members/{lan}/tier").body
    assert (shown["items"][0]["cause"], shown["items"][0]["reason"]) == ("set", "goodwill")
    assert "alone" not in str(shown)


def test_a_history_is_paged_with_the_caller_s_own_cursor(apis: Served, lan: str) -> None:
    first = apis.admin("GET", f"/v1/members/{lan}/tier?limit=1").body
    rest = apis.admin("GET", f"/v1/members/{lan}/tier?limit=1&cursor={first['next_cursor']}").body
    assert [item["cause"] for item in (*first["items"], *rest["items"])] == ["upgraded", "joined"]
    other = apis.admin("GET", f"/v1/members/mem_0000000000000000/tier?cursor={first['next_cursor']}")
    assert other.status in {400, 404}
    unknown = apis.admin("GET", "/v1/members/mem_0000000000000000/tier")
    assert (unknown.status, unknown.code) == (404, "member_not_found")


def test_a_plan_names_who_would_go_down_and_when(apis: Served, lan: str) -> None:
    plan = apis.admin("POST", "/v1/program/plan", read_program(tiers=tiers(2_000_000)), role="analyst").body
    moves = plan["tier_moves"]
    assert (moves["members"], moves["is_all"]) == (1, True)
    [move] = moves["moves"]
    assert (move["member_id"], move["from"], move["instead"]) == (lan, "gold", {"tier": "gold", "on": None})
    assert move["planned"]["tier"] == "silver"
    until = apis.admin("GET", f"/v1/members/{lan}/tier").body["tier"]["until"]
    assert move["planned"]["on"] > until
    assert "tier_moves_foreseen" in {warned["code"] for warned in plan["warnings"]}
    cheaper = apis.admin("POST", "/v1/program/plan", read_program(tiers=tiers(multiplier="2"))).body
    assert cheaper["tier_moves"] is None


def test_a_tier_that_members_may_have_is_retired_before_it_is_removed(apis: Served, lan: str) -> None:
    refused = put_tiers(apis, tiers()[:2])
    assert (refused.status, refused.code) == (422, "validation_failed")
    assert [(fault["pointer"], fault["code"]) for fault in refused.body["errors"]] == [("/tiers", "tier_removed")]
    planned = apis.admin("POST", "/v1/program/plan", read_program(tiers=tiers()[:2]))
    assert planned.body["errors"] == refused.body["errors"]
    assert put_tiers(apis, tiers(retired=True)).status == 200
    assert apis.admin("GET", f"/v1/members/{lan}/tier").body["tier"]["id"] == "gold"
    assert put_tiers(apis, tiers()[:2]).status == 200

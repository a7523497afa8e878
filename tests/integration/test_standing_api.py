"""Members' states and merges through the admin API: who may, what is answered, and the trail that it leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway_events import Answer, member_claims
from served import Served, read_program, serving

MERGE_KEY = {"Idempotency-Key": "merge-1"}


@pytest.fixture
def apis() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture
def lan(apis: Served) -> str:
    return apis.enrol("lan", "+84901234567", name="Nguyễn Thị Lan")


@pytest.fixture
def other(apis: Served) -> str:
    return apis.enrol("other", "+84907654321")


def set_state(apis: Served, member_id: str, state: str, role: str = "support", reason: str = "a reason") -> Answer:
    return apis.admin("POST", f"/v1/members/{member_id}/state", {"state": state, "reason": reason}, role=role)


def merge(apis: Served, survivor: str, merged: str, reason: str = "one person", **headers: Any) -> Answer:
    body = {"merged_member_id": merged, "reason": reason}
    return apis.admin("POST", f"/v1/members/{survivor}/merges", body, role="support", headers=MERGE_KEY | headers)


def trail(apis: Served, action: str) -> list[Mapping[str, Any]]:
    return [record for record in apis.admin("GET", "/v1/audit?limit=100").body["items"] if record["action"] == action]


def test_a_state_is_answered_with_the_masked_member_and_its_record_says_before_and_after(
    apis: Served, lan: str
) -> None:
    answer = set_state(apis, lan, "blocked", reason="a stolen phone of Lan's")
    assert (answer.status, answer.body["state"], answer.body["masked"]) == (200, "blocked", True)
    assert "1234567" not in str(answer.body)
    (record,) = trail(apis, "change_member_state")
    said = (record["target"], record["role"], record["before"], record["after"], record["reason"])
    assert said == (
        f"member:{lan}",
        "support",
        {"state": "active"},
        {"state": "blocked"},
        "a stolen phone of Lan's",
    )
    # What staff write stays in the trail: the member reads the statement, and nobody can take an entry back.
    assert "stolen" not in str(apis.admin("GET", f"/v1/members/{lan}/entries").body)


def test_the_same_state_again_is_answered_and_changes_nothing(apis: Served, lan: str) -> None:
    first, again = set_state(apis, lan, "inactive"), set_state(apis, lan, "inactive")
    assert (again.status, again.body) == (200, first.body)
    assert len(trail(apis, "change_member_state")) == 1


def test_closing_is_for_those_who_may_and_is_final(apis: Served, lan: str) -> None:
    assert set_state(apis, lan, "closed").code == "forbidden"
    assert set_state(apis, lan, "closed", role="manager").body["state"] == "closed"
    for state in ("active", "blocked"):
        assert set_state(apis, lan, state, role="owner").code == "member_not_active"
    assert set_state(apis, "mem_0000000000000000", "active").code == "member_not_found"
    assert set_state(apis, lan, "erased").code == "validation_failed"


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [("inactive", 409, "member_not_active"), ("blocked", 404, "member_not_found"), ("closed", 404, "member_not_found")],
)
def test_a_till_is_told_of_an_inactive_member_and_of_no_other(
    apis: Served, lan: str, state: str, status: int, code: str
) -> None:
    set_state(apis, lan, state, role="owner")
    bought = {
        "purchase_id": "B-1",
        "member": {"phone": "0901234567"},
        "occurred_at": "2026-11-22T03:15:00Z",
        "total": {"amount": 100_000, "currency": "VND"},
    }
    wanted = {"member": {"phone": "0901234567"}, "points": 5}
    for answer in (
        apis.partner("POST", "/v1/purchases", bought),
        apis.partner("POST", "/v1/redemptions", wanted, key="k"),
    ):
        assert (answer.status, answer.code) == (status, code)


def test_tags_are_put_on_a_member_and_their_record_says_before_and_after(apis: Served, lan: str) -> None:
    path = f"/v1/members/{lan}/tags"
    assert apis.admin("GET", f"/v1/members/{lan}").body["tags"] == []
    answer = apis.admin("PUT", path, {"tags": ["vip", "press"]}, role="support")
    assert (answer.status, answer.body["tags"], answer.body["masked"]) == (200, ["press", "vip"], True)
    again = apis.admin("PUT", path, {"tags": ["press", "vip", "vip"]}, role="manager")
    assert again.body == answer.body == apis.admin("GET", f"/v1/members/{lan}").body
    assert apis.admin("PUT", path, {"tags": []}).body["tags"] == []
    said = [(record["role"], record["before"], record["after"]) for record in trail(apis, "change_member_tags")]
    both = {"tags": ["press", "vip"]}
    assert said == [("owner", both, {"tags": []}), ("support", {"tags": []}, both)]


@pytest.mark.parametrize("tags", [["VIP"], ["two words"], [f"tag-{number}" for number in range(33)], [7], "vip", None])
def test_what_is_no_tag_is_refused(apis: Served, lan: str, tags: object) -> None:
    assert apis.admin("PUT", f"/v1/members/{lan}/tags", {"tags": tags}).code == "validation_failed"
    assert not trail(apis, "change_member_tags")


def test_tags_are_for_those_who_may_and_for_members_there_are(apis: Served, lan: str) -> None:
    assert apis.admin("PUT", f"/v1/members/{lan}/tags", {"tags": []}, role="cashier").code == "forbidden"
    assert apis.admin("PUT", "/v1/members/mem_0000000000000000/tags", {"tags": ["vip"]}).code == "member_not_found"
    set_state(apis, lan, "closed", role="owner")
    assert apis.admin("PUT", f"/v1/members/{lan}/tags", {"tags": ["vip"]}).code == "member_not_active"


@pytest.fixture
def with_tiers(apis: Served) -> None:
    """Everybody's tier, and one above it."""
    tiers = [{"id": name, "name": {"vi": f"Hạng {name}", "en": name.title()}} for name in ("member", "gold")]
    assert apis.admin("PUT", "/v1/program", read_program(tiers=tiers)).status == 200


def set_tier(apis: Served, member_id: str, tier: str | None, role: str = "manager", **body: Any) -> Answer:
    asked = {"tier": tier, "reason_code": "goodwill", **body}
    return apis.admin("POST", f"/v1/members/{member_id}/tier", asked, role=role)


@pytest.mark.usefixtures("with_tiers")
def test_a_tier_is_set_shown_and_taken_back_and_each_is_on_record_once(apis: Served, lan: str) -> None:
    until = f"{datetime.now(UTC).year + 1}-12-31"
    gold = set_tier(apis, lan, "gold", until=until, note="a regular since the first shop")
    assert (gold.status, gold.body["tier"]["id"], gold.body["tier"]["until"]) == (200, "gold", until)
    assert set_tier(apis, lan, "gold", until=until).body == gold.body
    assert apis.admin("GET", f"/v1/members/{lan}/account").body["tier"] == gold.body["tier"]
    [entry, *_] = apis.admin("GET", f"/v1/members/{lan}/entries").body["items"]
    assert (entry["kind"], entry["points"], entry["reason"]) == ("tier", 0, "goodwill")
    assert set_tier(apis, lan, None).body["tier"] == {
        "id": "member",
        "name": "Hạng member",
        "since": None,
        "until": None,
        "progress": None,
    }
    none, given = {"tier": None, "until": None}, {"tier": "gold", "until": until}
    because = {"reason_code": "goodwill"}
    said = [(record["before"], record["after"], record["reason"]) for record in trail(apis, "change_member_tier")]
    assert said == [(given, none | because, None), (none, given | because, "a regular since the first shop")]


@pytest.mark.usefixtures("with_tiers")
@pytest.mark.parametrize(
    "asked", [{"tier": "platinum"}, {"tier": "gold", "until": "2020-01-01"}, {"tier": None, "until": "2099-01-01"}]
)
def test_what_is_no_tier_of_the_program_is_refused(apis: Served, lan: str, asked: dict[str, Any]) -> None:
    assert set_tier(apis, lan, **asked).code == "validation_failed"
    assert not trail(apis, "change_member_tier")


@pytest.mark.usefixtures("with_tiers")
def test_tiers_are_for_those_who_may_set_them_and_for_members_there_are(apis: Served, lan: str, other: str) -> None:
    assert set_tier(apis, lan, "gold", role="support").code == "forbidden"
    assert set_tier(apis, "mem_0000000000000000", "gold").code == "member_not_found"
    merge(apis, lan, other)
    assert set_tier(apis, other, "gold").body["member_id"] == lan
    set_state(apis, lan, "closed", role="owner")
    assert set_tier(apis, lan, "member").code == "member_not_active"


def test_a_program_without_tiers_knows_none(apis: Served, lan: str) -> None:
    assert set_tier(apis, lan, "gold").body["errors"][0]["code"] == "unknown_tier"
    assert apis.admin("GET", f"/v1/members/{lan}/account").body["tier"] is None


def test_a_merge_is_made_shown_and_undone(apis: Served, lan: str, other: str) -> None:
    apis.adjust(other, 100)
    made = merge(apis, lan, other)
    assert (made.status, made.body["state"], made.body["points"]["active"]) == (201, "merged", 120)
    merge_id = made.body["merge_id"]
    assert merge_id.startswith("mrg_")
    assert apis.admin("GET", f"/v1/merges/{merge_id}").body == made.body
    found = apis.partner("POST", "/v1/members/search", {"phone": "0907654321"})
    assert (found.body["member_id"], found.body["points"]["active"]) == (lan, 140)
    undone = apis.admin("POST", f"/v1/merges/{merge_id}/undo", {"reason": "two sisters"}, role="support")
    assert (undone.status, undone.body["state"]) == (200, "undone")
    again = apis.admin("POST", f"/v1/merges/{merge_id}/undo", {"reason": "asked twice"})
    assert (again.body, again.headers["idempotent-replayed"]) == (undone.body, "true")
    assert apis.admin("GET", f"/v1/merges/{merge_id}").body == undone.body
    reasons = [(record["target"], record["reason"]) for record in trail(apis, "merge_members")]
    assert reasons == [(f"merge:{merge_id}", "two sisters"), (f"member:{lan}", "one person")]


def test_a_merge_made_again_is_the_first_answer(apis: Served, lan: str, other: str) -> None:
    first, again = merge(apis, lan, other), merge(apis, lan, other)
    assert (again.status, again.body, again.headers["idempotent-replayed"]) == (201, first.body, "true")
    assert merge(apis, lan, other, reason="another").code == "idempotency_key_reused"
    assert len(trail(apis, "merge_members")) == 1


def test_what_cannot_be_merged_is_refused_with_a_reason_and_leaves_no_record(
    apis: Served, lan: str, other: str
) -> None:
    assert merge(apis, lan, lan).body["errors"][0]["code"] == "oneself"
    assert merge(apis, lan, "mem_0000000000000000").code == "member_not_found"
    wanted = {"member": {"member_id": other}, "points": 5}
    held = apis.partner("POST", "/v1/redemptions", wanted, key="k").body["redemption_id"]
    assert merge(apis, lan, other).code == "redemptions_open"
    apis.partner("POST", f"/v1/redemptions/{held}/release")
    set_state(apis, other, "closed", role="owner")
    closed = merge(apis, lan, other)
    assert (closed.status, closed.code) == (409, "member_not_active")
    assert "is closed" in closed.body["detail"]
    assert not trail(apis, "merge_members")
    assert apis.admin("GET", "/v1/merges/mrg_0000000000000000").code == "not_found"


def test_the_merged_member_s_app_shows_the_survivor(apis: Served, lan: str, other: str) -> None:
    merge(apis, lan, other)
    claims = member_claims(subject="other", phone="+84907654321", email="")
    assert apis.mobile("GET", "/v1/me", claims=claims).body["member_id"] == lan
    assert apis.mobile("GET", "/v1/me/account", claims=claims).body["points"]["active"] == 40


def test_a_note_that_would_move_a_cursor_is_refused_where_it_stands(apis: Served, lan: str) -> None:
    asked = {"reason_code": "goodwill", "note": "a\x1b[2J"}
    for path, body in (("adjustments", {"points": 5}), ("stored-value/adjustments", {"amount": 5})):
        answer = apis.admin("POST", f"/v1/members/{lan}/{path}", asked | body, headers={"Idempotency-Key": "note-1"})
        assert [fault["pointer"] for fault in answer.body["errors"]] == ["/note"]

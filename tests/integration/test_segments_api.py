"""Which segments a member is in, as staff see it: by the profile and by what the account remembers, as of now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from served import Served, read_program, serving

SEGMENTS = [
    {"id": "newcomers", "name": {"vi": "Chưa mua", "en": "Never bought"}, "when": {"never_bought": True}},
    {"id": "vips", "name": {"vi": "Khách quý", "en": "VIPs"}, "when": {"tag": ["vip"]}},
    {
        "id": "reachable",
        "name": {"vi": "Nhận thư", "en": "By e-mail"},
        "when": {"all": [{"consent": ["marketing_email"]}, {"not": {"segment": ["newcomers"]}}]},
    },
    {
        "id": "this-month",
        "name": {"vi": "Tháng này", "en": "This month"},
        "when": {"spend": {"at_least": 100_000, "months": 1}, "tier": ["everybody"]},
    },
]
TIERS = [{"id": "everybody", "name": {"vi": "Mọi người", "en": "Everybody"}}]


@pytest.fixture
def apis() -> Iterator[Served]:
    with serving() as served:
        answer = served.admin("PUT", "/v1/program", read_program(tiers=TIERS, segments=SEGMENTS))
        assert answer.status == 200, answer
        yield served


@pytest.fixture
def lan(apis: Served) -> str:
    return apis.enrol("lan", "+84901234567", name="Nguyễn Thị Lan")


def held(apis: Served, member_id: str) -> list[str]:
    items = apis.admin("GET", f"/v1/members/{member_id}/segments").body["items"]
    return [item["id"] for item in items if item["holds"]]


def test_every_segment_of_the_program_is_shown_in_its_order_with_its_names(apis: Served, lan: str) -> None:
    answer = apis.admin("GET", f"/v1/members/{lan}/segments", role="cashier")
    assert answer.status == 200
    assert [(item["id"], item["name"]) for item in answer.body["items"]] == [
        (segment["id"], segment["name"]) for segment in SEGMENTS
    ]


def test_who_buys_and_is_tagged_changes_segments_at_once(apis: Served, lan: str) -> None:
    assert held(apis, lan) == ["newcomers"]
    apis.admin("PUT", f"/v1/members/{lan}/tags", {"tags": ["vip"]})
    bought = {
        "purchase_id": "B-1",
        "member": {"phone": "0901234567"},
        "occurred_at": datetime.now(UTC).isoformat(),
        "total": {"amount": 100_000, "currency": "VND"},
    }
    answer = apis.partner("POST", "/v1/purchases", bought)
    assert answer.status == 201, answer
    assert held(apis, lan) == ["vips", "reachable", "this-month"]


def test_segments_are_for_those_who_may_see_a_member_and_of_members_there_are(apis: Served, lan: str) -> None:
    assert apis.admin("GET", f"/v1/members/{lan}/segments", role="analyst").code == "forbidden"
    assert apis.admin("GET", "/v1/members/mem_0000000000000000/segments").code == "member_not_found"


def test_a_program_without_segments_shows_none() -> None:
    with serving() as served:
        member_id = served.enrol("lan", "+84901234567")
        assert served.admin("GET", f"/v1/members/{member_id}/segments").body == {"items": []}

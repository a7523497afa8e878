"""A member is warned of what somebody changed in their name: by the very transaction that changes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from gateway_events import member_claims
from quen.bootstrap import application
from quen.messages.security import security_addresses
from served import Served, serving

OLD, NEW = "+84901234567", "+84909999999"


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving() as served:
        yield served


def notices(member_id: str) -> list[tuple[str, str]]:
    """Version and words of every notice that was left for the member."""
    table = boto3.resource("dynamodb", region_name="us-east-1").Table(application().settings.ledger_table)
    left: list[dict[str, Any]] = table.query(
        KeyConditionExpression="PK = :member AND begins_with(SK, :notice)",
        ExpressionAttributeValues={":member": f"MEMBER#{member_id}", ":notice": "NOTICE#"},
    )["Items"]
    return [(str(int(item["SK"].partition("#")[2])), item["what"]) for item in left]


def change(apis: Served, member_id: str, subject: str, body: dict[str, Any], phone: str = NEW) -> None:
    claims = member_claims(subject=subject, member_id=member_id, phone=phone, email="")
    assert apis.mobile("PATCH", "/v1/me", body, claims=claims).status == 200


def test_a_new_phone_number_leaves_a_notice_and_is_warned_of_at_the_old_one(apis: Served) -> None:
    member_id = apis.enrol("phone", OLD)
    assert notices(member_id) == []
    for _ in range(2):
        change(apis, member_id, "phone", {"phone": NEW})
    assert notices(member_id) == [("2", "phone_changed")]
    app = application()
    member = app.members.load(member_id)
    assert (member.phone, security_addresses(member, app.clock.now())["sms"]) == (NEW, OLD)


def test_what_is_no_danger_leaves_none(apis: Served) -> None:
    member_id = apis.enrol("name", "+84901111111")
    change(apis, member_id, "name", {"name": "Hoa", "locale": "en"}, phone="+84901111111")
    assert notices(member_id) == []


def test_a_card_that_is_replaced_and_a_member_who_is_closed_are_warned_of(apis: Served) -> None:
    member_id = apis.enrol("card", "+84902222222")
    claims = member_claims(subject="card", member_id=member_id, phone="+84902222222")
    assert apis.mobile("POST", "/v1/me/card/replace", {}, claims=claims).status in {200, 201}
    app = application()
    app.members.change_state(member_id, "closed")
    assert notices(member_id) == [("2", "card_replaced"), ("3", "member_closed")]

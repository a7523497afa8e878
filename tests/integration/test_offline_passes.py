"""A till without a network takes what a member has set aside, and reports it when the network is back: once."""

from __future__ import annotations

import base64
import string
import time
from collections.abc import Iterator
from typing import Any

import pytest

from gateway_events import member_claims
from quen.client import read_pass
from served import Served, serving

LATE = 10**11


@pytest.fixture
def apis() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture
def member_id(apis: Served) -> str:
    made = apis.enrol()
    assert apis.adjust(made, 500).status == 201
    return made


def set_aside(apis: Served, member_id: str, **body: Any) -> Any:
    claims = member_claims(member_id=member_id)
    return apis.mobile("POST", "/v1/me/redemptions", body, claims=claims, headers={"Idempotency-Key": "pass-1"})


def listed(apis: Served, member_id: str) -> Any:
    [redemption] = apis.mobile("GET", "/v1/me/redemptions", claims=member_claims(member_id=member_id)).body["items"]
    return redemption


def test_a_till_reads_what_was_set_aside_by_the_public_key_alone(apis: Served, member_id: str) -> None:
    made = set_aside(apis, member_id, points=200).body
    key = apis.partner("GET", "/v1/partner").body["pass_key"]
    held = read_pass(made["offline_pass"]["token"], key, now=time.time())
    assert held is not None
    assert (held.redemption_id, held.points, held.amount, held.currency) == (made["redemption_id"], 200, 20_000, "VND")
    assert member_id == made["member_id"]


def test_the_first_till_that_reports_a_pass_has_it_and_every_other_is_told(apis: Served, member_id: str) -> None:
    redemption_id = set_aside(apis, member_id, points=200).body["redemption_id"]
    assert apis.partner("POST", f"/v1/redemptions/{redemption_id}/redeem").status == 200
    again = apis.partner("POST", f"/v1/redemptions/{redemption_id}/redeem")
    assert (again.status, again.headers["idempotent-replayed"]) == (200, "true")
    apis.make_partner("Another")
    assert apis.partner("POST", f"/v1/redemptions/{redemption_id}/redeem").code == "already_redeemed"
    assert apis.admin("GET", f"/v1/members/{member_id}/account").body["points"]["active"] == 320


def test_a_reward_that_is_reserved_has_a_pass_too_in_the_answer_and_in_the_list(apis: Served, member_id: str) -> None:
    made = set_aside(apis, member_id, reward_id="free-coffee").body
    assert listed(apis, member_id)["offline_pass"] == made["offline_pass"]
    assert set_aside(apis, member_id, reward_id="free-coffee").body["offline_pass"] == made["offline_pass"]
    path, claims = f"/v1/me/redemptions/{made['redemption_id']}/cancel", member_claims(member_id=member_id)
    assert apis.mobile("POST", path, claims=claims).status == 200
    assert "offline_pass" not in listed(apis, member_id)


@pytest.mark.parametrize("more", [{"gift": True}, {"quantity": 2}, {"store_id": "d1"}, {"reward_id": "free-coffee"}])
def test_points_are_set_aside_by_themselves(apis: Served, member_id: str, more: dict[str, Any]) -> None:
    assert set_aside(apis, member_id, points=10, **more).code == "validation_failed"


def test_nobody_sets_aside_what_they_have_not(apis: Served, member_id: str) -> None:
    assert set_aside(apis, member_id, points=5_000).code == "insufficient_points"


def respelled(text: str) -> str:
    """The same bytes with another spare bit in the last character."""
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]


def test_a_pass_that_is_bent_over_or_another_stack_s_is_none(apis: Served, member_id: str) -> None:
    token = set_aside(apis, member_id, points=200).body["offline_pass"]["token"]
    key = apis.partner("GET", "/v1/partner").body["pass_key"]
    other = base64.b64encode(b"\x01" * 32).decode()
    version, payload, signature = token.split(".")
    richer = (
        base64.urlsafe_b64encode(base64.urlsafe_b64decode(payload + "==").replace(b":200,", b":900,"))
        .decode()
        .rstrip("=")
    )
    bent = [
        f"p2.{payload}.{signature}",
        f"{version}.{richer}.{signature}",
        f"{version}.{payload}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}",
        f"{version}.{payload}.{respelled(signature)}",
        f"{version}.{payload}",
        f"{token}.x",
        "",
        "é" * 3,
        "." * 2000,
    ]
    assert [read_pass(each, key, now=time.time()) for each in bent] == [None] * len(bent)
    assert read_pass(token, other, now=time.time()) is None
    assert read_pass(token, key, now=LATE) is None

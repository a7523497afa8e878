"""What a member may do in each state: a row for every route that changes something; what is theirs they always see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from gateway_events import Answer, member_claims
from quen.http.openapi import endpoints_of
from served import CONSENTS, Served, read_program, serving

PLAN = {"id": "vip", "name": {"vi": "Quen VIP", "en": "Quen VIP"}, "price": 49_000, "period": {"months": 1}}
STATES = ("active", "inactive", "blocked", "closed", "merged")
DONE, GONE, STOPPED = "done", "member_not_found", "member_not_active"
NOBODYS, THERE, NONE = "receipt_not_found", "member_already_exists", "membership_not_running"
UNPAID = "payment_required"
# The answers in the order of STATES. Points may always come back. A merged login goes on with its survivor's account, for the
# minutes in which the gateway still has its old id; it changes nothing of the person that it was.
ROWS: Mapping[str, tuple[str, ...]] = {
    "POST /v1/members": (THERE, THERE, THERE, THERE, THERE),
    "PATCH /v1/me": (DONE, DONE, DONE, GONE, GONE),
    "POST /v1/me/redemptions": (DONE, STOPPED, STOPPED, STOPPED, DONE),
    "POST /v1/me/redemptions/{redemption_id}/cancel": (DONE, DONE, DONE, DONE, DONE),
    "POST /v1/me/receipts": (NOBODYS,) * 5,
    "POST /v1/me/transfers": (DONE, STOPPED, STOPPED, STOPPED, STOPPED),
    "POST /v1/me/card/replace": (DONE, DONE, DONE, STOPPED, STOPPED),
    "POST /v1/me/membership": (UNPAID, STOPPED, STOPPED, STOPPED, UNPAID),
    "POST /v1/me/membership/cancel": (NONE,) * 5,
    "POST /v1/me/membership/resume": (NONE, STOPPED, STOPPED, STOPPED, NONE),
}
BODIES: Mapping[str, Any] = {
    "POST /v1/members": {"phone": "+84901234567", "consents": CONSENTS},
    "PATCH /v1/me": {"name": "Lan"},
    "POST /v1/me/redemptions": {"points": 10},
    "POST /v1/me/receipts": {"claim_code": "7K3W-9QXM-R2T4B"},
    "POST /v1/me/transfers": {"to": {"phone": "+84909999999"}, "points": 10},
    "POST /v1/me/membership": {"plan_id": "vip"},
}
QUERIES = {"/v1/me/statement": "?from=2026-01-01&to=2026-02-01", "/v1/me/explain": "?purchase_id=B-1"}


class People:
    """One member in each state, each with a reservation that was made in time."""

    def __init__(self, apis: Served) -> None:
        self._apis = apis
        self._ids: dict[str, str] = {}
        self._reserved: dict[str, str] = {}
        other = apis.enrol("other", "+84909999999")
        for number, state in enumerate(STATES):
            self._ids[state] = member_id = apis.enrol(state, f"+8490123450{number}")
            assert apis.adjust(member_id, 500, f"to-{state}").status == 201
            self._reserved[state] = self.ask(state, "POST", "/v1/me/redemptions", "first").body["redemption_id"]
            self._bring_into(state, member_id, other)

    def _bring_into(self, state: str, member_id: str, other: str) -> None:
        if state == "merged":
            self.ask(state, "POST", "/v1/me/redemptions/{redemption_id}/cancel")
            said = {"merged_member_id": member_id, "reason": "the same person"}
            answer = self._apis.admin("POST", f"/v1/members/{other}/merges", said, headers={"Idempotency-Key": "m-1"})
            assert answer.status == 201, answer
        elif state != "active":
            said = {"state": state, "reason": "as they asked"}
            assert self._apis.admin("POST", f"/v1/members/{member_id}/state", said).status == 200

    def ask(self, state: str, method: str, template: str, key: str = "k") -> Answer:
        """As the member in that state, whom the gateway knows by the id they had."""
        claims = member_claims(subject=state, member_id=self._ids[state], phone="+84901234567", email="")
        path = template.replace("{redemption_id}", self._reserved.get(state, "")) + QUERIES.get(template, "")
        body = BODIES.get(f"{method} {template}")
        return self._apis.mobile(method, path, body, claims=claims, headers={"Idempotency-Key": key})


@pytest.fixture(scope="module")
def people() -> Iterator[People]:
    with serving(with_program=False) as apis:
        assert apis.admin("PUT", "/v1/program", read_program(memberships=[PLAN])).status == 200
        yield People(apis)


ENDPOINTS = [endpoint for endpoint in endpoints_of("mobile") if not endpoint.is_page]
LOOKS = sorted(endpoint.path for endpoint in ENDPOINTS if endpoint.method == "GET")


def test_every_route_that_changes_something_has_a_row() -> None:
    assert {f"{endpoint.method} {endpoint.path}" for endpoint in ENDPOINTS if endpoint.method != "GET"} == set(ROWS)


@pytest.mark.parametrize("route", ROWS)
def test_a_member_does_what_their_state_allows(people: People, route: str) -> None:
    answers = [people.ask(state, *route.split(" ")) for state in STATES]
    assert tuple(DONE if answer.status < 300 else answer.code for answer in answers) == ROWS[route]


@pytest.mark.parametrize("path", LOOKS)
def test_a_member_sees_what_is_theirs_in_every_state(people: People, path: str) -> None:
    expected = {"purchase_not_found"} if path == "/v1/me/explain" else {DONE}
    answers = [people.ask(state, "GET", path) for state in STATES]
    assert {DONE if answer.status == 200 else answer.code for answer in answers} == expected


def test_a_survivor_who_is_stopped_stops_the_merged_login_too(people: People) -> None:
    survivor = people._apis.mobile("GET", "/v1/me", claims=member_claims(subject="other", phone="", email="")).body
    said = {"state": "blocked", "reason": "a thief"}
    people._apis.admin("POST", f"/v1/members/{survivor['member_id']}/state", said)
    assert people.ask("merged", "POST", "/v1/me/redemptions", "later").code == STOPPED

"""Who may ask what of the admin API: a row for every route, written out by hand, and asked of the apps themselves.

Nothing is behind the apps here. A query that no route takes is refused after the caller's role is looked at and before any
handler runs: `validation_failed` says that the role would have passed.
"""

from __future__ import annotations

import re

import pytest

from gateway_events import make_event, member_claims, send, staff_claims
from quen.http.openapi import endpoints_of, load
from quen.staff.model import Action, Role

# One letter for each role that may: owner, manager, support, cashier, analyst.
ROLES = {"o": Role.OWNER, "m": Role.MANAGER, "s": Role.SUPPORT, "c": Role.CASHIER, "a": Role.ANALYST}
ROWS = {
    "GET /v1/program": "omsca",
    "PUT /v1/program": "om---",
    "POST /v1/program/rollback": "om---",
    "GET /v1/program/versions": "omsca",
    "POST /v1/program/plan": "om--a",
    "GET /v1/members": "omsc-",
    "GET /v1/members/{member_id}": "omsc-",
    "GET /v1/members/{member_id}/account": "omsc-",
    "GET /v1/members/{member_id}/statement": "omsc-",
    "GET /v1/members/{member_id}/explain": "omsc-",
    "GET /v1/members/{member_id}/entries": "omsc-",
    "GET /v1/members/{member_id}/segments": "omsc-",
    "GET /v1/members/{member_id}/perks": "omsc-",
    "POST /v1/members/{member_id}/state": "oms--",
    "PUT /v1/members/{member_id}/tags": "oms--",
    "POST /v1/members/{member_id}/tier": "om---",
    "GET /v1/members/{member_id}/tier": "omsc-",
    "POST /v1/members/{member_id}/merges": "oms--",
    "GET /v1/merges/{merge_id}": "oms--",
    "POST /v1/merges/{merge_id}/undo": "oms--",
    "GET /v1/members/{member_id}/membership": "omsc-",
    "POST /v1/members/{member_id}/membership/cancel": "oms--",
    "POST /v1/members/{member_id}/adjustments": "oms--",
    "GET /v1/adjustments/{adjustment_id}": "omsc-",
    "POST /v1/adjustments/{adjustment_id}/approve": "om---",
    "POST /v1/adjustments/{adjustment_id}/reject": "om---",
    "POST /v1/members/{member_id}/transfers": "om---",
    "POST /v1/members/{member_id}/stored-value/adjustments": "om---",
    "POST /v1/voucher-batches": "om---",
    "GET /v1/voucher-batches": "oms--",
    "GET /v1/voucher-batches/{batch_id}": "oms--",
    "GET /v1/voucher-batches/{batch_id}/codes": "om---",
    "POST /v1/voucher-batches/{batch_id}/cancel": "om---",
    "GET /v1/vouchers/{voucher_id}": "oms--",
    "POST /v1/vouchers/{voucher_id}/cancel": "oms--",
    "POST /v1/imports/{import_id}/rows": "om---",
    "POST /v1/jobs/{job}/runs": "om---",
    "GET /v1/jobs/{job}/runs": "oms-a",
    "GET /v1/ledger/verification": "om--a",
    "GET /v1/audit": "om---",
    "POST /v1/partners": "o----",
    "GET /v1/partners": "om---",
    "GET /v1/partners/{partner_id}": "om---",
    "PATCH /v1/partners/{partner_id}": "om---",
    "GET /v1/partners/{partner_id}/keys": "om---",
    "POST /v1/partners/{partner_id}/keys": "o----",
    "POST /v1/partners/{partner_id}/keys/{key_id}/revoke": "om---",
    "POST /v1/partners/{partner_id}/keys/{key_id}/rotate": "o----",
    "POST /v1/partners/{partner_id}/terms": "o----",
    "POST /v1/partners/{partner_id}/packs": "o----",
    "GET /v1/partners/{partner_id}/packs": "om---",
    "GET /v1/members/{member_id}/cards": "omsc-",
    "POST /v1/members/{member_id}/cards": "oms--",
    "POST /v1/members/{member_id}/cards/{card_id}/block": "omsc-",
    "POST /v1/members/{member_id}/cards/{card_id}/replace": "oms--",
    "GET /v1/members/{member_id}/consents": "oms--",
    "GET /v1/members/{member_id}/messages": "oms--",
    "GET /v1/members/{member_id}/suppressions": "oms--",
    "DELETE /v1/members/{member_id}/suppressions/{channel}": "oms--",
    "GET /v1/partners/{partner_id}/webhooks": "oms--",
    "POST /v1/partners/{partner_id}/webhooks/{webhook_id}/disable": "om---",
    "PUT /v1/partners/{partner_id}/exchange": "o----",
    "GET /v1/partners/{partner_id}/statements": "om--a",
    "GET /v1/partners/{partner_id}/statements/{month}": "om--a",
    "POST /v1/partners/{partner_id}/statements/{month}/close": "om---",
    "GET /v1/disputes": "om--a",
    "POST /v1/disputes/{dispute_id}/resolve": "om---",
    "GET /v1/jobs": "oms-a",
    "POST /v1/jobs/{job}/redrives": "om---",
}
NOBODY = ["", "Owner", "owner ", "OWNER", "admin", "root", "owner,manager", "['owner']", "{'role': 'owner'}", "partner"]


def ask(route: str, claims: dict[str, str] | None) -> tuple[int, str]:
    """The answer to a request that gets as far as the caller may."""
    method, template = route.split(" ")
    parameters = dict.fromkeys(re.findall(r"{(\w+)}", template), "x_0000000000000000")
    event = make_event(method, template, parameters=parameters, query={"no_such": "1"}, authorizer=claims)
    app = next(app for app in load("admin") if template in app.routes)
    answer = send(app, event)
    return answer.status, answer.code


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert {f"{endpoint.method} {endpoint.path}" for endpoint in endpoints_of("admin")} == set(ROWS)


@pytest.mark.parametrize("route", ROWS)
def test_a_role_passes_where_its_row_says_so_and_nowhere_else(route: str) -> None:
    passed = {letter for letter, role in ROLES.items() if ask(route, staff_claims(role)) == (422, "validation_failed")}
    refused = {letter for letter, role in ROLES.items() if ask(route, staff_claims(role)) == (403, "forbidden")}
    assert passed == set(ROWS[route]) - {"-"}
    assert passed | refused == set(ROLES)


@pytest.mark.parametrize("claim", NOBODY)
def test_a_claim_that_is_no_role_passes_nowhere(claim: str) -> None:
    assert {ask(route, staff_claims(claim)) for route in ROWS} == {(403, "forbidden")}


def test_a_member_s_token_passes_nowhere() -> None:
    claims = member_claims(member_id="mem_0000000000000000")
    assert {ask(route, claims) for route in ROWS} == {(403, "forbidden")}


def test_nobody_passes_without_a_token_and_nobody_with_one_that_is_not_believed() -> None:
    assert {ask(route, None) for route in ROWS} == {(401, "token_missing")}
    assert {ask(route, {"refusal": "token_expired"}) for route in ROWS} == {(401, "token_expired")}
    assert {ask(route, {"refusal": "token_invalid", **staff_claims()}) for route in ROWS} == {(401, "token_invalid")}
    assert {ask(route, staff_claims(expires_at="1")) for route in ROWS} == {(401, "token_expired")}


def test_every_action_of_the_table_guards_a_route_or_is_asked_for_inside_one() -> None:
    inside = {Action.UNMASK_MEMBER, Action.CLOSE_MEMBER, Action.CHANGE_PARTNER}
    assert {Action(endpoint.action) for endpoint in endpoints_of("admin")} | inside == set(Action)

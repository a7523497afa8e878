"""The admin API through its handler: what staff do, what their role forbids, and the trail that it leaves."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from gateway_events import make_event, member_claims
from quen.bootstrap import application
from quen.errors import TemporarilyUnavailableError
from quen.http.openapi import endpoints_of
from quen.partners.model import Algorithm
from quen.staff.model import ALLOWED, Action, AuditRecord, Role
from quen.staff.service import AuditTrail
from quen.writes import Write
from served import Served, read_program, serving
from unit.partners.fakes import make_private_pem

ROUTES = [(endpoint.method, endpoint.path, endpoint.action) for endpoint in endpoints_of("admin")]


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def member_id(apis: Served) -> str:
    return apis.enrol("lan", "+84901234567", name="Nguyễn Thị Lan", birthday="1990-05-01")


@pytest.mark.parametrize(("method", "path", "action"), ROUTES)
@pytest.mark.parametrize("role", [*Role, "", "member"])
def test_every_route_asks_the_table_of_roles(apis: Served, method: str, path: str, action: str, role: str) -> None:
    filled = re.sub(r"\{(\w+)\}", r"no-\1", path)
    answer = apis.admin(method, filled, {} if method in {"POST", "PUT"} else None, role=role)
    forbidden = role not in {allowed.value for allowed in ALLOWED[Action(action)]}
    assert (answer.status == 403) is forbidden, answer


def test_a_member_s_token_opens_nothing(apis: Served) -> None:
    answer = apis.send("admin", make_event("GET", "/v1/program", authorizer=member_claims()))
    assert (answer.status, answer.code) == (403, "forbidden")


def test_a_program_is_replaced_by_a_new_version(apis: Served) -> None:
    before = apis.admin("GET", "/v1/program").body
    changed = read_program(birthday={"points": 60})
    after = apis.admin("PUT", "/v1/program", changed)
    assert (after.status, after.body["version"]) == (200, before["version"] + 1)
    assert apis.admin("PUT", "/v1/program", changed).body == after.body
    versions = apis.admin("GET", "/v1/program/versions?limit=1").body
    assert [version["version"] for version in versions["items"]] == [after.body["version"]]
    rest = apis.admin("GET", f"/v1/program/versions?cursor={versions['next_cursor']}").body["items"]
    assert [version["version"] for version in rest] == list(range(before["version"], 0, -1))


def test_a_plan_tells_what_a_document_would_change_and_writes_nothing(apis: Served) -> None:
    before = apis.admin("GET", "/v1/program").body
    dearer = read_program(birthday={"points": 63}, rewards=[])
    plan = apis.admin("POST", "/v1/program/plan", dearer, role="analyst").body
    assert (plan["version"], plan["compared_with"]) == (before["version"] + 1, before["version"])
    assert {change["path"]: change["change"] for change in plan["changes"]} == {
        "/birthday/points": "changed",
        **{f"/rewards/{reward['id']}": "removed" for reward in before["rewards"]},
    } | ({"/birthday/channels": "changed"} if before["birthday"]["channels"] else {})
    assert {warned["code"] for warned in plan["warnings"]} == {"reward_removed"}
    assert [basket["points_after"] for basket in plan["baskets"]] == [2, 12, 125, 25]
    assert all(basket["worth_difference"]["amount"] == 0 for basket in plan["baskets"])
    assert apis.admin("GET", "/v1/program").body == before
    same = apis.admin("POST", "/v1/program/plan", before).body
    assert (same["unchanged"], same["changes"], same["version"]) == (True, [], before["version"])
    refused = apis.admin("POST", "/v1/program/plan", {**dearer, "typo": 1})
    assert (refused.status, [fault["pointer"] for fault in refused.body["errors"]]) == (422, ["/typo"])


def test_an_earlier_version_becomes_the_program_again_as_a_version_of_its_own(apis: Served) -> None:
    before = apis.admin("PUT", "/v1/program", read_program(birthday={"points": 64})).body
    changed = apis.admin("PUT", "/v1/program", read_program(birthday={"points": 65})).body
    after = apis.admin("POST", "/v1/program/rollback", {"version": before["version"]}).body
    assert (after["version"], after["birthday"]["points"]) == (changed["version"] + 1, 64)
    assert apis.admin("POST", "/v1/program/rollback", {"version": before["version"]}).body == after
    assert apis.admin("GET", f"/v1/program?version={changed['version']}").body == changed
    (record,) = [item for item in trail(apis) if item["action"] == "rollback_program"]
    assert (record["before"]["version"], record["after"]["version"]) == (changed["version"], after["version"])
    assert record["after"]["restored"] == before["version"]


def test_a_version_that_there_is_not_can_be_neither_shown_nor_restored(apis: Served) -> None:
    before = apis.admin("GET", "/v1/program").body
    for answer in (
        apis.admin("GET", "/v1/program?version=999"),
        apis.admin("POST", "/v1/program/rollback", {"version": 999}),
    ):
        assert (answer.status, answer.code) == (404, "not_found")
    past = {"version": 1, "effective_from": "2020-01-01T00:00:00Z"}
    answer = apis.admin("POST", "/v1/program/rollback", past)
    assert [fault["pointer"] for fault in answer.body["errors"]] == ["/effective_from"]
    assert apis.admin("GET", "/v1/program").body == before


def test_an_invalid_program_names_every_fault_and_changes_nothing(apis: Served) -> None:
    before = apis.admin("GET", "/v1/program").body
    wrong = read_program(birthday={"points": -1, "when": "noon"}, rewards=[{"id": "x"}])
    answer = apis.admin("PUT", "/v1/program", wrong)
    assert (answer.status, answer.code) == (422, "validation_failed")
    pointers = {fault["pointer"] for fault in answer.body["errors"]}
    assert {"/birthday/points", "/birthday/when", "/rewards/0/name"} <= pointers
    assert apis.admin("GET", "/v1/program").body == before
    assert apis.admin("PUT", "/v1/program", []).code == "validation_failed"


def test_a_member_is_found_masked(apis: Served, member_id: str) -> None:
    for query in ("phone=0901234567", "phone=%2B84901234567", "phone=090.123.4567"):
        (found,) = apis.admin("GET", f"/v1/members?{query}", role="cashier").body["items"]
        assert (found["member_id"], found["masked"], found["name"]) == (member_id, True, "Nguyễn Thị L***")
        assert "1234567" not in str(found)
        assert found["birthday"] is None
    assert apis.admin("GET", "/v1/members?phone=0900000000").body["items"] == []


@pytest.mark.parametrize(
    "query", ["", "?phone=0901234567&email=a@example.com", "?name=Lan", "?phone=0901234567&phone=1"]
)
def test_a_search_names_exactly_one_thing(apis: Served, query: str) -> None:
    assert apis.admin("GET", f"/v1/members{query}").code == "validation_failed"


def test_an_unmasked_read_needs_a_role_and_a_reason_and_is_recorded(apis: Served, member_id: str) -> None:
    path = f"/v1/members/{member_id}"
    assert apis.admin("GET", path).body["phone"] == "***567"
    assert apis.admin("GET", f"{path}?unmask=true&reason=x", role="cashier").code == "forbidden"
    assert apis.admin("GET", f"{path}?unmask=true").code == "validation_failed"
    shown = apis.admin("GET", f"{path}?unmask=true&reason=called+in", role="support")
    assert (shown.body["phone"], shown.body["masked"]) == ("+84901234567", False)
    (record,) = [item for item in trail(apis) if item["action"] == "unmask_member"]
    assert (record["target"], record["role"], record["reason"]) == (f"member:{member_id}", "support", "called in")


def test_points_are_adjusted_once_with_their_audit_record(apis: Served, member_id: str) -> None:
    first = apis.adjust(member_id, 75, key="adj-1")
    again = apis.adjust(member_id, 75, key="adj-1")
    assert (first.status, first.body["points"]) == (201, 75)
    assert (again.body, again.headers["idempotent-replayed"]) == (first.body, "true")
    assert apis.adjust(member_id, 76, key="adj-1").code == "idempotency_key_reused"
    records = [item for item in trail(apis) if item["action"] == "adjust_points" and item["after"]["points"] == 75]
    assert len(records) == 1
    entries = apis.admin("GET", f"/v1/members/{member_id}/entries").body["items"]
    assert entries[0]["entry_id"] == first.body["entry"]["entry_id"]


def test_a_refused_adjustment_leaves_no_record(apis: Served, member_id: str) -> None:
    assert apis.adjust(member_id, -(10**4), key="adj-2").code == "insufficient_points"
    assert apis.adjust("mem_0000000000000000", 5, key="adj-3").code == "member_not_found"
    assert apis.adjust(member_id, 0, key="adj-4").code == "validation_failed"
    assert not [item for item in trail(apis) if item["after"].get("idempotency_key") in {"adj-2", "adj-3", "adj-4"}]


def test_a_partner_s_secret_is_shown_once_and_its_key_revoked(apis: Served) -> None:
    own = apis.credentials
    partner_id = apis.make_partner("Thú cưng")
    key_id = apis.credentials.key_id
    assert apis.partner("GET", "/v1/purchases/x").code == "purchase_not_found"
    revoked = apis.admin("POST", f"/v1/partners/{partner_id}/keys/{key_id}/revoke")
    assert (revoked.status, revoked.body["state"]) == (200, "revoked")
    assert "secret" not in revoked.body
    assert apis.partner("GET", "/v1/purchases/x").code == "signature_invalid"
    apis.credentials = own
    actions = {
        item["action"]: item for item in trail(apis) if item["target"] in {f"partner:{partner_id}", f"key:{key_id}"}
    }
    assert set(actions) == {"create_partner", "create_partner_key", "revoke_partner_key"}
    assert "secret" not in actions["create_partner_key"]["after"]


def test_a_secret_is_in_the_secret_store_and_in_no_table_and_a_public_key_in_the_table(apis: Served) -> None:
    partner_id = apis.admin("POST", "/v1/partners", {"name": "P"}).body["partner_id"]
    path = f"/v1/partners/{partner_id}/keys"
    shared = apis.admin("POST", path, {"algorithm": "hmac-sha256"}).body
    rotated = apis.admin("POST", f"{path}/{shared['key_id']}/rotate", {}).body
    public = make_private_pem(Algorithm.ED25519)[1]
    apis.admin("POST", path, {"algorithm": "ed25519", "public_key": public})
    secret_store = boto3.client("secretsmanager", region_name="us-east-1")
    settings, client = application().settings, boto3.client("dynamodb", region_name="us-east-1")
    tables = [getattr(settings, f"{name}_table") for name in ("ledger", "members", "program", "messages")]
    kept = repr([page for table in tables for page in client.get_paginator("scan").paginate(TableName=table)])
    for key in (shared, rotated):
        name = f"{settings.partner_secrets_prefix}{key['key_id']}"
        assert secret_store.get_secret_value(SecretId=name)["SecretString"] == key["secret"]
        assert key["secret"] not in kept
        assert repr(base64.b64decode(key["secret"])) not in kept
    assert repr(public)[1:-1] in kept


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"algorithm": "rsa"}, "/algorithm"),
        ({"algorithm": "ed25519"}, "/public_key"),
        ({"algorithm": "hmac-sha256", "public_key": "x"}, "/public_key"),
        ({"algorithm": "ed25519", "public_key": "not a key"}, "/public_key"),
    ],
)
def test_a_key_that_cannot_be_is_refused(apis: Served, body: dict[str, str], pointer: str) -> None:
    partner_id = apis.admin("POST", "/v1/partners", {"name": "P"}).body["partner_id"]
    answer = apis.admin("POST", f"/v1/partners/{partner_id}/keys", body)
    assert [fault["pointer"] for fault in answer.body["errors"]] == [pointer]


def test_the_trail_pages_without_a_gap(apis: Served) -> None:
    whole = trail(apis)
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = apis.admin("GET", f"/v1/audit?limit=2{cursor}").body
        found += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == whole


def test_an_unknown_partner_or_job_is_not_found(apis: Served) -> None:
    assert apis.admin("POST", "/v1/partners/ptn_x/keys", {"algorithm": "hmac-sha256"}).code == "not_found"
    assert apis.admin("POST", "/v1/jobs/no-job/runs", {"on": "2026-01-01"}).code == "not_found"
    assert apis.admin("GET", "/v1/ledger/verification").code == "not_found"


def trail(apis: Served) -> list[dict[str, Any]]:
    page = apis.admin("GET", "/v1/audit?limit=100").body
    assert page["next_cursor"] is None
    return page["items"]


def test_a_job_is_run_for_a_day_and_its_run_is_listed(apis: Served) -> None:
    dry = apis.admin("POST", "/v1/jobs/expire-points/runs", {"on": "2026-01-05", "dry_run": True})
    real = apis.admin("POST", "/v1/jobs/expire-points/runs", {"on": "2026-01-05"})
    assert (dry.status, dry.body["dry_run"], dry.body["started_by"]) == (201, True, "staff-1")
    assert (real.status, real.body["state"], real.body["points"]) == (201, "finished", 0)
    assert dry.body["run_id"] != real.body["run_id"]
    whole = apis.admin("GET", "/v1/jobs/expire-points/runs").body["items"]
    assert {real.body["run_id"], dry.body["run_id"]} <= {run["run_id"] for run in whole}
    first = apis.admin("GET", "/v1/jobs/expire-points/runs?limit=1").body
    rest = apis.admin("GET", f"/v1/jobs/expire-points/runs?cursor={first['next_cursor']}").body["items"]
    assert [*first["items"], *rest] == whole
    assert apis.admin("GET", "/v1/jobs/birthday-rewards/runs").body == {"items": [], "next_cursor": None}


def test_a_day_that_has_not_begun_is_refused(apis: Served) -> None:
    answer = apis.admin("POST", "/v1/jobs/expire-points/runs", {"on": "2126-01-01"})
    assert [fault["pointer"] for fault in answer.body["errors"]] == ["/on"]


def test_the_last_check_of_the_ledger_is_shown(apis: Served, member_id: str) -> None:
    application().verification.verify_all()
    shown = apis.admin("GET", "/v1/ledger/verification")
    assert (shown.status, shown.body["is_sound"], shown.body["flaws"]) == (200, True, [])
    assert sum(shown.body["totals"].values()) == 0


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
@pytest.mark.parametrize("bound", ["not_before", "not_after"])
def test_a_key_s_time_is_a_time_that_there_can_be(apis: Served, instant: str, bound: str) -> None:
    partner_id = apis.admin("POST", "/v1/partners", {"name": "P"}).body["partner_id"]
    body = {"algorithm": "hmac-sha256", bound: instant}
    answer = apis.admin("POST", f"/v1/partners/{partner_id}/keys", body)
    assert [fault["pointer"] for fault in answer.body["errors"]] == [f"/{bound}"]


def test_days_are_days_that_there_can_be(apis: Served, member_id: str) -> None:
    body = {"points": 5, "reason_code": "goodwill", "note": "x", "expires_on": "9999-12-31"}
    path = f"/v1/members/{member_id}/adjustments"
    answer = apis.admin("POST", path, body, headers={"Idempotency-Key": "far"})
    assert [fault["pointer"] for fault in answer.body["errors"]] == ["/expires_on"]
    answer = apis.admin("POST", "/v1/jobs/expire-points/runs", {"on": "0001-01-01"})
    assert [fault["pointer"] for fault in answer.body["errors"]] == ["/on"]


def test_a_reason_code_does_not_end_with_a_line_break(apis: Served, member_id: str) -> None:
    body = {"points": 5, "reason_code": "goodwill\n", "note": "x"}
    path = f"/v1/members/{member_id}/adjustments"
    answer = apis.admin("POST", path, body, headers={"Idempotency-Key": "break"})
    assert [fault["pointer"] for fault in answer.body["errors"]] == ["/reason_code"]


def test_the_trail_tells_which_program_was_replaced_and_nothing_where_nothing_changed(apis: Served) -> None:
    before = apis.admin("GET", "/v1/program").body
    changed = read_program(birthday={"points": 61})
    after = apis.admin("PUT", "/v1/program", changed).body
    records = [item for item in trail(apis) if item["action"] == "replace_program"]
    marks = [{"version": shown["version"], "effective_from": shown["effective_from"]} for shown in (before, after)]
    assert [records[0]["before"], records[0]["after"]] == marks
    apis.admin("PUT", "/v1/program", changed)
    assert len([item for item in trail(apis) if item["action"] == "replace_program"]) == len(records)


def test_the_trail_tells_what_a_key_was_before_it_was_revoked_and_that_only_once(apis: Served) -> None:
    partner_id = apis.admin("POST", "/v1/partners", {"name": "P"}).body["partner_id"]
    key = apis.admin("POST", f"/v1/partners/{partner_id}/keys", {"algorithm": "hmac-sha256"}).body
    for _ in range(2):
        revoked = apis.admin("POST", f"/v1/partners/{partner_id}/keys/{key['key_id']}/revoke")
        assert (revoked.status, revoked.body["state"]) == (200, "revoked")
    (record,) = [
        item for item in trail(apis) if item["action"] == "revoke_partner_key" and key["key_id"] in item["target"]
    ]
    assert (record["before"]["state"], record["after"]["state"]) == ("active", "revoked")


FREE = {"amount": 0, "currency": "VND"}
CHANGES = {
    "replace_program": lambda apis, _: apis.admin("PUT", "/v1/program", read_program(birthday={"points": 62})),
    "rollback_program": lambda apis, _: apis.admin("POST", "/v1/program/rollback", {"version": 1}),
    "create_partner": lambda apis, _: apis.admin("POST", "/v1/partners", {"name": "Unrecorded"}),
    "create_partner_key": lambda apis, ids: apis.admin(
        "POST", f"/v1/partners/{ids[0]}/keys", {"algorithm": "hmac-sha256"}
    ),
    "revoke_partner_key": lambda apis, ids: apis.admin("POST", f"/v1/partners/{ids[0]}/keys/{ids[1]}/revoke"),
    "rotate_partner_key": lambda apis, ids: apis.admin("POST", f"/v1/partners/{ids[0]}/keys/{ids[1]}/rotate", {}),
    "change_partner": lambda apis, ids: apis.admin("PATCH", f"/v1/partners/{ids[0]}", {"name": "Q"}),
    "suspend_partner": lambda apis, ids: apis.admin("PATCH", f"/v1/partners/{ids[0]}", {"state": "suspended"}),
    "set_partner_exchange": lambda apis, ids: apis.admin(
        "PUT", f"/v1/partners/{ids[0]}/exchange", {"out": {"points": 2, "units": 1}}
    ),
    "set_partner_terms": lambda apis, ids: apis.admin(
        "POST", f"/v1/partners/{ids[0]}/terms", {"from": "2099-01-01", "billing": "prepaid", "prices": {}}
    ),
    "sell_partner_pack": lambda apis, ids: apis.admin(
        "POST", f"/v1/partners/{ids[0]}/packs", {"points": 5, "paid": FREE}, headers={"Idempotency-Key": "pack"}
    ),
}


@pytest.mark.parametrize("action", CHANGES)
def test_what_cannot_be_recorded_is_not_done(apis: Served, action: str) -> None:
    partner_id = apis.admin("POST", "/v1/partners", {"name": "P"}).body["partner_id"]
    key = apis.admin("POST", f"/v1/partners/{partner_id}/keys", {"algorithm": "hmac-sha256"}).body
    app = application()
    before = state(partner_id)
    app.audit = AuditTrail(UnwritableRecords(), app.wall)
    try:
        assert CHANGES[action](apis, (partner_id, key["key_id"])).code == "conflict_retry"
    finally:
        del app.audit
    assert state(partner_id) == before
    answer = CHANGES[action](apis, (partner_id, key["key_id"]))
    assert answer.status < 300
    assert state(partner_id) != before


def state(partner_id: str) -> tuple[Any, ...]:
    """All that those changes change."""
    app = application()
    keys, packs = app.partners.list_keys(partner_id), app.agreements.list_packs(partner_id, None, 100)
    return app.programs.list_versions(), app.partners.list_partners(), keys, packs


class UnwritableRecords:
    """A trail whose write is refused, alone or in another's transaction."""

    def add(self, record: AuditRecord) -> None:
        raise TemporarilyUnavailableError

    def write(self, record: AuditRecord) -> Write:
        key = {"PK": {"S": "AUDIT#none"}, "SK": {"S": "none"}}
        table = application().settings.program_table
        check = {"TableName": table, "Key": key, "ConditionExpression": "attribute_exists(PK)"}
        return Write("audit", "ConditionCheck", check)

    def list_month(self, month: str, before: str | None, limit: int) -> list[tuple[str, AuditRecord]]:
        return []


def test_a_run_is_on_record_before_it_begins(apis: Served) -> None:
    app = application()
    runs = len(app.jobs.list_runs("birthday-rewards"))
    app.audit = AuditTrail(UnwritableRecords(), app.wall)
    on = {"on": app.ledger.now().date().isoformat()}
    try:
        assert apis.admin("POST", "/v1/jobs/birthday-rewards/runs", on).status == 503
    finally:
        del app.audit
    assert len(app.jobs.list_runs("birthday-rewards")) == runs

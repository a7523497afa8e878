"""Partners' keys as staff administer them, through the handlers: rotated with an overlap or without, revoked, listed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from quen.partners.model import Algorithm
from served import Served, serving
from unit.partners.fakes import make_private_pem


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving() as served:
        yield served


def test_a_key_is_rotated_and_both_sign_for_the_overlap(apis: Served) -> None:
    own = apis.credentials
    partner_id = apis.make_partner("Xoay khóa", "brand")
    old = apis.credentials
    path = f"/v1/partners/{partner_id}/keys"
    made = apis.admin("POST", f"{path}/{old.key_id}/rotate", {"overlap_days": 3})
    assert (made.status, made.body["algorithm"], len(base64.b64decode(made.body["secret"]))) == (201, "hmac-sha256", 32)
    assert apis.partner("GET", "/v1/partner").status == 200
    apis.use_key(made.body)
    assert apis.partner("GET", "/v1/partner").status == 200
    newest, oldest = apis.admin("GET", path, role="manager").body["items"]
    assert (newest["key_id"], newest["state"], oldest["key_id"]) == (made.body["key_id"], "active", old.key_id)
    assert "secret" not in newest
    ends_in = datetime.fromisoformat(oldest["not_after"]) - datetime.now(UTC)
    assert (oldest["state"], round(ends_in / timedelta(days=1), 2)) == ("retiring", 3)
    assert apis.admin("POST", f"{path}/{old.key_id}/rotate", {}).code == "key_not_active"
    trail = apis.admin("GET", "/v1/audit?limit=100").body["items"]
    (record,) = [one for one in trail if (one["action"], one["target"]) == ("rotate_partner_key", f"key:{old.key_id}")]
    assert (record["before"]["state"], record["after"]["state"]) == ("active", "retiring")
    assert record["after"]["successor"] == newest
    apis.credentials = own


def test_a_rotation_without_overlap_ends_the_old_key_at_once(apis: Served) -> None:
    own = apis.credentials
    partner_id = apis.make_partner("Mất khóa", "brand")
    assert apis.partner("GET", "/v1/partner").status == 200
    key_id = apis.credentials.key_id
    apis.admin("POST", f"/v1/partners/{partner_id}/keys/{key_id}/rotate", {"overlap_days": 0})
    assert apis.partner("GET", "/v1/partner").code == "signature_invalid"
    apis.credentials = own


def test_a_key_of_the_partner_s_own_is_rotated_to_another_one(apis: Served) -> None:
    partner_id = apis.admin("POST", "/v1/partners", {"name": "P"}).body["partner_id"]
    path = f"/v1/partners/{partner_id}/keys"
    first, second = (make_private_pem(Algorithm.ED25519)[1] for _ in range(2))
    key_id = apis.admin("POST", path, {"algorithm": "ed25519", "public_key": first}).body["key_id"]
    for body, code in (({}, "missing"), ({"public_key": first}, "unchanged")):
        answer = apis.admin("POST", f"{path}/{key_id}/rotate", body)
        assert [(fault["pointer"], fault["code"]) for fault in answer.body["errors"]] == [("/public_key", code)]
    rotated = apis.admin("POST", f"{path}/{key_id}/rotate", {"public_key": second}).body
    assert (rotated["algorithm"], rotated["secret"], rotated["public_key"]) == ("ed25519", None, second)
    too_long = apis.admin("POST", f"{path}/{rotated['key_id']}/rotate", {"overlap_days": 31, "public_key": first})
    assert [fault["pointer"] for fault in too_long.body["errors"]] == ["/overlap_days"]


def test_a_revoked_key_is_not_rotated(apis: Served) -> None:
    partner_id = apis.admin("POST", "/v1/partners", {"name": "P"}).body["partner_id"]
    path = f"/v1/partners/{partner_id}/keys"
    key_id = apis.admin("POST", path, {"algorithm": "hmac-sha256"}).body["key_id"]
    apis.admin("POST", f"{path}/{key_id}/revoke")
    assert apis.admin("POST", f"{path}/{key_id}/rotate", {}).code == "key_not_active"
    assert apis.admin("POST", f"{path}/key_0000000000000000/rotate", {}).code == "not_found"
    assert len(apis.admin("GET", path).body["items"]) == 1


def test_a_partner_s_keys_are_listed_page_by_page(apis: Served) -> None:
    partner_id = apis.admin("POST", "/v1/partners", {"name": "P"}).body["partner_id"]
    path = f"/v1/partners/{partner_id}/keys"
    made = [apis.admin("POST", path, {"algorithm": "hmac-sha256"}).body["key_id"] for _ in range(3)]
    first = apis.admin("GET", f"{path}?limit=2").body
    rest = apis.admin("GET", f"{path}?limit=2&cursor={first['next_cursor']}").body
    assert sorted(key["key_id"] for key in first["items"] + rest["items"]) == sorted(made)
    assert (len(first["items"]), rest["next_cursor"]) == (2, None)
    assert apis.admin("GET", "/v1/partners/ptn_0000000000000000/keys").code == "not_found"

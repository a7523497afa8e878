"""The mobile API through its handler: what a member's app sends, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway_events import member_claims
from quen.bootstrap import application
from quen.members.model import MemberState
from served import CONSENTS, Served, serving


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving() as served:
        yield served


def claims(subject: str, phone: str = "", email: str = "") -> dict[str, str]:
    return member_claims(subject=subject, phone=phone, email=email)


def key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


def test_a_person_enrols_and_has_the_welcome_points(apis: Served) -> None:
    hoa = claims("hoa", phone="+84901111111")
    body = {
        "phone": "090 111 1111",
        "name": "Lê Thị Hoa",
        "birthday": "1990-05-01",
        "locale": "vi",
        "consents": CONSENTS,
    }
    answer = apis.mobile("POST", "/v1/members", body, claims=hoa)
    assert answer.status == 201
    assert answer.body["member"]["phone"] == "+84901111111"
    assert answer.body["account"]["points"] == {"active": 20, "pending": 0, "held": 0, "debt": 0}
    assert apis.mobile("GET", "/v1/me", claims=hoa).body == answer.body["member"]
    assert apis.mobile("GET", "/v1/me/account", claims=hoa).body == answer.body["account"]
    again = apis.mobile("POST", "/v1/members", body, claims=hoa)
    assert (again.status, again.code) == (409, "member_already_exists")


def test_a_phone_that_the_token_does_not_prove_is_refused(apis: Served) -> None:
    answer = apis.mobile(
        "POST", "/v1/members", {"phone": "0902222222", "consents": []}, claims=claims("x", "+84903333333")
    )
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [(fault["pointer"], fault["code"]) for fault in answer.body["errors"]] == [("/phone", "not_verified")]


def test_before_enrolment_there_is_no_member(apis: Served) -> None:
    for path in ("/v1/me", "/v1/me/account", "/v1/me/entries", "/v1/me/rewards", "/v1/me/redemptions", "/v1/me/card"):
        answer = apis.mobile("GET", path, claims=claims("stranger"))
        assert (answer.status, answer.code) == (404, "member_not_found"), path


def test_the_profile_changes_and_the_birthday_locks(apis: Served) -> None:
    apis.enrol("khoa", "+84904444444")
    khoa = claims("khoa", "+84904444444")
    changed = apis.mobile("PATCH", "/v1/me", {"name": "Khoa", "birthday": "1988-02-29"}, claims=khoa)
    assert (changed.status, changed.body["name"], changed.body["birthday"]) == (200, "Khoa", "1988-02-29")
    taken_out = apis.mobile("PATCH", "/v1/me", {"name": None}, claims=khoa)
    assert (taken_out.body["name"], taken_out.body["birthday"]) == (None, "1988-02-29")
    locked = apis.mobile("PATCH", "/v1/me", {"birthday": "1988-03-01"}, claims=khoa)
    assert (locked.status, locked.code) == (422, "birthday_locked")


def test_a_reward_is_reserved_once_and_called_off(apis: Served) -> None:
    member_id = apis.enrol("mai", "+84905555555")
    mai = claims("mai", "+84905555555")
    apis.adjust(member_id, 200, key="mai")
    wanted = {"reward_id": "free-coffee"}
    first = apis.mobile("POST", "/v1/me/redemptions", wanted, claims=mai, headers=key("k1"))
    again = apis.mobile("POST", "/v1/me/redemptions", wanted, claims=mai, headers=key('"k1"'))
    assert (first.status, first.body["state"], first.body["points"]) == (201, "reserved", 120)
    assert (again.status, again.body, again.headers["idempotent-replayed"]) == (201, first.body, "true")
    other = apis.mobile("POST", "/v1/me/redemptions", {"reward_id": "free-size-up"}, claims=mai, headers=key("k1"))
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    held = apis.mobile("GET", "/v1/me/account", claims=mai).body["points"]
    assert (held["active"], held["held"]) == (100, 120)
    path = f"/v1/me/redemptions/{first.body['redemption_id']}/cancel"
    assert apis.mobile("POST", path, claims=claims("khoa")).status == 404
    called_off = apis.mobile("POST", path, claims=mai)
    assert (called_off.status, called_off.body["state"]) == (200, "released")
    assert apis.mobile("POST", path, claims=mai).headers["idempotent-replayed"] == "true"
    listed = apis.mobile("GET", "/v1/me/redemptions", claims=mai).body["items"]
    assert [(item["redemption_id"], item["state"]) for item in listed] == [(first.body["redemption_id"], "released")]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"reward_id": "tumbler"}, 422, "insufficient_points"),
        ({"reward_id": "no-such-thing"}, 404, "reward_not_found"),
        ({"reward_id": "free-coffee", "quantity": 0}, 422, "validation_failed"),
        ({"reward_id": "free-coffee", "colour": "red"}, 422, "validation_failed"),
        ({}, 422, "validation_failed"),
    ],
)
def test_a_reward_that_cannot_be_had_is_refused(apis: Served, body: dict[str, object], status: int, code: str) -> None:
    if apis.mobile("GET", "/v1/me", claims=claims("nam", "+84906666666")).status == 404:
        apis.enrol("nam", "+84906666666")
    answer = apis.mobile("POST", "/v1/me/redemptions", body, claims=claims("nam", "+84906666666"), headers=key("k"))
    assert (answer.status, answer.code) == (status, code)


def test_a_redemption_without_a_key_is_refused(apis: Served) -> None:
    answer = apis.mobile("POST", "/v1/me/redemptions", {"reward_id": "free-coffee"})
    assert (answer.status, answer.code) == (400, "idempotency_key_missing")


def test_the_statement_pages_without_a_gap(apis: Served) -> None:
    member_id = apis.enrol("binh", "+84907777777")
    binh = claims("binh", "+84907777777")
    for number in range(4):
        apis.adjust(member_id, 10, key=f"binh-{number}")
    whole = apis.mobile("GET", "/v1/me/entries", claims=binh).body
    assert whole["next_cursor"] is None
    assert [entry["sequence"] for entry in whole["items"]] == [5, 4, 3, 2, 1]
    found, cursor = [], ""
    while True:
        page = apis.mobile("GET", f"/v1/me/entries?limit=2{cursor}", claims=binh).body
        found += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == whole["items"]


def test_a_cursor_is_for_one_caller_and_one_list(apis: Served) -> None:
    member_id = apis.enrol("chi", "+84908888888")
    apis.enrol("dung", "+84909999999")
    chi = claims("chi", "+84908888888")
    apis.adjust(member_id, 10, key="chi")
    cursor = apis.mobile("GET", "/v1/me/entries?limit=1", claims=chi).body["next_cursor"]
    stolen = apis.mobile("GET", f"/v1/me/entries?cursor={cursor}", claims=claims("dung"))
    elsewhere = apis.mobile("GET", f"/v1/me/redemptions?cursor={cursor}", claims=chi)
    assert (stolen.status, stolen.code) == (elsewhere.status, elsewhere.code) == (400, "cursor_invalid")


def test_the_catalogue_says_what_is_within_reach(apis: Served) -> None:
    member_id = apis.enrol("giang", "+84901010101", locale="vi")
    apis.adjust(member_id, 100, key="giang")
    items = apis.mobile("GET", "/v1/me/rewards", claims=claims("giang")).body["items"]
    by_id = {item["reward_id"]: item for item in items}
    assert by_id["free-coffee"]["name"] == "Cà phê miễn phí"
    assert (by_id["free-coffee"]["reachable"], by_id["free-coffee"]["missing_points"]) == (True, 0)
    assert (by_id["banh-mi"]["reachable"], by_id["banh-mi"]["missing_points"]) == (False, 130)


def test_the_card_has_a_code_and_a_short_lived_token(apis: Served) -> None:
    apis.enrol("hai", "+84901212121")
    card = apis.mobile("GET", "/v1/me/card", claims=claims("hai")).body
    assert set(card) == {"card_code", "qr_token", "valid_until"}
    found = apis.partner("POST", "/v1/members/search", {"qr_token": card["qr_token"]})
    assert (found.status, found.body["points"]) == (200, {"active": 20})


@pytest.mark.parametrize("state", ["inactive", "blocked"])
def test_a_member_who_is_not_active_sees_their_points_and_redeems_none(apis: Served, state: MemberState) -> None:
    subject, phone = f"lam-{state}", f"+849013131{len(state)}3"
    member_id = apis.enrol(subject, phone)
    apis.adjust(member_id, 200, key=subject)
    application().members.change_state(member_id, state)
    answer = apis.mobile(
        "POST", "/v1/me/redemptions", {"reward_id": "free-coffee"}, claims=claims(subject), headers=key("k")
    )
    assert (answer.status, answer.code) == (409, "member_not_active")
    account = apis.mobile("GET", "/v1/me/account", claims=claims(subject))
    assert (account.status, account.body["points"]["active"]) == (200, 220)

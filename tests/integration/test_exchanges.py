"""Points that go to a partner's own program, and come from it, over the served APIs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from quen.bootstrap import application
from quen.ledger.items import EntryItem, entry_key, member_key
from served import Served, serving

# 20 miles for 10 points; 5 points are kept. Back: 10 points for 25 miles.
OUT = {"points": 10, "units": 20, "fee": 5, "minimum": 50, "per_day": 300, "hold_hours": 24}
INTO = {"points": 10, "units": 25, "per_day": 100, "hold_hours": 48}


@pytest.fixture
def airline() -> Iterator[Served]:
    """The airline signs."""
    with serving() as apis:
        partner_id = apis.make_partner("Bông Sen", "brand")
        answer = apis.admin("PUT", f"/v1/partners/{partner_id}/exchange", {"out": OUT, "into": INTO})
        assert answer.status == 200, answer
        yield apis


@pytest.fixture
def member_id(airline: Served) -> str:
    made = airline.enrol()
    assert airline.adjust(made, 1_000).status == 201
    return made


def send_out(apis: Served, member_id: str, points: int, key: str = "out-1") -> Any:
    body = {"member": {"member_id": member_id}, "exchange": {"points": points}}
    return apis.partner("POST", "/v1/redemptions", body, key=key)


def bring_in(apis: Served, member_id: str, units: int, exchange_id: str = "X-1") -> Any:
    body = {"exchange_id": exchange_id, "member": {"member_id": member_id}, "units": units}
    return apis.partner("POST", "/v1/exchanges", body)


def balances(apis: Served, member_id: str) -> dict[str, int]:
    points: dict[str, int] = apis.admin("GET", f"/v1/members/{member_id}/account").body["points"]
    return points


def test_points_are_held_until_the_partner_has_given_its_units_and_then_gone(airline: Served, member_id: str) -> None:
    had = balances(airline, member_id)["active"]
    held = send_out(airline, member_id, 105)
    assert (held.status, held.body["exchange"], held.body["points"]) == (201, {"units": 200, "fee": 5}, 105)
    assert balances(airline, member_id)["held"] == 105
    done = airline.partner("POST", f"/v1/redemptions/{held.body['redemption_id']}/redeem")
    assert (done.status, done.body["state"]) == (200, "redeemed")
    assert balances(airline, member_id) == {"active": had - 105, "pending": 0, "held": 0, "debt": 0}
    back = airline.partner("POST", f"/v1/redemptions/{held.body['redemption_id']}/refund")
    assert (back.status, back.body["points_refunded"]) == (200, 105)
    assert balances(airline, member_id)["active"] == had


def test_an_exchange_that_fails_on_the_partner_s_side_is_called_off_whole(airline: Served, member_id: str) -> None:
    had = balances(airline, member_id)
    held = send_out(airline, member_id, 105).body
    assert airline.partner("POST", f"/v1/redemptions/{held['redemption_id']}/release").status == 200
    assert balances(airline, member_id) == had


def test_what_is_too_little_or_makes_no_whole_units_is_refused(airline: Served, member_id: str) -> None:
    assert send_out(airline, member_id, 49).code == "validation_failed"
    partner_id = airline.make_partner("Vietnam by train", "brand")
    coarse = {"out": {"points": 10, "units": 3, "fee": 5}}
    assert airline.admin("PUT", f"/v1/partners/{partner_id}/exchange", coarse).status == 200
    answers = [send_out(airline, member_id, points, f"out-{points}") for points in (5, 24, 26, 25)]
    assert [answer.status for answer in answers] == [422, 422, 422, 201]
    assert answers[-1].body["exchange"] == {"units": 6, "fee": 5}


def test_a_member_exchanges_only_so_much_a_day(airline: Served, member_id: str) -> None:
    assert send_out(airline, member_id, 205).status == 201
    assert send_out(airline, member_id, 105, "out-2").code == "exchange_limit_reached"
    assert send_out(airline, member_id, 205).headers["idempotent-replayed"] == "true"


def test_a_retry_gets_its_first_answer_though_the_rate_has_changed_since(airline: Served, member_id: str) -> None:
    partner_id = airline.make_partner("Vietnam by train", "brand")
    path = f"/v1/partners/{partner_id}/exchange"
    assert airline.admin("PUT", path, {"out": OUT}).status == 200
    first = send_out(airline, member_id, 105)
    for rates in ({"out": {**OUT, "minimum": 200}}, {"out": {**OUT, "units": 40}}, {}):
        assert airline.admin("PUT", path, rates).status == 200
        again = send_out(airline, member_id, 105)
        assert (again.status, again.body, again.headers["idempotent-replayed"]) == (201, first.body, "true")
    assert send_out(airline, member_id, 105, "out-2").code == "exchange_not_offered"
    assert send_out(airline, member_id, 205).code == "idempotency_key_reused"


def test_units_become_points_that_wait_and_can_be_called_off_as_long(airline: Served, member_id: str) -> None:
    had = balances(airline, member_id)
    made = bring_in(airline, member_id, 50)
    assert (made.status, made.body["points"], made.body["state"]) == (201, 20, "received")
    assert balances(airline, member_id)["pending"] == had["pending"] + 20
    assert bring_in(airline, member_id, 50).headers["idempotent-replayed"] == "true"
    assert bring_in(airline, member_id, 75).code == "exchange_already_recorded"
    assert airline.partner("GET", "/v1/exchanges/X-1").body["state"] == "received"
    off = airline.partner("POST", "/v1/exchanges/X-1/reverse")
    assert (off.status, off.body["state"]) == (200, "reversed")
    assert airline.partner("POST", "/v1/exchanges/X-1/reverse").headers["idempotent-replayed"] == "true"
    assert balances(airline, member_id) == had
    assert airline.partner("GET", "/v1/exchanges/X-1").body["state"] == "reversed"


def test_an_exchange_is_called_off_with_its_first_answer_though_its_entry_is_archived(
    airline: Served, member_id: str
) -> None:
    bring_in(airline, member_id, 50)
    off = airline.partner("POST", "/v1/exchanges/X-1/reverse")
    application()._archive_store.delete(member_id, 100)
    again = airline.partner("POST", "/v1/exchanges/X-1/reverse")
    assert (again.status, again.body, again.headers["idempotent-replayed"]) == (200, off.body, "true")


def test_no_other_entry_is_taken_for_that_of_an_exchange_which_is_archived(airline: Served, member_id: str) -> None:
    """Entries are deleted one after the other, in whatever order: an older one may still be there."""
    bring_in(airline, member_id, 50)
    bring_in(airline, member_id, 25, "X-2")
    newest = application().ledger.read_entries(member_id, None, 1)[0].sequence
    EntryItem(member_key(member_id), entry_key(newest)).delete()
    assert airline.partner("POST", "/v1/exchanges/X-2/reverse").code == "too_late"


def test_units_that_make_no_whole_points_are_refused_and_so_are_too_many(airline: Served, member_id: str) -> None:
    refused = [bring_in(airline, member_id, units, f"X-{units}") for units in (1, 51, 275)]
    assert [answer.code for answer in refused] == ["validation_failed", "validation_failed", "exchange_limit_reached"]


def test_nobody_exchanges_without_rates_and_nobody_sees_another_s_exchange(airline: Served, member_id: str) -> None:
    assert bring_in(airline, member_id, 50).status == 201
    airline.make_partner("Thú cưng", "brand")
    assert airline.partner("GET", "/v1/exchanges/X-1").code == "not_found"
    assert airline.partner("POST", "/v1/exchanges/X-1/reverse").code == "not_found"
    assert bring_in(airline, member_id, 50, "Y-1").code == "exchange_not_offered"
    assert send_out(airline, member_id, 105).code == "exchange_not_offered"


def test_only_an_owner_sets_the_rates_and_the_trail_says_what_they_were(airline: Served) -> None:
    partner_id = airline.make_partner("Thú cưng", "brand")
    path = f"/v1/partners/{partner_id}/exchange"
    assert airline.admin("PUT", path, {"out": OUT}, role="manager").code == "forbidden"
    assert airline.admin("PUT", path, {"out": OUT}).body["exchange"] == {"out": OUT, "into": None}
    assert airline.admin("PUT", path, {}).body["exchange"] == {"out": None, "into": None}
    assert airline.admin("PUT", "/v1/partners/ptn_0000000000000000/exchange", {}).code == "not_found"
    trail = airline.admin("GET", "/v1/audit").body["items"]
    changes = [
        each for each in trail if each["action"] == "set_partner_exchange" and each["target"].endswith(partner_id)
    ]
    assert [each["after"]["out"] for each in changes] == [None, OUT]

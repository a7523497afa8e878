"""Purchases from a till: once each, explained, previewed by the same code, and nobody else's business."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import NOON, make_program, make_purchase
from house import FixedPrograms, House, MovableClock, adjust, enrol, member
from quen.errors import (
    CurrencyMismatchError,
    MemberNotFoundError,
    PurchaseAlreadyRecordedError,
    PurchaseNotFoundError,
    ValidationFailedError,
)
from quen.members.model import MemberReference
from quen.money import Money
from quen.program.model import Expiry
from tables import create_tables, open_mocked


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        yield House(client, create_tables(client), MovableClock())


def test_the_answer_says_what_was_earned_why_and_what_the_member_has(house: House) -> None:
    member_id = enrol(house)
    answer = house.purchases.record("ptn_1", member(member_id), make_purchase(1_255_000), "f").result
    [entry] = answer["entries"]
    assert (entry["kind"], entry["points"], entry["state"]) == ("earn", 125, "active")
    assert (entry["active_on"], entry["expires_on"]) == ("2026-11-22", "2027-11-30")
    assert entry["explanation"] == [
        {"rule_id": "base", "rule_version": 1, "basis": 1_255_000, "before_rounding": "125.5", "points": 125}
    ]
    assert answer["account"]["points"] == {"active": 145, "pending": 0, "held": 0, "debt": 0}
    assert answer["account"]["worth"] == {"amount": 14_500, "currency": "VND"}
    assert answer["receipt_text"]["en"] == "You earned 125 points. You have 145 points, worth 14,500 VND."
    assert answer["receipt_text"]["vi"].startswith("Bạn được tích 125 điểm.")


def test_points_that_wait_say_until_when(house: House) -> None:
    program = make_program()
    house.programs = FixedPrograms(replace(program, points=replace(program.points, pending_days=7)))
    answer = house.purchases.record("ptn_1", member(enrol(house)), make_purchase(), "f").result
    [entry] = answer["entries"]
    assert (entry["points"], entry["state"], entry["active_on"]) == (12, "pending", "2026-11-29")
    assert answer["account"]["activating"] == [{"on": "2026-11-29", "points": 12}]


def test_a_purchase_whose_rules_wait_differently_shows_what_becomes_active_when(house: House) -> None:
    program = make_program()
    base, *others = program.earning
    waiting = replace(base, id="member-days", per=5_000, pending_days=14)
    house.programs = FixedPrograms(replace(program, earning=(base, waiting, *others)))
    answer = house.purchases.record("ptn_1", member(enrol(house)), make_purchase(105_000), "f").result
    shown = [(entry["points"], entry["state"], entry["active_on"], entry["expires_on"]) for entry in answer["entries"]]
    assert shown == [(10, "active", "2026-11-22", "2027-11-30"), (21, "pending", "2026-12-06", "2027-12-31")]
    assert [[share["rule_id"] for share in entry["explanation"]] for entry in answer["entries"]] == [
        ["base"],
        ["member-days"],
    ]
    assert answer["account"]["activating"] == [{"on": "2026-12-06", "points": 21}]


def test_the_same_purchase_again_is_the_first_answer_word_for_word(house: House) -> None:
    member_id = enrol(house)
    first = house.purchases.record("ptn_1", member(member_id), make_purchase(), "same")
    house.purchases.record("ptn_1", member(member_id), make_purchase(purchase_id="B-2"), "other")
    again = house.purchases.record("ptn_1", member(member_id), make_purchase(), "same")
    assert (first.replayed, again.replayed) == (False, True)
    assert again.result == first.result


def test_a_retry_is_answered_though_the_code_that_named_the_member_is_over(house: House) -> None:
    clock = house.clock
    assert isinstance(clock, MovableClock)
    card = house.members.card(enrol(house))
    reference = MemberReference(qr_token=card.qr_token)
    first = house.purchases.record("ptn_1", reference, make_purchase(), "f")
    clock.advance(hours=1)
    assert house.purchases.record("ptn_1", reference, make_purchase(), "f").result == first.result
    with pytest.raises(MemberNotFoundError):
        house.purchases.record("ptn_1", reference, make_purchase(purchase_id="B-2"), "f2")


def test_the_same_id_with_other_content_is_refused_for_whichever_member(house: House) -> None:
    first, second = enrol(house), enrol(house, "+84907654321")
    house.purchases.record("ptn_1", member(first), make_purchase(), "f")
    for who in (first, second):
        with pytest.raises(PurchaseAlreadyRecordedError):
            house.purchases.record("ptn_1", member(who), make_purchase(), "another")
    assert house.purchases.record("ptn_2", member(second), make_purchase(), "f").replayed is False


def test_a_preview_answers_what_the_purchase_would_and_writes_nothing(house: House) -> None:
    member_id = enrol(house)
    preview = house.purchases.preview("ptn_1", member(member_id), make_purchase())
    assert house.ledger.show_account(member_id)["sequence"] == 1
    recorded = house.purchases.record("ptn_1", member(member_id), make_purchase(), "f").result
    [shown], [written] = preview["entries"], recorded["entries"]
    assert shown | {"entry_id": written["entry_id"]} == written
    assert preview["account"] == recorded["account"]
    assert preview["receipt_text"] == recorded["receipt_text"]


def test_a_purchase_is_found_by_its_own_partner_only(house: House) -> None:
    house.purchases.record("ptn_1", member(enrol(house)), make_purchase(), "f")
    found = house.purchases.load("ptn_1", "B-1")
    assert (found["total"], found["returns"]) == ({"amount": 125_000, "currency": "VND"}, [])
    for partner_id, purchase_id in (("ptn_2", "B-1"), ("ptn_1", "B-2"), ("ptn_1#B-1", "")):
        with pytest.raises(PurchaseNotFoundError):
            house.purchases.load(partner_id, purchase_id)


def test_what_cannot_be_changes_nothing(house: House) -> None:
    member_id = enrol(house)
    ahead = make_purchase(at=NOON + timedelta(minutes=11))
    dollars = replace(make_purchase(), total=Money(100, "USD"))
    for purchase, error in ((ahead, ValidationFailedError), (dollars, CurrencyMismatchError)):
        with pytest.raises(error):
            house.purchases.record("ptn_1", member(member_id), purchase, "f")
        with pytest.raises(error):
            house.purchases.preview("ptn_1", member(member_id), purchase)
    assert house.ledger.show_account(member_id)["sequence"] == 1


def test_a_late_receipt_goes_by_the_program_of_its_day(house: House) -> None:
    class Changed(FixedPrograms):
        def at(self, instant):  # type: ignore[no-untyped-def]
            return make_program(version=1) if instant < NOON else make_program(version=2, earning=())

    house.programs = Changed(make_program(version=2, earning=()))
    member_id = enrol(house)
    late = make_purchase(at=NOON - timedelta(days=1))
    [entry] = house.purchases.record("ptn_1", member(member_id), late, "f").result["entries"]
    assert (entry["points"], entry["explanation"][0]["rule_version"]) == (12, 1)


def test_a_receipt_whose_points_are_over_already_shows_none_of_them(house: House) -> None:
    program = make_program()
    house.programs = FixedPrograms(replace(program, points=replace(program.points, expiry=Expiry("days", 30))))
    member_id = enrol(house)
    late = make_purchase(at=NOON - timedelta(days=60))
    preview = house.purchases.preview("ptn_1", member(member_id), late)
    answer = house.purchases.record("ptn_1", member(member_id), late, "f").result
    assert answer["entries"][0]["points"] == 12
    assert answer["account"]["points"]["active"] == preview["account"]["points"]["active"] == 20
    kinds = [entry["kind"] for entry in house.ledger.list_entries(member_id, None, 3)[0]]
    assert kinds == ["expire", "earn", "bonus"]
    assert house.ledger.show_account(member_id) == answer["account"]


def test_an_account_with_more_due_than_a_transaction_holds_goes_on(house: House) -> None:
    clock = house.clock
    assert isinstance(clock, MovableClock)
    member_id = enrol(house)
    for number in range(90):
        adjust(house, member_id, 1, str(number), expires_on=NOON.date() + timedelta(days=number))
    clock.advance(days=100)
    answer = house.purchases.record("ptn_1", member(member_id), make_purchase(at=clock.now()), "f").result
    assert answer["account"]["points"]["active"] == 20 + 12
    assert house.verification.verify_member(member_id).is_sound

"""Events from a partner: once each by their id, once by what the member did, previewed by the same code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import NOON, make_event, make_program
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.errors import (
    EventAlreadyCountedError,
    EventAlreadyRecordedError,
    MemberNotActiveError,
    MemberNotFoundError,
    TooLateError,
    ValidationFailedError,
)
from quen.ledger.documents import Outcome
from quen.members.model import MemberReference
from quen.program.model import Campaign, Cap, EarningRule, OnWeekdays
from tables import create_tables, open_mocked

LAN, OTHER_LAN, THIRD_LAN = "+84901234567", "+84907654321", "+84905555555"
REVIEW = EarningRule("review", "review", points=30)
STAMP = EarningRule("stamp", "review", points=1, wallet="stamps")
ON_MONDAYS = EarningRule("monday", "review", points=5, when=OnWeekdays(frozenset({0})))
LATER = EarningRule("later", "yoga-class", points=7, pending_days=14)


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        house = House(client, create_tables(client), MovableClock())
        rules = (*make_program().earning, REVIEW, STAMP, ON_MONDAYS, LATER)
        house.programs = FixedPrograms(make_program(earning=rules, events=frozenset({"yoga-class"})))
        yield house
        assert house.verification.verify_all().is_sound


def record(house: House, member_id: str, partner_id: str = "ptn_1", **event: Any) -> Outcome:
    event = {"subject": "product-1", **event}
    return house.occasions.record(partner_id, member(member_id), make_event(**event), str(event))


def merge(house: House, survivor: str, merged: str, key: str = "m") -> str:
    done = house.merges.merge(
        survivor, merged, reason="same person", actor="staff-1", idempotency_key=key, fingerprint=survivor + merged
    )
    return str(done.result["merge_id"])


def test_the_answer_says_what_was_earned_why_and_what_did_not_apply(house: House) -> None:
    lan = enrol(house)
    answer = record(house, lan).result
    assert (answer["event_id"], answer["member_id"], answer["type"]) == ("E-1", lan, "review")
    [entry] = answer["entries"]
    assert (entry["kind"], entry["points"], entry["state"], entry["expires_on"]) == (
        "bonus",
        30,
        "active",
        "2027-11-30",
    )
    assert [(share["rule_id"], share["wallet"], share["points"]) for share in answer["explanation"]] == [
        ("review", "points", 30),
        ("stamp", "stamps", 1),
    ]
    assert answer["not_applied"] == [{"rule_id": "monday", "reason": "other_weekday"}]
    assert (answer["account"]["points"]["active"], answer["account"]["wallets"]["stamps"]) == (50, 1)
    [shown] = house.ledger.list_entries(lan, None, 1)[0]
    assert (shown["reason"], shown["reference"]) == ("review", {"kind": "event", "id": "E-1"})
    assert [share["rule_id"] for share in shown["explanation"]] == ["review"]


def test_what_waits_is_shown_as_waiting_though_what_purchases_earn_does_not(house: House) -> None:
    [entry] = record(house, enrol(house), type_="yoga-class").result["entries"]
    assert (entry["points"], entry["state"], entry["active_on"]) == (7, "pending", "2026-12-06")


def test_what_purchases_earn_may_wait_and_a_bonus_does_not(house: House) -> None:
    program = house.programs.program
    house.programs.program = replace(program, points=replace(program.points, pending_days=7))
    [entry] = record(house, enrol(house)).result["entries"]
    assert (entry["points"], entry["state"], entry["active_on"]) == (30, "active", "2026-11-22")


def test_an_event_that_earns_nothing_is_recorded_and_claims_what_it_was_about(house: House) -> None:
    lan = enrol(house)
    [entry] = record(house, lan, type_="visit").result["entries"]
    assert (entry["points"], entry["explanation"]) == (0, [])
    assert house.ledger.show_account(lan)["sequence"] == 2
    with pytest.raises(EventAlreadyCountedError):
        record(house, lan, type_="visit", event_id="E-2")


def test_the_same_event_again_is_the_first_answer_and_other_content_is_refused(house: House) -> None:
    lan = enrol(house)
    first = record(house, lan)
    assert record(house, lan) == Outcome(first.result, replayed=True)
    for other in ({"subject": "product-2"}, {"subject": "product-1", "type_": "survey"}, {"subject": ""}):
        with pytest.raises(EventAlreadyRecordedError):
            record(house, lan, **other)
    # Another partner's event may have that id.
    assert not record(house, lan, "ptn_2", subject="product-2").replayed


def test_a_retry_is_answered_though_the_code_that_named_the_member_is_over(house: House) -> None:
    card = house.members.card(enrol(house))
    reference = MemberReference(qr_token=card.qr_token)
    first = house.occasions.record("ptn_1", reference, make_event(), "f")
    house.clock.advance(hours=1)  # type: ignore[attr-defined] # the test's own clock
    assert house.occasions.record("ptn_1", reference, make_event(), "f") == Outcome(first.result, replayed=True)
    with pytest.raises(MemberNotFoundError):
        house.occasions.record("ptn_1", reference, make_event(event_id="E-2"), "g")


def test_what_a_member_did_counts_once_whoever_reports_it(house: House) -> None:
    lan, other = enrol(house, LAN), enrol(house, OTHER_LAN)
    record(house, lan)
    for partner_id, event_id in (("ptn_1", "E-2"), ("ptn_2", "E-1")):
        with pytest.raises(EventAlreadyCountedError):
            record(house, lan, partner_id, event_id=event_id)
    # Another subject, another type, another member, or no subject at all: each counts.
    record(house, lan, event_id="E-3", subject="product-2")
    record(house, lan, event_id="E-4", type_="survey")
    record(house, other, event_id="E-5")
    for number in (6, 7):
        record(house, lan, event_id=f"E-{number}", subject="")
    assert house.ledger.show_account(lan)["points"]["active"] == 20 + 4 * 30
    # Nothing of a subject, which may be somebody's number, is kept as it came.
    kept = house._ledger_store.list_documents(f"MEMBER#{lan}", "CLAIM#event:")
    assert len(kept) == 3
    assert not any("product" in document.key.sort for document in kept)


def test_what_cannot_be_changes_nothing(house: House) -> None:
    lan = enrol(house)
    refusals = [
        ({"at": NOON + timedelta(minutes=11)}, ValidationFailedError, "/occurred_at"),
        ({"at": NOON - timedelta(days=91)}, TooLateError, None),
        ({"type_": "purchase"}, ValidationFailedError, "/type"),
        ({"type_": "enrolment"}, ValidationFailedError, "/type"),
        ({"type_": "swim-class"}, ValidationFailedError, "/type"),
    ]
    for event, error, pointer in refusals:
        with pytest.raises(error) as refused:
            record(house, lan, **event)
        assert [fault.pointer for fault in refused.value.faults] == ([pointer] if pointer else [])
        with pytest.raises(error):
            house.occasions.preview("ptn_1", member(lan), make_event(**event))
    assert house.ledger.show_account(lan)["sequence"] == 1
    assert record(house, lan, at=NOON + timedelta(minutes=10)).replayed is False


def test_a_late_event_goes_by_the_program_of_its_day(house: House) -> None:
    class Changed(FixedPrograms):
        def at(self, instant):  # type: ignore[no-untyped-def]
            return self.program if instant < NOON else make_program(version=2)

    house.programs = Changed(house.programs.program)
    lan = enrol(house)
    with pytest.raises(ValidationFailedError):
        record(house, lan, type_="yoga-class")
    assert record(house, lan, type_="yoga-class", at=NOON - timedelta(days=1)).result["entries"][0]["points"] == 7


@pytest.mark.parametrize(("state", "error"), [("inactive", MemberNotActiveError), ("blocked", MemberNotFoundError)])
def test_who_is_not_active_earns_nothing_and_gets_first_answers_all_the_same(
    house: House, state: Any, error: type[Exception]
) -> None:
    lan = enrol(house)
    first = record(house, lan)
    house.members.change_state(lan, state)
    with pytest.raises(error):
        record(house, lan, event_id="E-2", subject="product-2")
    assert record(house, lan) == Outcome(first.result, replayed=True)


def test_a_preview_answers_what_the_event_would_and_writes_nothing(house: House) -> None:
    lan = enrol(house)
    asked = make_event(event_id="", subject="product-1")
    preview = house.occasions.preview("ptn_1", member(lan), asked)
    assert house.ledger.show_account(lan)["sequence"] == 1
    recorded = record(house, lan).result
    [shown], [written] = preview["entries"], recorded["entries"]
    assert shown | {"entry_id": written["entry_id"]} == written
    assert {**preview, "entries": [], "event_id": "E-1"} == {**recorded, "entries": []}
    with pytest.raises(EventAlreadyCountedError):
        house.occasions.preview("ptn_1", member(lan), asked)


def test_a_cap_and_a_campaign_s_budget_hold_over_many_events(house: House) -> None:
    campaign = Campaign("open-days", {"en": "Open days"}, budget=70)
    capped = replace(REVIEW, campaign="open-days", caps=(Cap(50, "day"),))
    house.programs.program = make_program(earning=(capped,), campaigns=(campaign,))
    lan, other = enrol(house, LAN), enrol(house, OTHER_LAN)
    given = [
        record(house, who, event_id=f"E-{number}", subject=f"product-{number}").result["entries"][0]["points"]
        for number, who in enumerate((lan, lan, other, other))
    ]
    assert given == [30, 20, 20, 0]


def test_who_was_merged_has_done_what_either_had_done_until_it_is_undone(house: House) -> None:
    lan, other, third = (enrol(house, phone) for phone in (LAN, OTHER_LAN, THIRD_LAN))
    record(house, other)
    first = merge(house, lan, other)
    with pytest.raises(EventAlreadyCountedError):
        record(house, lan, event_id="E-2")
    with pytest.raises(EventAlreadyCountedError):
        record(house, other, event_id="E-2")
    record(house, other, event_id="E-3", subject="product-2")
    second = merge(house, third, lan, "m2")
    for subject in ("product-1", "product-2"):
        with pytest.raises(EventAlreadyCountedError):
            record(house, third, event_id="E-4", subject=subject)
        with pytest.raises(EventAlreadyCountedError):
            house.occasions.preview("ptn_1", member(other), make_event(subject=subject))
    assert house.merges.undo(second, actor="staff-1").result["state"] == "undone"
    assert house.merges.undo(first, actor="staff-1").result["state"] == "undone"
    # What was done meanwhile is the survivor's; what was done before is whose it was.
    record(house, lan, event_id="E-5")
    record(house, other, event_id="E-6", subject="product-2")
    for who, subject in ((other, "product-1"), (lan, "product-2")):
        with pytest.raises(EventAlreadyCountedError):
            record(house, who, event_id="E-7", subject=subject)
    again = merge(house, lan, other, "m3")
    assert house.merges.undo(again, actor="staff-1").result["state"] == "undone"

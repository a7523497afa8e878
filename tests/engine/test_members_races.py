"""Races for an identity, on engines that are faithful about transactions: one person is one member."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec.structs import replace

from quen.errors import ConflictRetryError, MemberAlreadyExistsError, QuenError
from quen.members.card_desk import CardDesk
from quen.members.cards import new_card_code
from quen.members.consent_ledger import ConsentLedger
from quen.members.consent_store import ConsentStore
from quen.members.model import ConsentDecision, Enrolment, MemberReference
from quen.members.model.errors import CardAlreadyLinkedError
from quen.members.service import Members
from quen.members.store import MemberStore
from unit.members.fakes import LOGIN, LOOKUPS, NOW, SettableClock, make_members

RACERS = 16


@pytest.fixture
def members(engine: Any, tables: dict[str, str]) -> Members:
    return make_members(MemberStore(engine, tables["members"], LOOKUPS))


def race(*runs: Any) -> Counter[str]:
    def outcome(run: Any) -> str:
        try:
            run()
        except QuenError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(len(runs)) as pool:
        return Counter(pool.map(outcome, runs))


def count(engine: Any, tables: dict[str, str], sort: str) -> int:
    return sum(item["SK"]["S"] == sort for item in engine.scan(TableName=tables["members"])["Items"])


def test_sixteen_enrolments_with_one_phone_make_one_member(engine: Any, tables: dict[str, str], members: Members):
    logins = [replace(LOGIN, subject=f"user-{number}") for number in range(RACERS)]
    runs = [lambda login=login: members.enrol(login, Enrolment(phone="0901234567"), NOW) for login in logins]
    outcomes = race(*runs)
    assert outcomes["done"] == 1
    assert set(outcomes) <= {"done", MemberAlreadyExistsError.code, ConflictRetryError.code}
    assert [count(engine, tables, sort) for sort in ("PROFILE", "IDENTITY", "LOGIN", "CARD")] == [1, 1, 1, 1]
    winner = members.resolve(MemberReference(phone="0901234567"))
    assert {members.find_member_id(login) for login in logins} == {winner, None}


def test_sixteen_enrolments_by_one_login_make_one_member(engine: Any, tables: dict[str, str], members: Members):
    outcomes = race(
        *[lambda: members.enrol(LOGIN, Enrolment(phone="0901234567", email="hoa@example.com"), NOW)] * RACERS
    )
    assert outcomes["done"] == 1
    assert [count(engine, tables, sort) for sort in ("PROFILE", "IDENTITY", "LOGIN", "CARD")] == [1, 2, 1, 1]


def test_members_who_want_one_number_at_once_get_it_once(engine: Any, tables: dict[str, str], members: Members):
    wanted = "+84911111111"
    logins = [replace(LOGIN, subject=f"user-{number}", email=f"u{number}@example.com") for number in range(RACERS)]
    ids = [members.enrol(login, Enrolment(email=login.email), NOW).member.member_id for login in logins]
    runs = [
        lambda login=login, member_id=member_id: members.change(
            member_id, {"phone": wanted}, replace(login, phone=wanted), NOW
        )
        for login, member_id in zip(logins, ids, strict=True)
    ]
    outcomes = race(*runs)
    assert outcomes["done"] == 1
    holder = members.resolve(MemberReference(phone=wanted))
    assert [member_id for member_id in ids if members.load(member_id).phone == wanted] == [holder]


def test_changes_of_one_profile_at_once_lose_nothing(members: Members):
    member_id = members.enrol(LOGIN, Enrolment(phone="0901234567"), NOW).member.member_id
    fields = [{"name": "Hoa"}, {"locale": "vi"}, {"email": "hoa@example.com"}]
    outcomes = race(*[lambda changes=changes: members.change(member_id, changes, LOGIN, NOW) for changes in fields])
    after = members.load(member_id)
    assert outcomes == {"done": 3}
    assert (after.name, after.locale, after.email, after.version) == ("Hoa", "vi", "hoa@example.com", 4)


def test_decisions_made_at_once_are_all_kept_and_each_has_its_own_place(
    engine: Any, tables: dict[str, str], members: Members
):
    member_id = members.enrol(LOGIN, Enrolment(phone="0901234567"), NOW).member.member_id
    ledger = ConsentLedger(
        MemberStore(engine, tables["members"], LOOKUPS), ConsentStore(engine, tables["members"]), SettableClock()
    )

    def say(purpose: str) -> Any:
        decision = ConsentDecision(purpose, granted=True, text_version="1")
        return lambda: members.change(member_id, {"consents": (decision,)}, LOGIN, NOW)

    def withdraw() -> None:
        ledger.withdraw(member_id, "marketing_email", "one_click", "")

    assert race(say("marketing"), say("profiling"), withdraw) == {"done": 3}
    evidence, _ = ledger.page(member_id, None, 20)
    assert [one.sequence for one in evidence] == [3, 2, 1]
    assert {one.purpose for one in evidence} == {"marketing", "profiling", "marketing_email"}
    assert members.load(member_id).consents == (*reversed(evidence),)


def test_of_eight_members_who_are_given_one_plastic_card_at_once_one_has_it(
    engine: Any, tables: dict[str, str], members: Members
):
    phones = [f"+8490123456{number}" for number in range(8)]
    logins = [replace(LOGIN, subject=phone, phone=phone) for phone in phones]
    enrolled = [members.enrol(login, Enrolment(phone=login.phone), NOW).member for login in logins]
    desk, code = CardDesk(MemberStore(engine, tables["members"], LOOKUPS), LOOKUPS), new_card_code()
    runs = [lambda member=member: desk.link(member.member_id, code, NOW, record=lambda *_: ()) for member in enrolled]
    outcomes = race(*runs)
    assert outcomes["done"] == 1
    assert set(outcomes) <= {"done", CardAlreadyLinkedError.code, ConflictRetryError.code}
    winner = members.resolve(MemberReference(card_code=code))
    assert [member.member_id for member in enrolled if len(members.load(member.member_id).cards) == 2] == [winner]

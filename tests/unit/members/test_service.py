"""The members' use cases over records in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from quen.errors import (
    BirthdayLockedError,
    ConflictRetryError,
    MemberAlreadyExistsError,
    MemberNotActiveError,
    MemberNotFoundError,
    ValidationFailedError,
)
from quen.members.model import ConsentDecision, Enrolment, Login, Member, MemberReference
from quen.members.ports import StaleMemberError
from quen.members.service import Members
from quen.people import Person
from quen.writes import Write
from unit.members.fakes import LOGIN, NOW, FakeAccounts, MemoryRecords, SettableClock, make_members

OTHER_LOGIN = Login("https://id.example/", "user-2", phone="+84911111111", email="lan@example.com")


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def members(clock: SettableClock) -> Members:
    return make_members(wall=clock)


@pytest.fixture
def hoa(members: Members) -> Member:
    enrolment = Enrolment(phone="0901 234 567", name="Nguyễn Thị Hoa", birthday=date(1994, 2, 28))
    return members.enrol(LOGIN, enrolment, NOW).member


def faults(caught: pytest.ExceptionInfo[ValidationFailedError]) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


def test_enrolment_makes_a_member_and_opens_an_account(members: Members):
    consents = (ConsentDecision("marketing_sms", granted=True, text_version="2026-01"),)
    enrolled = members.enrol(
        LOGIN, Enrolment("84901234567", "Hoa@Example.com", "Hoa", locale="vi", consents=consents), NOW
    )
    member = enrolled.member
    assert (member.phone, member.email, member.state, member.version) == (
        "+84901234567",
        "hoa@example.com",
        "active",
        1,
    )
    assert member.joined_at == member.consents[0].recorded_at == NOW
    assert member.consents_to("marketing_sms")
    assert enrolled.account["member_id"] == member.member_id
    assert members.load(member.member_id) == member
    assert members.find_member_id(LOGIN) == member.member_id


@pytest.mark.parametrize(
    ("login", "enrolment", "expected"),
    [
        (LOGIN, Enrolment(), [("", "phone_or_email_required")]),
        (LOGIN, Enrolment(name="Hoa"), [("", "phone_or_email_required")]),
        (LOGIN, Enrolment(phone="0900000000"), [("/phone", "not_verified")]),
        (replace(LOGIN, phone=None), Enrolment(phone="0901234567"), [("/phone", "not_verified")]),
        (replace(LOGIN, phone="nonsense"), Enrolment(phone="0901234567"), [("/phone", "not_verified")]),
        (replace(LOGIN, email=None), Enrolment(email="hoa@example.com"), [("/email", "not_verified")]),
        (LOGIN, Enrolment(phone="12"), [("/phone", "invalid_phone")]),
        (
            LOGIN,
            Enrolment(
                phone="0900000000",
                email="x",
                name="",
                birthday=date(2030, 1, 1),
                locale="?",
                consents=(
                    ConsentDecision("A", granted=True, text_version=""),
                    ConsentDecision("a", granted=True, text_version="1"),
                    ConsentDecision("a", granted=False, text_version="1"),
                ),
                referral_code="%",
            ),
            [
                ("/phone", "not_verified"),
                ("/email", "invalid_email"),
                ("/name", "length"),
                ("/birthday", "in_future"),
                ("/locale", "invalid_locale"),
                ("/consents/0/purpose", "pattern"),
                ("/consents/0/text_version", "pattern"),
                ("/consents/2/purpose", "duplicate"),
                ("/referral_code", "pattern"),
            ],
        ),
    ],
)
def test_a_bad_enrolment_is_refused_with_every_fault_and_nothing_is_written(members, login, enrolment, expected):
    with pytest.raises(ValidationFailedError) as caught:
        members.enrol(login, enrolment, NOW)
    assert faults(caught) == expected
    assert members.find_member_id(login) is None


def test_one_person_is_one_member(members: Members, hoa: Member):
    with pytest.raises(MemberAlreadyExistsError):
        members.enrol(LOGIN, Enrolment(phone="0901234567"), NOW)
    with pytest.raises(MemberAlreadyExistsError):  # the same login with something else of hers
        members.enrol(LOGIN, Enrolment(email="hoa@example.com"), NOW)
    with pytest.raises(MemberAlreadyExistsError):  # another login that proves the same phone
        members.enrol(replace(OTHER_LOGIN, phone=LOGIN.phone), Enrolment(phone="+84901234567"), NOW)
    assert members.find_member_id(OTHER_LOGIN) is None


def test_the_same_subject_of_another_issuer_is_somebody_else(members: Members, hoa: Member):
    assert members.find_member_id(replace(LOGIN, issuer="https://other.example/")) is None
    assert members.find_member_id(Login("https://id.example/user-1", "")) is None


def test_a_profile_changes_as_a_merge_patch(members: Members, hoa: Member):
    after = members.change(hoa.member_id, {"name": " Hoa ", "email": "HOA@example.com", "locale": None}, LOGIN, NOW)
    assert (after.name, after.email, after.phone, after.locale) == ("Hoa", "hoa@example.com", hoa.phone, None)
    assert after.version == 2
    assert members.load(hoa.member_id) == after


def test_a_change_that_changes_nothing_writes_nothing(members: Members, hoa: Member):
    assert members.change(hoa.member_id, {"name": "Nguyễn Thị Hoa"}, LOGIN, NOW) == hoa
    assert members.change(hoa.member_id, {}, LOGIN, NOW) == hoa


def test_a_new_phone_must_be_proven_and_moves_with_its_claim(members: Members, hoa: Member):
    with pytest.raises(ValidationFailedError) as caught:
        members.change(hoa.member_id, {"phone": "0911111111"}, LOGIN, NOW)
    assert faults(caught) == [("/phone", "not_verified")]
    members.change(hoa.member_id, {"phone": "0911111111"}, replace(LOGIN, phone="+84911111111"), NOW)
    assert members.resolve(MemberReference(phone="0911111111")) == hoa.member_id
    with pytest.raises(MemberNotFoundError):
        members.resolve(MemberReference(phone="0901234567"))


def test_a_phone_that_is_the_members_already_needs_no_new_proof(members: Members, hoa: Member):
    login = replace(LOGIN, phone=None, email=None)
    assert members.change(hoa.member_id, {"phone": "090 123 45 67"}, login, NOW) == hoa


def test_a_phone_of_another_member_is_refused(members: Members, hoa: Member):
    members.enrol(OTHER_LOGIN, Enrolment(phone="0911111111"), NOW)
    with pytest.raises(MemberAlreadyExistsError):
        members.change(hoa.member_id, {"phone": "0911111111"}, replace(LOGIN, phone="+84911111111"), NOW)
    assert members.load(hoa.member_id) == hoa


def test_a_birthday_is_locked_for_a_year(members: Members, hoa: Member):
    with pytest.raises(BirthdayLockedError):
        members.change(hoa.member_id, {"birthday": date(1994, 3, 1)}, LOGIN, NOW + timedelta(days=364))
    after = members.change(hoa.member_id, {"birthday": date(1994, 3, 1)}, LOGIN, NOW + timedelta(days=365))
    assert after.birthday == date(1994, 3, 1)


class Raced(MemoryRecords):
    """Records that somebody else changes just before each of the first `races` changes."""

    races = 0

    def replace(self, before: Member, after: Member, others: Sequence[Write] = ()) -> None:
        if self.races:
            self.races -= 1
            super().replace(before, replace(before, locale="en", version=before.version + 1))
            raise StaleMemberError
        super().replace(before, after, others)


def test_a_lost_race_is_decided_again_on_what_is_there_now():
    records = Raced()
    members = make_members(records)
    member_id = members.enrol(LOGIN, Enrolment(phone="0901234567"), NOW).member.member_id
    records.races = 2
    after = members.change(member_id, {"name": "Hoa"}, LOGIN, NOW)
    assert (after.name, after.locale, after.version) == ("Hoa", "en", 4)


def test_a_race_that_does_not_end_is_handed_to_the_caller():
    records = Raced()
    members = make_members(records)
    member_id = members.enrol(LOGIN, Enrolment(phone="0901234567"), NOW).member.member_id
    records.races = 99
    with pytest.raises(ConflictRetryError):
        members.change(member_id, {"name": "Hoa"}, LOGIN, NOW)


def test_a_member_is_found_by_id_phone_card_and_token(members: Members, hoa: Member):
    card = members.card(hoa.member_id)
    for reference in (
        MemberReference(member_id=hoa.member_id),
        MemberReference(phone="+84 90 123 45 67"),
        MemberReference(card_code=card.card_code.lower()),
        MemberReference(qr_token=card.qr_token),
    ):
        assert members.resolve(reference) == hoa.member_id
        assert members.search(reference).masked_name == "Nguyễn Thị H***"
        assert members.load_by(reference) == hoa


def test_what_leads_nowhere_is_one_answer(members: Members, hoa: Member, clock: SettableClock):
    old_token = members.card(hoa.member_id).qr_token
    clock.advance(seconds=61)
    for reference in (
        MemberReference(member_id="mem_0000000000000000"),
        MemberReference(member_id="mem_"),
        MemberReference(member_id=""),
        MemberReference(member_id="red_0000000000000000"),
        MemberReference(phone="0912345678"),
        MemberReference(card_code="000000000000000000"),
        MemberReference(card_code="not a card"),
        MemberReference(qr_token=old_token),
        MemberReference(qr_token="q2"),
    ):
        for find in (members.resolve, members.search, members.load_by):
            with pytest.raises(MemberNotFoundError) as caught:
                find(reference)
            assert str(caught.value) == MemberNotFoundError.title


def test_a_number_that_is_none_is_pointed_at(members: Members):
    with pytest.raises(ValidationFailedError) as caught:
        members.resolve(MemberReference(phone="x"), "/member")
    assert faults(caught) == [("/member/phone", "invalid_phone")]


@pytest.mark.parametrize("state", ["blocked", "closed"])
def test_a_blocked_member_does_not_exist_for_a_till(members: Members, hoa: Member, state):
    assert members.change_state(hoa.member_id, state).state == state
    for reference in (MemberReference(member_id=hoa.member_id), MemberReference(phone="0901234567")):
        with pytest.raises(MemberNotFoundError):
            members.resolve(reference)
        with pytest.raises(MemberNotFoundError):
            members.search(reference)
        assert members.load_by(reference).state == state


def test_an_inactive_member_is_seen_but_neither_earns_nor_spends(members: Members, hoa: Member):
    members.change_state(hoa.member_id, "inactive")
    reference = MemberReference(phone="0901234567")
    assert members.search(reference).state == "inactive"
    with pytest.raises(MemberNotActiveError):
        members.resolve(reference)


def test_a_closed_members_login_acts_for_nobody(members: Members, hoa: Member):
    members.change_state(hoa.member_id, "closed")
    assert members.find_member_id(LOGIN) is None


def test_staff_find_a_member_by_address(members: Members):
    member = members.enrol(LOGIN, Enrolment(email="hoa@example.com"), NOW).member
    assert members.load_by_email("HOA@EXAMPLE.COM") == member
    with pytest.raises(MemberNotFoundError):
        members.load_by_email("lan@example.com")


def test_tags_replace_those_that_were_there_each_once_and_sorted(members: Members, hoa: Member):
    recorded: list[tuple[str, ...]] = []

    def record(before: Member) -> Sequence[Write]:
        recorded.append(before.tags)
        return []

    assert members.change_tags(hoa.member_id, ["vip", "press", "vip"], record=record).tags == ("press", "vip")
    again = members.change_tags(hoa.member_id, ["press", "vip"], record=record)
    assert (again.version, recorded) == (2, [()])
    assert members.change_tags(hoa.member_id, []).tags == ()


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["VIP", "vip", "two words", "-vip"], [("/tags/0", "pattern"), ("/tags/2", "pattern"), ("/tags/3", "pattern")]),
        (["", "a" * 65], [("/tags/0", "pattern"), ("/tags/1", "pattern")]),
        ([f"tag-{number}" for number in range(33)], [("/tags", "too_many")]),
    ],
)
def test_what_is_no_tag_is_refused_with_every_fault(
    members: Members, hoa: Member, tags: list[str], expected: list[tuple[str, str]]
):
    with pytest.raises(ValidationFailedError) as caught:
        members.change_tags(hoa.member_id, tags)
    assert faults(caught) == expected


def test_a_closed_member_gets_no_tags(members: Members, hoa: Member):
    members.change_state(hoa.member_id, "closed")
    with pytest.raises(MemberNotActiveError):
        members.change_tags(hoa.member_id, ["vip"])


def test_a_person_is_what_conditions_may_ask_and_nothing_that_says_who_it_is(members: Members):
    consents = tuple(
        ConsentDecision(purpose, granted=granted, text_version="2026-01")
        for purpose, granted in (("marketing_sms", True), ("marketing_email", True), ("profiling", False))
    )
    late = datetime(2026, 11, 22, 18, tzinfo=UTC)  # one in the morning of the 23rd in Saigon
    enrolment = Enrolment(phone="0901234567", name="Hoa", birthday=date(1994, 2, 28), consents=consents)
    hoa = members.enrol(LOGIN, enrolment, late).member
    members.change(hoa.member_id, {"consents": (ConsentDecision("marketing_email", False, "2026-02"),)}, LOGIN, late)
    members.change_tags(hoa.member_id, ["vip"])
    person = members.person(hoa.member_id, ZoneInfo("Asia/Ho_Chi_Minh"))
    assert person == Person(2, 28, frozenset({"vip"}), frozenset({"marketing_sms"}), date(2026, 11, 23))
    with pytest.raises(MemberNotFoundError):
        members.person("mem_0000000000000000", ZoneInfo("UTC"))


def test_of_who_said_nothing_nothing_is_known(members: Members):
    lan = members.enrol(OTHER_LOGIN, Enrolment(phone="0911111111"), NOW).member
    person = members.person(lan.member_id, ZoneInfo("UTC"))
    assert person == Person(None, None, frozenset(), frozenset(), NOW.date())


def test_the_account_learns_at_enrolment_and_with_every_change_whether_its_member_may_be_told():
    accounts = FakeAccounts()
    members = make_members(accounts=accounts)
    agreed = (ConsentDecision("transactional_email", granted=True, text_version="1"),)
    hoa = members.enrol(LOGIN, Enrolment(phone="0901234567", consents=agreed), NOW).member
    assert accounts.reachable[hoa.member_id] is False, "no address for the way that was agreed to"
    members.change(hoa.member_id, {"email": "hoa@example.com"}, LOGIN, NOW)
    assert accounts.reachable[hoa.member_id] is True
    refused = (ConsentDecision("transactional_email", granted=False, text_version="1"),)
    members.change(hoa.member_id, {"consents": refused}, LOGIN, NOW)
    assert accounts.reachable[hoa.member_id] is False

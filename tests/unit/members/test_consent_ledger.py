"""Withdrawals that come from outside the app, and the pages of a member's evidence."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from quen.errors import ConflictRetryError
from quen.members.consent_ledger import ConsentLedger
from quen.members.model import ConsentProof, Enrolment, Member
from quen.members.model.consents import ConsentDecision
from quen.members.ports import StaleMemberError
from quen.members.service import Members
from quen.writes import Write
from unit.members.fakes import LOGIN, NOW, MemoryRecords, SettableClock, make_members

MAIL = "msg_5xq2vqgz6m4k3wq2"


@pytest.fixture
def records() -> MemoryRecords:
    return MemoryRecords()


@pytest.fixture
def members(records: MemoryRecords) -> Members:
    return make_members(records)


@pytest.fixture
def ledger(records: MemoryRecords) -> ConsentLedger:
    return ConsentLedger(records, records, SettableClock())


@pytest.fixture
def lan(members: Members) -> Member:
    yes = (
        ConsentDecision("marketing", True, "2026-01"),
        ConsentDecision("marketing_birthday_messages_email", True, "1"),
    )
    return members.enrol(LOGIN, Enrolment(phone="0901234567", consents=yes), NOW, request_id="request-1").member


def test_an_enrolment_s_consents_are_evidence_with_login_and_request(ledger: ConsentLedger, lan: Member):
    [newest, first], following = ledger.page(lan.member_id, None, 20)
    assert (first.purpose, first.sequence, newest.sequence, following) == ("marketing", 1, 2, None)
    assert newest.proof == ConsentProof("app", f"login:{lan.login_key}", "request-1")


def test_a_withdrawal_counts_at_once_for_every_kind_of_that_channel(
    members: Members, ledger: ConsentLedger, lan: Member
):
    ledger.withdraw(lan.member_id, "marketing_holiday_messages_email", "one_click", MAIL)
    after = members.load(lan.member_id)
    assert not after.consents_to("marketing_birthday_messages_email")
    assert after.consents_to("marketing_birthday_messages_sms")
    assert after.version == lan.version + 1
    newest = ledger.page(lan.member_id, None, 1)[0][0]
    assert (newest.purpose, newest.granted, newest.recorded_at) == ("marketing_email", False, NOW)
    assert newest.proof == ConsentProof("one_click", f"message:{MAIL}", MAIL)


def test_the_same_withdrawal_again_changes_nothing(members: Members, ledger: ConsentLedger, lan: Member):
    for _ in range(3):
        ledger.withdraw(lan.member_id, "marketing_email", "complaint", MAIL)
    assert members.load(lan.member_id).version == lan.version + 1
    assert len(ledger.page(lan.member_id, None, 20)[0]) == 3


def test_who_switches_it_on_again_in_the_app_is_written_to_again(members: Members, ledger: ConsentLedger, lan: Member):
    ledger.withdraw(lan.member_id, "marketing_birthday_messages_email", "one_click", MAIL)
    again = {"consents": (ConsentDecision("marketing_email", True, "2026-02"),)}
    assert members.change(lan.member_id, again, LOGIN, NOW).consents_to("marketing_birthday_messages_email")


def test_of_who_has_left_or_never_was_nothing_happens(members: Members, ledger: ConsentLedger, lan: Member):
    members.change_state(lan.member_id, "closed")
    before = members.load(lan.member_id)
    ledger.withdraw(lan.member_id, "marketing_email", "one_click", MAIL)
    ledger.withdraw("mem_0000000000000009", "marketing_email", "one_click", MAIL)
    assert members.load(lan.member_id) == before
    assert ledger.find_person(lan.member_id) is None


def test_a_merged_member_s_link_is_the_survivor_s(
    records: MemoryRecords, members: Members, ledger: ConsentLedger, lan: Member
):
    login = replace(LOGIN, subject="user-2", phone="+84911111111", email="lan@example.com")
    survivor = members.enrol(login, Enrolment(phone="0911111111"), NOW).member
    records.replace(lan, replace(lan, state="closed", merged_into=survivor.member_id, version=2))
    ledger.withdraw(lan.member_id, "marketing_email", "one_click", MAIL)
    found = ledger.find_person(lan.member_id)
    assert found
    assert (found.member_id, [one.purpose for one in found.consents]) == (survivor.member_id, ["marketing_email"])


def test_a_merged_member_s_no_outlasts_the_merge(
    records: MemoryRecords, members: Members, ledger: ConsentLedger, lan: Member
):
    """A merge may be undone, and then the link was theirs after all."""
    login = replace(LOGIN, subject="user-2", phone="+84911111111", email="lan@example.com")
    survivor = members.enrol(login, Enrolment(phone="0911111111"), NOW).member
    records.replace(lan, replace(lan, state="closed", merged_into=survivor.member_id, version=2))
    for _ in range(2):
        ledger.withdraw(lan.member_id, "marketing_email", "one_click", MAIL)
    merged = records.load(lan.member_id)
    assert (merged.version, len(ledger.page(lan.member_id, None, 20)[0])) == (3, 3)
    parted = replace(merged, state="active", merged_into="", version=4)
    records.replace(merged, parted)
    assert not parted.consents_to("marketing_birthday_messages_email")
    assert parted.consents_to("marketing_birthday_messages_sms")


class Contested(MemoryRecords):
    """Records that somebody else changes before each of the first so many changes."""

    losses = 0

    def replace(self, before: Member, after: Member, others: Sequence[Write] = ()) -> None:
        if self.losses:
            self.losses -= 1
            raise StaleMemberError
        super().replace(before, after, others)


@pytest.mark.parametrize("losses", [0, 1, 3, 4])
def test_a_withdrawal_that_loses_races_is_decided_again_so_often_and_no_oftener(losses: int):
    records = Contested()
    member = make_members(records).enrol(LOGIN, Enrolment(phone="0901234567"), NOW).member
    ledger = ConsentLedger(records, records, SettableClock())
    records.losses = losses
    if losses == 4:
        with pytest.raises(ConflictRetryError):
            ledger.withdraw(member.member_id, "marketing_email", "one_click", MAIL)
    else:
        ledger.withdraw(member.member_id, "marketing_email", "one_click", MAIL)
        assert len(records.load(member.member_id).consents) == 1


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_the_evidence_comes_in_pages_newest_first_each_decision_once(
    members: Members, ledger: ConsentLedger, lan: Member, limit: int
):
    for number in range(5):
        change = {"consents": (ConsentDecision("marketing_sms", bool(number % 2), "1"),)}
        members.change(lan.member_id, change, LOGIN, NOW, request_id=f"request-{number}")
    seen, before = [], None
    while True:
        page, before = ledger.page(lan.member_id, before, limit)
        assert 0 < len(page) <= limit
        seen += page
        if before is None:
            break
    assert [one.sequence for one in seen] == [7, 6, 5, 4, 3, 2, 1]
    assert len(members.load(lan.member_id).consents) == 3

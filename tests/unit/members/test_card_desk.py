"""A member's cards: linked, blocked, replaced, and handed on in a merge; over records in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from quen.errors import MemberNotActiveError, MemberNotFoundError, NotFoundError, ValidationFailedError
from quen.members.card_desk import OWN_REPLACEMENTS_MAX, CardDesk
from quen.members.cards import new_card_code
from quen.members.model import Enrolment, Member, MemberCard, MemberReference, parted, united
from quen.members.model.cards import BLOCKED_KEPT_MAX, CARDS_MAX, with_blocked, with_card
from quen.members.model.errors import CardAlreadyLinkedError, CardBlockedError, CardLimitReachedError
from quen.members.service import Members
from quen.requests import RateLimitedError
from quen.writes import Write
from unit.members.fakes import LOGIN, LOOKUPS, NOW, MemoryRecords, commit_in_memory, make_members

LATER = NOW + timedelta(hours=1)


def unrecorded(_card: MemberCard, _new: MemberCard | None) -> Sequence[Write]:
    return ()


class Counter:
    """Records in memory, members and their cards, and one member in it."""

    def __init__(self) -> None:
        self.records = MemoryRecords()
        self.members: Members = make_members(self.records)
        self.desk = CardDesk(self.records, LOOKUPS)
        self.hoa = self.enrol("0901234567", "hoa")

    def enrol(self, phone: str, subject: str) -> Member:
        login = replace(LOGIN, subject=subject, phone=phone, email=None)
        return self.members.enrol(login, Enrolment(phone=phone), NOW).member

    def link(self, code: str | None = None, member: Member | None = None) -> str:
        """The code of a plastic card that is now the member's."""
        made = self.desk.link((member or self.hoa).member_id, code, NOW, record=unrecorded)
        return made.card_code or code or ""

    def whose(self, code: str) -> str:
        return self.members.resolve(MemberReference(card_code=code))

    def block(self, code: str, member: Member | None = None) -> MemberCard:
        card_id = LOOKUPS.new_card("plastic", code, NOW).card_id
        return self.desk.block((member or self.hoa).member_id, card_id, "lost", LATER, record=unrecorded)

    def merge(self, survivor: Member, merged: Member) -> list[tuple[str, str]]:
        """What the merged member was found by."""
        before = self.members.load(survivor.member_id), self.members.load(merged.member_id)
        ways = sorted((lookup.kind, lookup.digest) for lookup in LOOKUPS.of(before[1]))
        after = united(*before, ways)
        commit_in_memory(self.records.replacing((before[0], after[0]), (before[1], after[1])))
        return ways

    def part(self, survivor: Member, merged: Member, ways: list[tuple[str, str]]) -> None:
        before = self.members.load(survivor.member_id), self.members.load(merged.member_id)
        own = [(lookup.kind, lookup.digest) for lookup in LOOKUPS.own(before[0])]
        after = parted(*before, ways, own, joined_at=NOW, state="active")
        commit_in_memory(self.records.replacing((before[0], after[0]), (before[1], after[1])))


@pytest.fixture
def counter() -> Counter:
    return Counter()


def test_a_member_begins_with_the_card_in_the_app(counter: Counter):
    (card,) = counter.desk.show(counter.hoa.member_id)
    assert (card.kind, card.last_four, card.is_blocked) == ("app", counter.hoa.card_code[-4:], False)
    assert counter.hoa.card_code not in repr(card)


def test_a_plastic_card_and_the_app_s_and_the_phone_lead_to_one_member(counter: Counter):
    printed = new_card_code()
    counter.link(printed.lower())
    ways = [{"card_code": printed}, {"card_code": counter.hoa.card_code}, {"phone": "0901234567"}]
    assert {counter.members.resolve(MemberReference(**way)) for way in ways} == {counter.hoa.member_id}


def test_a_card_that_is_made_tells_its_code_and_one_that_was_printed_does_not(counter: Counter):
    made = counter.desk.link(counter.hoa.member_id, None, NOW, record=unrecorded)
    assert made.card_code
    assert made.card.last_four == made.card_code[-4:]
    assert counter.desk.link(counter.hoa.member_id, new_card_code(), NOW, record=unrecorded).card_code is None


@pytest.mark.parametrize("code", ["", "x", "7K3W9QXMR2T4BC8D0F7K3W", "ĐĐĐĐĐĐĐĐĐĐĐĐĐĐĐĐĐĐ"])
def test_what_is_no_code_is_not_linked(counter: Counter, code: str):
    with pytest.raises(ValidationFailedError):
        counter.link(code)


def test_the_member_s_own_card_again_changes_nothing(counter: Counter):
    code = new_card_code()
    counter.link(code)
    version = counter.members.load(counter.hoa.member_id).version
    counter.link(code)
    assert counter.members.load(counter.hoa.member_id).version == version


def test_another_member_s_card_is_refused_and_stays_theirs(counter: Counter):
    code = counter.link()
    minh = counter.enrol("0907654321", "minh")
    with pytest.raises(CardAlreadyLinkedError):
        counter.link(code, minh)
    assert counter.whose(code) == counter.hoa.member_id


def test_a_member_has_at_most_five_cards_that_work(counter: Counter):
    codes = [counter.link() for _ in range(CARDS_MAX - 1)]
    with pytest.raises(CardLimitReachedError):
        counter.link()
    counter.block(codes[0])
    counter.link()


def test_a_blocked_card_says_so_and_the_others_work_on(counter: Counter):
    code, other = counter.link(), counter.link()
    counter.block(code)
    with pytest.raises(CardBlockedError):
        counter.whose(code)
    assert counter.whose(other) == counter.whose(counter.hoa.card_code) == counter.hoa.member_id
    assert counter.members.load_by(MemberReference(card_code=code)).member_id == counter.hoa.member_id


def test_a_blocked_card_stays_as_it_was_blocked(counter: Counter):
    code = counter.link()
    blocked = counter.block(code)
    assert (blocked.reason, blocked.blocked_at) == ("lost", LATER)
    card_id = blocked.card_id
    again = counter.desk.block(counter.hoa.member_id, card_id, "other", LATER + timedelta(1), record=unrecorded)
    assert again == blocked


def test_a_blocked_code_is_nobody_s_ever_again(counter: Counter):
    code = counter.link()
    counter.block(code)
    with pytest.raises(CardBlockedError):
        counter.link(code)
    with pytest.raises(CardAlreadyLinkedError):
        counter.link(code, counter.enrol("0907654321", "minh"))


def test_a_card_of_another_member_cannot_be_blocked_or_replaced(counter: Counter):
    code, minh = counter.link(), counter.enrol("0907654321", "minh")
    with pytest.raises(NotFoundError):
        counter.block(code, minh)
    card_id = LOOKUPS.new_card("plastic", code, NOW).card_id
    with pytest.raises(NotFoundError):
        counter.desk.replace(minh.member_id, card_id, None, "lost", LATER, record=unrecorded)
    assert counter.whose(code) == counter.hoa.member_id


def test_a_replacement_blocks_the_one_and_links_the_other(counter: Counter):
    code, printed = counter.link(), new_card_code()
    card_id = LOOKUPS.new_card("plastic", code, NOW).card_id
    counter.desk.replace(counter.hoa.member_id, card_id, printed, "lost", LATER, record=unrecorded)
    assert counter.whose(printed) == counter.hoa.member_id
    with pytest.raises(CardBlockedError):
        counter.whose(code)
    assert counter.members.load(counter.hoa.member_id).card_code == counter.hoa.card_code


def test_a_replacement_by_another_member_s_card_changes_nothing(counter: Counter):
    code = counter.link()
    theirs = counter.link(None, counter.enrol("0907654321", "minh"))
    card_id = LOOKUPS.new_card("plastic", code, NOW).card_id
    with pytest.raises(CardAlreadyLinkedError):
        counter.desk.replace(counter.hoa.member_id, card_id, theirs, "lost", LATER, record=unrecorded)
    assert counter.whose(code) == counter.hoa.member_id


def test_who_has_all_the_cards_that_one_may_have_still_replaces_a_lost_one(counter: Counter):
    codes = [counter.link() for _ in range(CARDS_MAX - 1)]
    card_id = LOOKUPS.new_card("plastic", codes[0], NOW).card_id
    counter.desk.replace(counter.hoa.member_id, card_id, None, "lost", LATER, record=unrecorded)
    counter.desk.replace_own(counter.hoa.member_id, LATER)
    with pytest.raises(CardLimitReachedError):
        counter.desk.replace(counter.hoa.member_id, card_id, None, "lost", LATER, record=unrecorded)


def test_a_card_does_not_take_its_own_place(counter: Counter):
    code = counter.link()
    card_id = LOOKUPS.new_card("plastic", code, NOW).card_id
    with pytest.raises(CardAlreadyLinkedError):
        counter.desk.replace(counter.hoa.member_id, card_id, code, "lost", LATER, record=unrecorded)


def test_the_app_shows_the_card_that_took_the_app_s_card_s_place(counter: Counter):
    code = counter.desk.replace_own(counter.hoa.member_id, LATER)
    assert counter.members.card(counter.hoa.member_id).card_code == code
    assert counter.whose(code) == counter.hoa.member_id
    with pytest.raises(CardBlockedError):
        counter.whose(counter.hoa.card_code)


def test_the_app_shows_no_card_that_staff_have_blocked(counter: Counter):
    counter.block(counter.hoa.card_code)
    with pytest.raises(CardBlockedError):
        counter.members.card(counter.hoa.member_id)
    code = counter.desk.replace_own(counter.hoa.member_id, LATER)
    assert counter.members.card(counter.hoa.member_id).card_code == code


def test_a_member_replaces_the_card_three_times_a_day(counter: Counter):
    for minutes in range(OWN_REPLACEMENTS_MAX):
        counter.desk.replace_own(counter.hoa.member_id, NOW + timedelta(minutes=minutes))
    with pytest.raises(RateLimitedError) as limited:
        counter.desk.replace_own(counter.hoa.member_id, NOW + timedelta(hours=23, seconds=1))
    assert limited.value.retry_after_seconds == 3600
    counter.desk.replace_own(counter.hoa.member_id, NOW + timedelta(days=1, seconds=1))


def test_a_closed_member_s_cards_are_left_alone(counter: Counter):
    counter.members.change_state(counter.hoa.member_id, "closed")
    with pytest.raises(MemberNotActiveError):
        counter.link()


def test_the_card_of_a_blocked_member_is_nobody_s_to_a_till(counter: Counter):
    code = counter.link()
    counter.members.change_state(counter.hoa.member_id, "blocked")
    with pytest.raises(MemberNotFoundError):
        counter.whose(code)


def test_a_survivor_has_the_merged_member_s_cards_and_gives_them_back(counter: Counter):
    minh = counter.enrol("0907654321", "minh")
    theirs = counter.link(None, minh)
    ways = counter.merge(counter.hoa, minh)
    assert counter.whose(theirs) == counter.whose(minh.card_code) == counter.hoa.member_id
    brought = [card.brought_by for card in counter.desk.show(counter.hoa.member_id)]
    assert sorted(brought) == ["", minh.member_id, minh.member_id]
    counter.part(counter.hoa, minh, ways)
    assert counter.whose(theirs) == counter.whose(minh.card_code) == minh.member_id
    assert len(counter.desk.show(counter.hoa.member_id)) == 1


def test_a_card_that_the_survivor_s_staff_blocked_comes_back_blocked(counter: Counter):
    minh = counter.enrol("0907654321", "minh")
    theirs, kept = counter.link(None, minh), minh.card_code
    ways = counter.merge(counter.hoa, minh)
    counter.block(theirs)
    with pytest.raises(CardBlockedError):
        counter.whose(theirs)
    counter.part(counter.hoa, minh, ways)
    with pytest.raises(CardBlockedError):
        counter.whose(theirs)
    assert counter.whose(kept) == minh.member_id
    assert [card.is_blocked for card in counter.desk.show(minh.member_id)] == [False, True]


def test_a_card_blocked_two_merges_away_stays_blocked_when_both_are_undone(counter: Counter):
    minh, last = counter.enrol("0907654321", "minh"), counter.enrol("0905555555", "last")
    theirs = counter.link(None, minh)
    first, second = counter.merge(counter.hoa, minh), counter.merge(last, counter.hoa)
    counter.block(theirs, last)
    counter.part(last, counter.hoa, second)
    counter.part(counter.hoa, minh, first)
    with pytest.raises(CardBlockedError):
        counter.whose(theirs)
    assert counter.whose(minh.card_code) == minh.member_id
    assert counter.whose(last.card_code) == last.member_id


def test_a_brought_card_is_replaced_by_one_of_the_survivor_s_own(counter: Counter):
    minh = counter.enrol("0907654321", "minh")
    ways = counter.merge(counter.hoa, minh)
    (brought,) = [card for card in counter.desk.show(counter.hoa.member_id) if card.brought_by]
    made = counter.desk.replace(counter.hoa.member_id, brought.card_id, None, "lost", LATER, record=unrecorded)
    assert (made.card.kind, made.card.brought_by) == ("plastic", "")
    assert counter.members.card(counter.hoa.member_id).card_code == counter.hoa.card_code
    counter.part(counter.hoa, minh, ways)
    assert counter.whose(made.card_code or "") == counter.hoa.member_id


def test_a_profile_forgets_the_oldest_of_very_many_blocked_cards_but_never_the_app_s():
    cards: tuple[MemberCard, ...] = (LOOKUPS.new_card("app", new_card_code(), NOW),)
    app = cards[0]
    cards = with_blocked(cards, app.card_id, "lost", NOW)
    for number in range(BLOCKED_KEPT_MAX + 5):
        card = LOOKUPS.new_card("plastic", new_card_code(), NOW)
        cards = with_blocked(with_card(cards, card), card.card_id, "lost", NOW + timedelta(days=number + 1))
    assert len(cards) == BLOCKED_KEPT_MAX + 1
    assert cards[0].card_id == app.card_id
    assert min(card.blocked_at or NOW for card in cards[1:]) == NOW + timedelta(days=6)

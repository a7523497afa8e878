"""What every MemberRecords does: run over the records in memory and over the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from quen.errors import MemberAlreadyExistsError, MemberNotFoundError
from quen.members.cards import new_card_code
from quen.members.lookups import Lookup
from quen.members.model import ACTIVE_SHARDS, Member, birthday_shard, member_shard, parted, united
from quen.members.model.cards import with_blocked, without_blocked
from quen.members.model.errors import CardAlreadyLinkedError
from quen.members.ports import Found, MemberRecords, StaleMemberError
from quen.writes import TransactionRefusedError, Write
from unit.members.fakes import LOOKUPS, NOW, make_consent, make_member

OTHER = "mem_0000000000000002"


Commit = Callable[[Sequence[Write]], None]


def merge(records: MemberRecords, commit: Commit, survivor: Member, merged: Member) -> tuple[Member, Member]:
    """Both as they are then kept."""
    after = united(survivor, merged, ways(merged))
    commit(records.replacing((survivor, after[0]), (merged, after[1])))
    return after


def ways(member: Member) -> list[tuple[str, str]]:
    return sorted((lookup.kind, lookup.digest) for lookup in LOOKUPS.of(member))


def add_two(records: MemberRecords) -> tuple[Member, Member]:
    """One with a phone, and one with a phone and an address."""
    survivor = make_member()
    merged = make_member(OTHER, phone="+84911111111", email="hoa@example.com")
    records.add(survivor, [])
    records.add(merged, [])
    return survivor, merged


def everybody(records: MemberRecords, limit: int = 10) -> list[str]:
    """All active members, shard by shard and page by page, in the order of their ids."""
    seen: list[str] = []
    for shard in range(ACTIVE_SHARDS):
        cursor = None
        while True:
            page = records.list_active(shard, cursor, limit)
            assert len(page.member_ids) <= limit
            assert all(member_shard(member_id) == f"active#{shard}" for member_id in page.member_ids)
            seen += page.member_ids
            cursor = page.cursor
            if cursor is None:
                break
    return sorted(seen)


class MemberRecordsContract:
    """Subclasses give the fixtures `records` and `commit`, which makes the writes of `replacing`."""

    def test_a_profile_comes_back_as_it_was_added(self, records: MemberRecords):
        member = make_member(
            email="hoa@example.com",
            consents=(make_consent(recorded_at=NOW + timedelta(microseconds=5)),),
            referral_code="BAN-BE",
            tags=("press", "vip"),
        )
        records.add(member, [])
        assert records.load(member.member_id) == member

    def test_a_profile_of_nothing_but_an_address_comes_back(self, records: MemberRecords):
        member = make_member(
            phone=None, email="a@example.com", name=None, birthday=None, birthday_set_at=None, locale=None
        )
        records.add(member, [])
        assert records.load(member.member_id) == member

    def test_an_unknown_member_is_not_found(self, records: MemberRecords):
        with pytest.raises(MemberNotFoundError):
            records.load(OTHER)
        assert records.find_member(OTHER) is None
        assert records.find(LOOKUPS.phone("+84900000000")) is None

    def test_every_lookup_leads_to_the_member(self, records: MemberRecords):
        member = make_member(email="hoa@example.com")
        records.add(member, [])
        found = Found(member.member_id, "active")
        assert len(LOOKUPS.of(member)) == 4
        assert {records.find(lookup) for lookup in LOOKUPS.of(member)} == {found}
        assert records.find_member(member.member_id) == found

    @pytest.mark.parametrize("taken", ["phone", "email", "login_key"])
    def test_what_belongs_to_one_member_is_refused_to_another(self, records: MemberRecords, taken: str):
        first = make_member(email="hoa@example.com")
        records.add(first, [])
        second = make_member(OTHER, phone="+84900000000", email="lan@example.com")
        with pytest.raises(MemberAlreadyExistsError):
            records.add(replace(second, **{taken: getattr(first, taken)}), [])
        with pytest.raises(MemberNotFoundError):
            records.load(OTHER)
        assert records.find(LOOKUPS.phone("+84900000000")) is None

    def test_adding_the_same_member_again_is_adding_it_once(self, records: MemberRecords):
        member = make_member()
        records.add(member, [])
        records.add(member, [])
        assert records.load(member.member_id) == member

    def test_a_change_moves_the_claims(self, records: MemberRecords):
        before = make_member()
        after = replace(before, phone="+84911111111", email="hoa@example.com", version=2)
        records.add(before, [])
        records.replace(before, after)
        assert records.load(before.member_id) == after
        assert records.find(LOOKUPS.phone("+84901234567")) is None
        assert records.find(LOOKUPS.phone("+84911111111")) == Found(before.member_id, "active")
        records.add(make_member(OTHER), [])

    def test_a_change_to_what_is_another_members_is_refused_whole(self, records: MemberRecords):
        before, other = make_member(), make_member(OTHER, phone="+84911111111")
        records.add(before, [])
        records.add(other, [])
        with pytest.raises(MemberAlreadyExistsError):
            records.replace(before, replace(before, phone="+84911111111", name="X", version=2))
        assert records.load(before.member_id) == before
        assert records.find(LOOKUPS.phone("+84901234567")) == Found(before.member_id, "active")

    def test_a_change_of_an_older_version_is_stale(self, records: MemberRecords):
        before = make_member()
        records.add(before, [])
        records.replace(before, replace(before, name="One", version=2))
        with pytest.raises(StaleMemberError):
            records.replace(before, replace(before, name="Two", version=2))
        assert records.load(before.member_id).name == "One"

    def test_a_change_of_state_reaches_every_lookup(self, records: MemberRecords):
        before = make_member()
        records.add(before, [])
        records.replace(before, replace(before, state="blocked", version=2))
        assert {records.find(lookup) for lookup in LOOKUPS.of(before)} == {Found(before.member_id, "blocked")}

    def test_birthdays_come_in_pages_each_member_once(self, records: MemberRecords):
        day = date(1996, 2, 29)
        members = [
            make_member(f"mem_00000000000000{number:02d}", phone=f"+849012345{number:02d}", birthday=day)
            for number in range(40)
        ]
        for member in members:
            records.add(member, [])
        seen: list[str] = []
        for shard in range(8):
            cursor = None
            while True:
                page = records.list_birthdays("02-29", shard, cursor, 2)
                assert len(page.member_ids) <= 2
                assert all(birthday_shard(day, member_id) == f"02-29#{shard}" for member_id in page.member_ids)
                seen.extend(page.member_ids)
                cursor = page.cursor
                if cursor is None:
                    break
        assert sorted(seen) == [member.member_id for member in members]

    @pytest.mark.parametrize("change", [{"birthday": None}, {"state": "closed"}])
    def test_a_birthday_that_is_taken_out_or_whose_member_left_leaves_the_index(self, records: MemberRecords, change):
        before = make_member()
        shard = int(birthday_shard(date(1994, 2, 28), before.member_id)[-1])
        records.add(before, [])
        assert records.list_birthdays("02-28", shard, None, 10).member_ids == (before.member_id,)
        records.replace(before, replace(before, **change, version=2))
        assert records.list_birthdays("02-28", shard, None, 10).member_ids == ()

    def test_all_active_members_come_in_pages_each_once(self, records: MemberRecords):
        members = [
            make_member(f"mem_00000000000000{number:02d}", phone=f"+849012345{number:02d}") for number in range(40)
        ]
        for member in members:
            records.add(member, [])
        assert everybody(records, limit=2) == [member.member_id for member in members]

    @pytest.mark.parametrize("state", ["inactive", "blocked", "closed"])
    def test_who_is_not_active_is_not_among_all_until_they_are_again(self, records: MemberRecords, state):
        before = make_member()
        records.add(before, [])
        away = replace(before, state=state, version=2)
        records.replace(before, away)
        assert everybody(records) == []
        records.replace(away, replace(before, version=3))
        assert everybody(records) == [before.member_id]

    def test_of_two_members_who_became_one_the_survivor_is_among_all(self, records: MemberRecords, commit: Commit):
        survivor, merged = add_two(records)
        merge(records, commit, survivor, merged)
        assert everybody(records) == [survivor.member_id]

    def test_all_that_a_merged_member_is_found_by_leads_to_the_survivor(self, records: MemberRecords, commit: Commit):
        survivor, merged = add_two(records)
        kept = merge(records, commit, survivor, merged)
        assert (records.load(survivor.member_id), records.load(OTHER)) == kept
        assert {records.find(lookup) for lookup in LOOKUPS.own(merged)} == {Found(survivor.member_id, "active")}
        assert records.find_member(OTHER) == Found(OTHER, "closed", survivor.member_id)

    def test_a_change_of_state_reaches_what_was_taken_over(self, records: MemberRecords, commit: Commit):
        survivor, merged = add_two(records)
        joined, _ = merge(records, commit, survivor, merged)
        records.replace(joined, replace(joined, state="blocked", version=joined.version + 1))
        assert {records.find(lookup) for lookup in LOOKUPS.own(merged)} == {Found(survivor.member_id, "blocked")}

    def test_a_survivor_who_is_merged_hands_on_what_was_taken_over(self, records: MemberRecords, commit: Commit):
        survivor, merged = add_two(records)
        last = make_member("mem_0000000000000003", phone="+84922222222")
        records.add(last, [])
        joined, _ = merge(records, commit, survivor, merged)
        merge(records, commit, last, joined)
        for member in (survivor, merged):
            assert {records.find(lookup) for lookup in LOOKUPS.own(member)} == {Found(last.member_id, "active")}

    def test_the_merged_member_s_number_can_become_the_survivor_s_own_and_stays_theirs(
        self, records: MemberRecords, commit: Commit
    ):
        survivor, merged = add_two(records)
        joined, _ = merge(records, commit, survivor, merged)
        moved = replace(joined, phone=merged.phone, version=joined.version + 1)
        records.replace(joined, moved)
        assert records.find(LOOKUPS.phone("+84901234567")) is None
        records.replace(moved, replace(moved, phone="+84933333333", version=moved.version + 1))
        assert records.find(LOOKUPS.phone("+84911111111")) == Found(survivor.member_id, "active")

    def test_a_merge_undone_gives_back_what_the_merged_member_was_found_by(
        self, records: MemberRecords, commit: Commit
    ):
        survivor, merged = add_two(records)
        before = merge(records, commit, survivor, merged)
        own = ways(survivor)
        after = parted(*before, ways(merged), own, joined_at=survivor.joined_at, state="inactive")
        commit(records.replacing((before[0], after[0]), (before[1], after[1])))
        assert {records.find(lookup) for lookup in LOOKUPS.own(merged)} == {Found(OTHER, "inactive")}
        assert {records.find(lookup) for lookup in LOOKUPS.own(survivor)} == {Found(survivor.member_id, "active")}
        assert records.load(survivor.member_id) == replace(survivor, version=3)
        assert records.load(OTHER) == replace(merged, state="inactive", version=3)

    def test_a_merge_of_an_older_version_changes_nothing(self, records: MemberRecords, commit: Commit):
        survivor, merged = add_two(records)
        records.replace(merged, replace(merged, name="Hoa", version=2))
        with pytest.raises(TransactionRefusedError) as refused:
            merge(records, commit, survivor, merged)
        assert [*refused.value.refusals] == [f"profile {OTHER}"]
        assert records.load(survivor.member_id) == survivor
        assert {records.find(lookup) for lookup in LOOKUPS.own(merged)} == {Found(OTHER, "active")}

    def test_a_card_is_one_member_s_and_whoever_comes_second_is_refused(self, records: MemberRecords):
        first, second = add_two(records)
        card = LOOKUPS.new_card("plastic", new_card_code(), NOW)
        records.replace(first, replace(first, cards=(card,), version=2))
        with pytest.raises(CardAlreadyLinkedError):
            records.replace(second, replace(second, cards=(card,), version=2))
        assert records.find(Lookup("card", card.digest)) == Found(first.member_id, "active")
        assert records.load(first.member_id).cards == (card,)
        assert records.load(OTHER) == second

    def test_a_blocked_card_leads_nowhere_and_is_nobody_else_s(self, records: MemberRecords):
        first, second = add_two(records)
        card = LOOKUPS.new_card("plastic", new_card_code(), NOW)
        linked = replace(first, cards=(card,), version=2)
        records.replace(first, linked)
        blocked = replace(card, blocked_at=NOW, reason="lost")
        without = replace(linked, cards=(blocked,), version=3)
        records.replace(linked, without)
        assert records.find(Lookup("card", card.digest)) == Found(first.member_id, "active", is_blocked_card=True)
        assert records.load(first.member_id).cards == (blocked,)
        with pytest.raises(CardAlreadyLinkedError):
            records.replace(second, replace(second, cards=(card,), version=2))
        records.replace(without, replace(without, state="inactive", version=4))
        found = records.find(Lookup("card", card.digest))
        assert found
        assert (found.member_id, found.is_blocked_card) == (first.member_id, True)

    def test_a_card_blocked_at_the_survivor_s_stays_blocked_when_the_merge_is_undone(
        self, records: MemberRecords, commit: Commit
    ):
        survivor, merged = add_two(records)
        card = LOOKUPS.new_card("plastic", new_card_code(), NOW)
        with_card = replace(merged, cards=(card,), version=2)
        records.replace(merged, with_card)
        joined, away = merge(records, commit, survivor, with_card)
        assert records.find(Lookup("card", card.digest)) == Found(survivor.member_id, "active")
        cards = with_blocked(joined.cards, card.card_id, "lost", NOW)
        kept = without_blocked(joined.taken_over, cards)
        after = replace(joined, cards=cards, taken_over=kept, version=joined.version + 1)
        records.replace(joined, after)
        parts = parted(after, away, ways(with_card), ways(survivor), joined_at=survivor.joined_at, state="active")
        commit(records.replacing((after, parts[0]), (away, parts[1])))
        found = records.find(Lookup("card", card.digest))
        assert found
        assert found.is_blocked_card
        assert records.find(LOOKUPS.card(merged.card_code)) == Found(OTHER, "active")
        assert [one.is_blocked for one in records.load(OTHER).cards] == [True]
        assert records.load(survivor.member_id).cards == ()

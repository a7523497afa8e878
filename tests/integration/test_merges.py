"""What becomes of a merge: by whom the merged member is found, whose gift it was, and what stands in the way of undoing it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import make_program, make_purchase
from house import FixedPrograms, House, MovableClock, adjust, enrol, member
from quen.errors import (
    InsufficientPointsError,
    MemberAlreadyExistsError,
    MemberNotActiveError,
    MemberNotFoundError,
    RewardLimitReachedError,
    ValidationFailedError,
)
from quen.ledger.model import GrantBonus
from quen.members.model import Login, MemberReference
from quen.members.model.merging import TAKEN_OVER_MAX
from quen.members.ports import Found
from quen.money import Money
from quen.program.model import Reward
from quen.returns.model import Goods
from quen.rewards.model import PointsWanted, RewardWanted
from tables import create_tables, open_mocked

PARTNER = "ptn_1"
LAN, OTHER_LAN, THIRD_LAN = "+84901234567", "+84907654321", "+84905555555"
BIRTHDAY = GrantBonus("birthday", 50, "2026", "birthday")


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        house = House(client, create_tables(client), MovableClock())
        house.programs = FixedPrograms(make_program(rewards=(Reward("mug", {"en": "Mug"}, 5, per_member=1),)))
        yield house
        assert house.verification.verify_all().is_sound


@pytest.fixture
def lan(house: House) -> str:
    return enrol(house, LAN)


@pytest.fixture
def other(house: House) -> str:
    return enrol(house, OTHER_LAN)


def merge(house: House, survivor: str, merged: str, key: str = "m") -> str:
    done = house.merges.merge(
        survivor, merged, reason="same person", actor="staff-1", idempotency_key=key, fingerprint=survivor + merged
    )
    return str(done.result["merge_id"])


def active(house: House, member_id: str) -> int:
    points: int = house.ledger.show_account(member_id)["points"]["active"]
    return points


def login_of(phone: str) -> Login:
    return Login("https://issuer.test", f"sub-{phone}", phone=phone)


def test_a_merge_says_what_it_carried_and_undoing_it_what_has_gone_back(house: House, lan: str, other: str) -> None:
    adjust(house, other, 100)
    merge_id = merge(house, lan, other)
    carried = {"active": 120, "pending": 0, "debt": 0}
    assert house.merges.load(merge_id)["points"] == carried
    assert house.merges.load(merge_id)["undo_until"] == "2026-12-22T05:00:00Z"
    assert house.merges.undo(merge_id, actor="staff-1").result["points"] == carried


def test_a_survivor_who_is_blocked_is_blocked_by_whichever_number(house: House, lan: str, other: str) -> None:
    merge(house, lan, other)
    house.members.change_state(lan, "blocked")
    for reference in (MemberReference(phone=LAN), MemberReference(phone=OTHER_LAN), MemberReference(member_id=other)):
        with pytest.raises(MemberNotFoundError):
            house.members.resolve(reference)
    house.members.change_state(lan, "active")
    assert house.members.resolve(MemberReference(phone=OTHER_LAN)) == lan


def test_a_till_that_kept_the_merged_member_s_id_finds_the_survivor(house: House, lan: str, other: str) -> None:
    merge(house, lan, other)
    assert house.members.resolve(member(other)) == lan
    bought = make_purchase(100_000, at=house.clock.now())
    assert house.purchases.record(PARTNER, member(other), bought, "f").result["member_id"] == lan


def test_a_survivor_who_is_merged_in_turn_is_undone_last_in_first_out(house: House, lan: str, other: str) -> None:
    third = enrol(house, THIRD_LAN)
    first, second = merge(house, lan, other), merge(house, third, lan, "m2")
    assert {house.members.resolve(MemberReference(phone=phone)) for phone in (LAN, OTHER_LAN, THIRD_LAN)} == {third}
    assert active(house, third) == 60
    with pytest.raises(MemberNotActiveError, match="undo that merge first"):
        house.merges.undo(first, actor="staff-1")
    house.merges.undo(second, actor="staff-1")
    assert house.members.resolve(MemberReference(phone=OTHER_LAN)) == lan
    house.merges.undo(first, actor="staff-1")
    assert [house.members.resolve(MemberReference(phone=phone)) for phone in (LAN, OTHER_LAN)] == [lan, other]
    assert [active(house, one) for one in (lan, other, third)] == [20, 20, 20]


def test_two_merges_into_one_member_can_be_undone_in_any_order(house: House, other: str) -> None:
    house.clock.instant += timedelta(days=1)  # type: ignore[attr-defined] # the test's own clock
    lan, third = enrol(house, LAN), enrol(house, THIRD_LAN)
    joined = [house.members.load(one) for one in (lan, other, third)]
    first, second = merge(house, lan, other), merge(house, lan, third, "m2")
    for merge_id in (first, second):
        house.merges.undo(merge_id, actor="staff-1")
    for before in joined:
        assert house.members.load(before.member_id) == replace(
            before, version=house.members.load(before.member_id).version
        )


def test_the_survivor_may_take_the_merged_number_as_their_own_and_then_keeps_it(
    house: House, lan: str, other: str
) -> None:
    merge_id = merge(house, lan, other)
    now = house.clock.now()
    house.members.change(lan, {"phone": OTHER_LAN}, login_of(OTHER_LAN), now)
    with pytest.raises(MemberAlreadyExistsError, match="change that first"):
        house.merges.undo(merge_id, actor="staff-1")
    house.members.change(lan, {"phone": THIRD_LAN}, login_of(THIRD_LAN), now)
    house.merges.undo(merge_id, actor="staff-1")
    assert house.members.resolve(MemberReference(phone=OTHER_LAN)) == other


def test_a_gateway_that_still_knows_the_merged_member_changes_no_profile(house: House, lan: str, other: str) -> None:
    merge(house, lan, other)
    with pytest.raises(MemberNotFoundError):
        house.members.change(other, {"name": "Lan"}, login_of(OTHER_LAN), house.clock.now())


def test_a_birthday_gift_on_its_way_to_the_merged_member_is_not_given(house: House, lan: str, other: str) -> None:
    """The job had planned both; after the merge the person has one birthday, and gets one gift."""
    merge(house, lan, other)
    with pytest.raises(MemberNotActiveError):
        house.ledger.grant(other, BIRTHDAY)
    assert not house.ledger.grant(lan, BIRTHDAY).replayed
    assert active(house, lan) == 90


def test_a_gift_between_the_reading_of_the_claims_and_the_merge_is_seen(house: House, lan: str, other: str) -> None:
    """Whatever moves the merged account makes the merge read anew, its claims included."""
    plain = house.ledger.list_documents
    given: list[str] = []

    def list_and_then_give(partition: str, prefix: str = "") -> object:
        found = plain(partition, prefix)
        if partition == f"MEMBER#{other}" and prefix.startswith("CLAIM#birthday") and not given:
            given.append("gift")
            house.ledger.grant(other, BIRTHDAY)
        return found

    house.ledger.list_documents = list_and_then_give  # type: ignore[method-assign, assignment] # the moment between
    merge(house, lan, other)
    house.ledger.list_documents = plain  # type: ignore[method-assign] # and back
    assert given
    assert house.ledger.grant(lan, BIRTHDAY).replayed
    assert active(house, lan) == 90


def test_limits_per_person_count_what_both_have_had(house: House, lan: str, other: str) -> None:
    reserved = house.rewards.reserve(
        member(other), RewardWanted("mug"), idempotency_key="k", fingerprint="f", partner_id=PARTNER
    )
    redemption_id = str(reserved.result["redemption_id"])
    house.rewards.redeem(redemption_id, partner_id=PARTNER)
    merge(house, lan, other)
    with pytest.raises(RewardLimitReachedError):
        house.rewards.reserve(
            member(lan), RewardWanted("mug"), idempotency_key="k2", fingerprint="f", partner_id=PARTNER
        )
    house.rewards.refund(redemption_id, partner_id=PARTNER)
    assert active(house, lan) == 40  # what the merged member had paid comes back to the survivor


def test_a_refund_of_a_survivor_s_redemption_after_undoing_stays_where_it_was_spent(
    house: House, lan: str, other: str
) -> None:
    merge_id = merge(house, lan, other)
    reserved = house.rewards.reserve(
        member(lan), PointsWanted(30), idempotency_key="k", fingerprint="f", partner_id=PARTNER
    )
    with pytest.raises(InsufficientPointsError):
        house.merges.undo(merge_id, actor="staff-1")
    house.rewards.release(str(reserved.result["redemption_id"]), partner_id=PARTNER)
    house.merges.undo(merge_id, actor="staff-1")
    assert (active(house, lan), active(house, other)) == (20, 20)


def test_a_return_after_undoing_is_the_merged_member_s_own_again(house: House, lan: str, other: str) -> None:
    house.purchases.record(PARTNER, member(other), make_purchase(500_000, at=house.clock.now()), "f")
    merge_id = merge(house, lan, other)
    house.returns.record(PARTNER, "B-1", Goods("R-1", house.clock.now(), Money(200_000, "VND")), "r1")
    assert active(house, lan) == 20 + 20 + 30
    house.clock.instant += timedelta(days=1)  # type: ignore[attr-defined] # the test's own clock
    adjust(house, lan, 20)  # what the return took is made up for, or it would be missing
    house.merges.undo(merge_id, actor="staff-1")
    house.returns.record(PARTNER, "B-1", Goods("R-2", house.clock.now(), Money(300_000, "VND")), "r2")
    assert active(house, other) == 20 + 50 - 30


def test_an_account_that_goes_leaves_nothing_due(house: House, lan: str, other: str) -> None:
    merge(house, lan, other)
    gone = house._ledger_store.load(other)
    assert (gone.lots, gone.pending, gone.debt, gone.moved_to) == ({}, {}, 0, lan)
    assert house._member_store.find_member(other) == Found(other, "closed", lan)
    with pytest.raises(MemberNotActiveError):
        merge(house, enrol(house, THIRD_LAN), other, "m2")


def test_no_more_is_merged_into_one_member_than_moves_in_one_transaction(house: House, lan: str) -> None:
    for number in range(TAKEN_OVER_MAX // 3):
        merge(house, lan, enrol(house, f"+8490000{number:04d}"), f"m{number}")
    with pytest.raises(ValidationFailedError):
        merge(house, lan, enrol(house, OTHER_LAN), "one too many")
    house.members.change_state(lan, "inactive")
    with pytest.raises(MemberNotActiveError):
        house.members.resolve(MemberReference(phone="+84900000003"))


def test_a_receipt_that_the_merged_member_claimed_is_the_survivor_s(house: House, lan: str, other: str) -> None:
    code = house.receipts.record(PARTNER, make_purchase(at=house.clock.now()), "f").result["claim_code"]
    first = house.receipts.claim(other, code)
    merge(house, lan, other)
    again = house.receipts.claim(lan, code)
    assert (again.replayed, again.result) == (True, first.result)

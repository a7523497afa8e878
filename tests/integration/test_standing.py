"""Member states that gate earning and spending, and members who are one person: merged, and two again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import make_program, make_purchase
from house import FixedPrograms, House, MovableClock, adjust, enrol, member
from quen.errors import (
    IdempotencyKeyReusedError,
    InsufficientPointsError,
    MemberNotActiveError,
    MemberNotFoundError,
    NotFoundError,
    RedemptionsOpenError,
    TooLateError,
    ValidationFailedError,
)
from quen.ledger.documents import Outcome
from quen.ledger.model import GrantBonus, verify
from quen.members.model import Login, MemberReference
from quen.money import Money
from quen.program.model import Expiry, StoredValuePolicy
from quen.returns.model import Goods
from quen.rewards.model import PointsWanted
from tables import create_tables, open_mocked

PARTNER = "ptn_1"
LAN, OTHER_LAN = "+84901234567", "+84907654321"


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        house = House(client, create_tables(client), MovableClock())
        house.programs = FixedPrograms(make_program(stored_value=StoredValuePolicy(1_000_000)))
        yield house


def buy(house: House, reference: MemberReference, amount: int, purchase_id: str) -> None:
    purchase = make_purchase(amount, purchase_id=purchase_id, at=house.clock.now())
    house.purchases.record(PARTNER, reference, purchase, "f")


def merge(house: House, survivor: str, merged: str, key: str = "m") -> Outcome:
    return house.merges.merge(
        survivor, merged, reason="same person", actor="staff-1", idempotency_key=key, fingerprint=survivor + merged
    )


def points(house: House, member_id: str) -> dict[str, int]:
    store = house._ledger_store
    assert verify(store.load(member_id), store.read_history(member_id)) is None
    shown: dict[str, int] = house.ledger.show_account(member_id)["points"]
    return shown


def advance(house: House, **by: float) -> None:
    assert isinstance(house.clock, MovableClock)
    house.clock.advance(**by)


@pytest.mark.parametrize("state", ["inactive", "blocked", "closed"])
def test_a_state_gates_earning_and_spending_in_the_account_itself(house: House, state: str) -> None:
    """Whoever has found the member before the change, a till's look-up say, is refused by the account."""
    lan = enrol(house)
    buy(house, member(lan), 1_000_000, "B-1")
    house.members.change_state(lan, state)  # type: ignore[arg-type] # one of the states

    class Found:
        """A till's look-up of a moment ago."""

        def resolve(self, reference: MemberReference, pointer: str = "") -> str:
            return lan

    house.purchases._members = Found()
    house.rewards._members = Found()
    with pytest.raises(MemberNotActiveError):
        buy(house, member(lan), 1, "B-2")
    with pytest.raises(MemberNotActiveError):
        house.rewards.reserve(member(lan), PointsWanted(1), idempotency_key="k", fingerprint="f", partner_id=PARTNER)
    with pytest.raises(MemberNotActiveError):
        house.ledger.grant(lan, GrantBonus("birthday", 50, "2026", "birthday"))
    goods = Goods("R-1", house.clock.now(), Money(400_000, "VND"))
    assert house.returns.record(PARTNER, "B-1", goods, "r").result["points"]["reversed"] == 40
    advance(house, days=400)
    assert points(house, lan)["active"] == 0  # expiry runs on
    assert house.ledger.bring_up_to_date(lan, house.clock.now())[-1].kind == "expire"


def test_a_state_can_be_taken_back_but_for_a_closed_one(house: House) -> None:
    lan = enrol(house)
    house.members.change_state(lan, "blocked")
    with pytest.raises(MemberNotFoundError):
        house.members.resolve(MemberReference(phone=LAN))
    assert house.members.change_state(lan, "active").state == "active"
    sequence = house.ledger.show_account(lan)["sequence"]
    house.members.change_state(lan, "active")
    assert house.ledger.show_account(lan)["sequence"] == sequence
    buy(house, MemberReference(phone=LAN), 100_000, "B-1")
    kinds = [(entry["kind"], entry["reason"]) for entry in house.ledger.list_entries(lan, None, 3)[0]]
    assert kinds == [("earn", None), ("state", "active"), ("state", "blocked")]
    house.members.change_state(lan, "closed")
    with pytest.raises(MemberNotActiveError):
        house.members.change_state(lan, "active")


def test_a_merged_member_s_everything_is_the_survivor_s(house: House) -> None:
    other = enrol(house, OTHER_LAN)
    buy(house, member(other), 1_000_000, "B-1")
    house.ledger.grant(other, GrantBonus("birthday", 50, "2026", "birthday"))
    joined = house.members.load(other).joined_at
    advance(house, days=30)
    lan = enrol(house)
    answer = merge(house, lan, other)
    assert (answer.result["survivor_id"], answer.result["merged_id"], answer.result["state"]) == (lan, other, "merged")
    assert points(house, lan) == {"active": 20 + 20 + 100 + 50, "pending": 0, "held": 0, "debt": 0}
    assert points(house, other)["active"] == 190  # asked by its old id, the survivor answers
    assert merge(house, lan, other) == Outcome(answer.result, replayed=True)
    for phone in (LAN, OTHER_LAN):
        assert house.members.resolve(MemberReference(phone=phone)) == lan
    assert house.members.find_member_id(Login("https://issuer.test", f"sub-{OTHER_LAN}")) == lan
    assert house.members.load(lan).joined_at == joined
    assert house.members.load(other).state == "closed"
    buy(house, MemberReference(phone=OTHER_LAN), 100_000, "B-2")
    assert points(house, lan)["active"] == 200
    goods = Goods("R-1", house.clock.now(), Money(1_000_000, "VND"))
    assert house.returns.record(PARTNER, "B-1", goods, "r").result["member_id"] == lan
    assert points(house, lan)["active"] == 100
    gift = house.ledger.grant(lan, GrantBonus("birthday", 50, "2026", "birthday"))
    assert gift.replayed  # one birthday a year, whichever of the two had it
    with pytest.raises(IdempotencyKeyReusedError):
        merge(house, other, lan)


def test_a_holiday_that_the_merged_member_had_is_not_given_to_the_survivor_again(house: House) -> None:
    tet = GrantBonus("holiday", 88, "tet:2026", "holiday:tet")
    lan, other = enrol(house), enrol(house, OTHER_LAN)
    house.ledger.grant(other, tet)
    merge(house, lan, other)
    assert points(house, lan)["active"] == 20 + 20 + 88
    assert house.ledger.grant(lan, tet).replayed
    assert points(house, lan)["active"] == 20 + 20 + 88


def test_a_merge_can_be_undone_and_both_have_what_was_theirs(house: House) -> None:
    lan, other = enrol(house), enrol(house, OTHER_LAN)
    buy(house, member(other), 1_000_000, "B-1")
    house.stored_values.adjust(other, 70_000, "gift", actor="s", idempotency_key="v", fingerprint="v")
    merge_id = str(merge(house, lan, other).result["merge_id"])
    buy(house, MemberReference(phone=OTHER_LAN), 300_000, "B-2")
    undone = house.merges.undo(merge_id, actor="staff-2")
    assert undone.result["state"] == "undone"
    assert (points(house, lan)["active"], points(house, other)["active"]) == (20 + 30, 20 + 100)
    assert house.ledger.show_account(other)["stored_value"]["amount"] == 70_000
    assert house.members.resolve(MemberReference(phone=OTHER_LAN)) == other
    assert house.members.find_member_id(Login("https://issuer.test", f"sub-{OTHER_LAN}")) == other
    assert house.members.load(other).state == "active"
    assert house.merges.undo(merge_id, actor="staff-3") == Outcome(undone.result, replayed=True)
    assert house.merges.load(merge_id)["state"] == "undone"
    buy(house, MemberReference(phone=OTHER_LAN), 100_000, "B-3")
    assert points(house, other)["active"] == 130


def test_what_is_spent_cannot_go_back_and_then_nothing_does(house: House) -> None:
    lan, other = enrol(house), enrol(house, OTHER_LAN)
    adjust(house, other, 100)
    merge_id = str(merge(house, lan, other).result["merge_id"])
    adjust(house, lan, -100, "spent")
    before = house._ledger_store.load(lan)
    with pytest.raises(InsufficientPointsError):
        house.merges.undo(merge_id, actor="staff-1")
    assert house._ledger_store.load(lan) == before
    assert house.members.resolve(MemberReference(phone=OTHER_LAN)) == lan


def test_points_that_have_expired_or_become_active_since_are_told_apart_when_a_merge_is_undone(house: House) -> None:
    program = make_program()
    policy = replace(program.points, pending_days=5, expiry=Expiry("days", 30))
    house.programs = FixedPrograms(replace(program, points=policy))
    lan, other = enrol(house), enrol(house, OTHER_LAN)
    adjust(house, other, 40, expires_on=house.clock.now().date())
    buy(house, member(other), 600_000, "B-1")
    merge_id = str(merge(house, lan, other).result["merge_id"])
    advance(house, days=6)
    house.merges.undo(merge_id, actor="staff-1")
    assert points(house, other) == {"active": 20 + 60, "pending": 0, "held": 0, "debt": 0}
    assert points(house, lan)["active"] == 20


def test_a_merge_that_cannot_be_is_refused_and_changes_nothing(house: House) -> None:
    lan, other = enrol(house), enrol(house, OTHER_LAN)
    with pytest.raises(ValidationFailedError):
        merge(house, lan, lan)
    with pytest.raises(MemberNotFoundError):
        merge(house, lan, "mem_0000000000000000")
    house.rewards.reserve(member(other), PointsWanted(5), idempotency_key="k", fingerprint="f", partner_id=PARTNER)
    with pytest.raises(RedemptionsOpenError):
        merge(house, lan, other)
    advance(house, minutes=20)  # the reservation has lapsed
    merge_id = str(merge(house, lan, other).result["merge_id"])
    with pytest.raises(MemberNotActiveError):
        merge(house, lan, other, "again")
    with pytest.raises(NotFoundError):
        house.merges.undo("mrg_0000000000000000", actor="s")
    advance(house, days=31)
    with pytest.raises(TooLateError):
        house.merges.undo(merge_id, actor="staff-1")

"""Sixteen tills and one last use: one has it, on a DynamoDB that is exact about transactions. So it is with the last gift."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from engine.test_races import PARTNER, RACERS, check_books, kinds, race
from factories import make_program
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.errors import RewardLimitReachedError, RewardNotAvailableError
from quen.ledger.model import apply
from quen.ledger.model.draft import Draft
from quen.ledger.model.values import Reference
from quen.ledger.ports import Change
from quen.program.model import Perk, Quota, Tier
from quen.rewards.model import PerkWanted, RewardWanted, Wanted

pytestmark = pytest.mark.engine
PROGRAM = replace(
    make_program(),
    tiers=(Tier("member", {"en": "Member"}),),
    perks=(Perk("rides", {"en": "Free rides"}, tiers=("member",), quota=Quota("month", 2)),),
)


@pytest.fixture
def house(engine: Any, tables: dict[str, str]) -> House:
    made = House(engine, tables, MovableClock())
    made.programs = FixedPrograms(PROGRAM)
    assert all((made.rewards, made.members, made.vouchers))  # made before the threads are
    return made


def ask(house: House, member_id: str, wanted: Wanted, key: str) -> Any:
    return house.rewards.reserve(member(member_id), wanted, idempotency_key=key, fingerprint="f", partner_id=PARTNER)


def test_sixteen_tills_want_the_last_ride_and_one_has_it(house: House) -> None:
    member_id = enrol(house)
    ask(house, member_id, PerkWanted("rides"), "first")
    results = race(lambda number: ask(house, member_id, PerkWanted("rides"), f"k{number}"))
    assert kinds(results) == {"done": 1, RewardLimitReachedError.__name__: RACERS - 1}
    assert house.ledger.load_account(member_id).rewards == {"rides/2026-11-30/month": 2}
    check_books(house, member_id)


def test_sixteen_tills_want_the_last_gift_and_one_has_it(house: House) -> None:
    member_id = enrol(house)
    before = house.ledger.load_surviving(member_id)
    given = Draft(before, "bonus", PROGRAM, house.clock.now(), Reference("card", "coffee")).sealed(
        gifts={"free-coffee/2026-12-31": 1}
    )
    house._ledger_store.commit(Change(before, apply(before, given), [given], PROGRAM))
    results = race(lambda number: ask(house, member_id, RewardWanted("free-coffee", is_gift=True), f"k{number}"))
    assert kinds(results) == {"done": 1, RewardNotAvailableError.__name__: RACERS - 1}
    assert house.ledger.load_account(member_id).gifts == {}
    check_books(house, member_id)

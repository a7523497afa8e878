"""The proof of the ledger on faithful engines: segments, cursors within a member, and more keys than one call takes."""

from __future__ import annotations

from typing import Any

import pytest

from factories import make_purchase
from house import House, MovableClock, enrol, member
from quen.jobs.model import SHARDS
from quen.jobs.names import VERIFY_LEDGER
from quen.ledger.documents import DocumentKey

pytestmark = pytest.mark.engine
MEMBERS = 9


@pytest.fixture
def house(engine: Any, tables: dict[str, str]) -> House:
    house = House(engine, tables, MovableClock())
    for number in range(MEMBERS):
        member_id = enrol(house, f"+849000000{number:02d}")
        for purchase in range(number % 4):
            bought = make_purchase(purchase_id=f"{number}-{purchase}", at=house.clock.now())
            house.purchases.record("ptn_1", member(member_id), bought, "f")
    house.clock.advance(hours=1)  # type: ignore[attr-defined] # it is the movable one
    return house


@pytest.mark.parametrize("items", [1, 3, 100])
def test_every_member_begins_once_in_whatever_stretches_the_table_is_read(house: House, items: int) -> None:
    begun: list[str] = []
    for segment in range(SHARDS):
        cursor: str | None = None
        while True:
            stretch = house._verification_store.list_stretch(segment, SHARDS, cursor, items)
            begun += stretch.member_ids
            assert not stretch.lost
            cursor = stretch.cursor
            if cursor is None:
                break
    assert sorted(begun) == sorted(house._verification_store.scan_members())
    assert len(begun) == MEMBERS


def test_the_proof_by_night_is_the_proof_by_hand(house: House) -> None:
    run = house.jobs.start_run(VERIFY_LEDGER, house.clock.now().date(), dry_run=False, actor="staff:an")
    assert (run["state"], run["done"], run["failed"]) == ("finished", MEMBERS, 0)
    by_night = house._verification_store.find_last()
    by_hand = house.verification.verify_all()
    assert by_night
    assert by_night.is_sound
    assert (by_hand.root, by_hand.entries, by_hand.totals) == (by_night.root, by_night.entries, by_night.totals)
    assert by_hand.baseline
    assert by_hand.baseline.is_same


def test_more_documents_than_one_call_takes_are_all_looked_for(house: House) -> None:
    wanted = [DocumentKey(f"PURCHASE#ptn_1#{number}-0") for number in range(150)]
    found = house._verification_store.find_existing(wanted)
    assert found == {DocumentKey(f"PURCHASE#ptn_1#{number}-0") for number in (1, 2, 3, 5, 6, 7)}

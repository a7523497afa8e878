"""Tiers through the use cases: reached with the purchase, shown at once, at the price of any purchase."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import make_purchase
from house import FixedPrograms, House, MovableClock, enrol, member
from integration.test_write_budget import PARTNER, Recorder
from local.write_units import item_size
from quen.program.model import Criteria, EarningRule, Program
from tables import create_tables, open_mocked
from unit.tiers.levels import MEMBER, level, levelled, visits

STAMP = EarningRule("stamp", "purchase", points=1, wallet="stamps")


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        yield House(Recorder(client), create_tables(client), MovableClock(datetime(2026, 1, 20, 3, tzinfo=UTC)))


def run_by(house: House, program: Program) -> str:
    """A member of that program."""
    house.programs = FixedPrograms(program)
    return enrol(house)


def buy(house: House, member_id: str, number: int, amount: int = 300_000) -> dict[str, Any]:
    purchase = make_purchase(
        amount, purchase_id=f"HCM-01-20261122-{number:06d}", at=house.clock.now(), store=f"HCM-{number % 10:02d}"
    )
    return dict(house.purchases.record(PARTNER, member(member_id), purchase, "0" * 64).result)


def test_a_tier_is_in_the_answer_to_the_purchase_that_reached_it_and_in_the_statement(house: House) -> None:
    member_id = run_by(house, levelled(MEMBER, level("gold", visits(2))))
    assert buy(house, member_id, 1)["account"]["tier"]["progress"]["sentence"]["en"] == "1 more visit until Gold"
    house.clock.advance(days=1)
    tier = buy(house, member_id, 2)["account"]["tier"]
    assert (tier["id"], tier["since"], tier["until"]) == ("gold", "2026-01-21", "2026-12-31")
    [newest, *_], _ = house.ledger.list_entries(member_id, None, 10)
    assert (newest["tier"]["cause"], newest["tier"]["to"]) == ("upgraded", "gold")
    house.clock.advance(days=400)
    assert house.ledger.show_account(member_id)["tier"]["until"] == "2027-12-31"


def test_members_own_years_read_the_profile_with_a_purchase_and_keep_the_day_of_joining(house: House) -> None:
    member_id = run_by(house, levelled(MEMBER, level("gold", visits(2)), period="anniversary"))
    house.clock.advance(days=40)
    buy(house, member_id, 1)
    assert buy(house, member_id, 2)["account"]["tier"]["until"] == "2027-01-31"
    assert str(house.ledger.load_account(member_id).joined_on) == "2026-01-20"


def test_account_entry_and_document_of_a_purchase_that_reaches_a_tier_are_under_a_kilobyte_each_after_two_years(
    house: House,
) -> None:
    asked = Criteria({"qualifying": 750, "spend": 7_500_000, "visits": 25, "purchases": 25})
    program = levelled(
        MEMBER, level("silver", visits(10)), level("diamond", asked), period="rolling", months=18, notice_days=30
    )
    member_id = run_by(house, replace(program, earning=(*program.earning, STAMP)))
    recorder: Any = house._dynamodb
    reached = []
    for number in range(36):
        house.clock.advance(days=20)
        answer = buy(house, member_id, number)
        sizes = [item_size(item) for item in written(recorder)]
        assert max(sizes) <= 1024, sizes
        reached.append(answer["account"]["tier"]["id"])
    assert {"member", "silver", "diamond"} == {*reached}


def written(recorder: Any) -> list[dict[str, Any]]:
    """The items of the last transaction."""
    [*_, last] = [parameters for operation, parameters in recorder.calls if operation == "TransactWriteItems"]
    return [write["Put"]["Item"] for write in last["TransactItems"] if "Put" in write]

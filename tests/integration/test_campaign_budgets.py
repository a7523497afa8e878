"""A campaign's budget: it pays until it is used up, never a point more, and has back what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import NOON, make_campaigning, make_purchase
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.money import Money
from quen.program.model import EarningRule, OfAmount
from quen.returns.model import Goods
from tables import create_tables, open_mocked

PARTNER = "ptn_0000000000000001"


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        made = House(client, create_tables(client), MovableClock())
        made.programs = FixedPrograms(make_campaigning(25))
        yield made


def buy(house: House, member_id: str, amount: int, number: int = 1) -> dict[str, int]:
    """What each rule gave."""
    purchase = make_purchase(amount, purchase_id=f"B-{number}")
    answer = house.purchases.record(PARTNER, member(member_id), purchase, "f").result
    return {share["rule_id"]: share["points"] for share in answer["entries"][0]["explanation"]}


def give_back(house: House, amount: int, number: int = 1) -> Any:
    goods = Goods(f"R-{number}", NOON, Money(amount, "VND"))
    return house.returns.record(PARTNER, f"B-{number}", goods, "f").result["points"]


def test_a_budget_pays_until_it_is_used_up_and_never_a_point_more(house: House) -> None:
    member_id = enrol(house)
    given = [buy(house, member_id, 100_000, number)["double"] for number in range(4)]
    assert given == [10, 10, 5, 0]


def test_a_preview_says_what_the_budget_still_gives(house: House) -> None:
    member_id = enrol(house)
    buy(house, member_id, 200_000)
    purchase = make_purchase(100_000, purchase_id="B-2")
    preview = house.purchases.preview(PARTNER, member(member_id), replace(purchase, purchase_id=""))
    recorded = house.purchases.record(PARTNER, member(member_id), purchase, "f").result
    assert preview["entries"][0]["explanation"] == recorded["entries"][0]["explanation"]
    assert recorded["entries"][0]["points"] == 15


def test_what_comes_back_fills_the_budget_again(house: House) -> None:
    member_id = enrol(house)
    assert buy(house, member_id, 250_000)["double"] == 25
    assert give_back(house, 100_000)["reversed"] == 20
    assert [buy(house, member_id, 70_000, number)["double"] for number in (2, 3)] == [7, 3]


def test_a_purchase_that_was_cut_by_the_budget_gives_back_what_it_had_of_it(house: House) -> None:
    member_id = enrol(house)
    assert buy(house, member_id, 200_000, 1)["double"] == 20
    assert buy(house, member_id, 100_000, 2)["double"] == 5
    assert give_back(house, 100_000, 2)["reversed"] == 15
    assert buy(house, member_id, 100_000, 3)["double"] == 5


def test_many_small_returns_fill_the_budget_as_one_large_one_does(house: House) -> None:
    member_id = enrol(house)
    buy(house, member_id, 200_000)
    for number in range(10):
        goods = Goods(f"R-{number}", NOON, Money(20_000, "VND"))
        house.returns.record(PARTNER, "B-1", goods, "f")
    assert buy(house, member_id, 300_000, 2)["double"] == 25


def test_a_bill_that_becomes_small_by_returns_gives_a_budget_back_what_it_had_of_it_and_no_more(house: House) -> None:
    program = make_campaigning(25)
    small = EarningRule("small", "purchase", bonus=10, when=OfAmount(at_most=50_000), campaign="tet")
    house.programs.program = replace(program, earning=(*program.earning, small))
    member_id = enrol(house)
    assert buy(house, member_id, 100_000)["double"] == 10
    assert buy(house, member_id, 150_000, 2)["double"] == 15
    for number, amount in enumerate((40_000, 20_000, 40_000)):
        house.returns.record(PARTNER, "B-1", Goods(f"R-{number}", NOON, Money(amount, "VND")), "f")
    assert buy(house, member_id, 300_000, 3)["double"] == 10


def test_a_budget_that_is_raised_counts_at_once(house: House) -> None:
    member_id = enrol(house)
    assert buy(house, member_id, 300_000, 1)["double"] == 25
    house.programs.program = make_campaigning(40)
    assert buy(house, member_id, 300_000, 2)["double"] == 15


def test_one_purchase_may_use_all_shards_of_a_budget(house: House) -> None:
    assert buy(house, enrol(house), 1_000_000)["double"] == 25


def test_of_a_budget_that_is_lowered_no_more_is_given_than_it_has_left(house: House) -> None:
    house.programs.program = make_campaigning(40)
    first, *others = [enrol(house, f"+8490111110{number}") for number in range(9)]
    assert buy(house, first, 200_000, 1)["double"] == 20  # two of four shards are used up, or nearly
    house.programs.program = make_campaigning(22)
    given = 0
    for number, member_id in enumerate(others, start=2):
        for dependent in ("purchases", "_budgets"):  # another process, which has met nothing yet
            house.__dict__.pop(dependent, None)
        given += buy(house, member_id, 10_000, number)["double"]
    assert given == 2


def test_of_a_budget_that_is_lowered_below_what_was_given_no_more_is_given_until_that_comes_back(house: House) -> None:
    house.programs.program = make_campaigning(40)
    member_id = enrol(house)
    assert buy(house, member_id, 200_000, 1)["double"] == 20
    house.programs.program = make_campaigning(15)
    assert buy(house, member_id, 100_000, 2)["double"] == 0
    give_back(house, 80_000)
    assert buy(house, member_id, 100_000, 3)["double"] == 3
    assert buy(house, member_id, 100_000, 4)["double"] == 0

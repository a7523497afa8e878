"""Sixteen members who buy at once while a campaign's budget runs out: it is used up to the last point, and not passed."""

from __future__ import annotations

from typing import Any

import pytest

from engine.test_races import PARTNER, RACERS, check_books, race
from factories import make_campaigning, make_purchase
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.ledger.documents import Outcome

pytestmark = pytest.mark.engine
BUDGET = 77


@pytest.fixture
def house(engine: Any, tables: dict[str, str]) -> House:
    made = House(engine, tables, MovableClock())
    made.programs = FixedPrograms(make_campaigning(BUDGET))
    assert all((made.purchases, made.returns, made.members))  # made before the threads are
    return made


def given(result: Any) -> int:
    """What the campaign gave to one purchase."""
    assert isinstance(result, Outcome), result
    shares = result.result["entries"][0]["explanation"]
    return sum(share["points"] for share in shares if share["rule_id"] == "double")


def test_a_budget_is_used_up_to_the_last_point_and_never_passed(house: House) -> None:
    members = [enrol(house, f"+849011111{number:02d}") for number in range(RACERS)]

    def buy(number: int) -> Any:
        purchase = make_purchase(100_000, purchase_id=f"B-{number}")
        return house.purchases.record(PARTNER, member(members[number]), purchase, "f")

    results = race(buy)
    assert sum(given(result) for result in results) == BUDGET
    assert all(0 <= given(result) <= 10 for result in results)
    for member_id in members:
        check_books(house, member_id)

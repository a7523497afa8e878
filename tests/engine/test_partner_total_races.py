"""Sixteen purchases at once while a partner's pack, or its day, runs out: it is given to the last point, and not passed."""

from __future__ import annotations

from typing import Any

import pytest

from engine.faults import FAULTS, CrashError, FaultyClient
from engine.test_races import RACERS, check_books, kinds, race
from factories import make_purchase
from house import House, MovableClock, enrol, member
from partnering import PARTNER, capped, given_of, prepaid
from quen.errors import (
    ConflictRetryError,
    TemporarilyUnavailableError,
)
from quen.partners.model import Partner
from quen.partners.model.refusals import PartnerBudgetExhaustedError, PartnerCapReachedError
from tables import create_tables

pytestmark = pytest.mark.engine


@pytest.fixture
def house(engine: Any, tables: dict[str, str]) -> House:
    made = House(engine, tables, MovableClock())
    assert all((made.purchases, made.returns, made.members))  # made before the threads are
    return made


@pytest.mark.parametrize(
    ("partner", "refusal"),
    [(prepaid(10), PartnerBudgetExhaustedError), (capped(issued=10), PartnerCapReachedError)],
    ids=["pack", "cap"],
)
def test_sixteen_purchases_at_a_total_of_ten_give_exactly_ten(
    house: House, partner: Partner, refusal: type[Exception]
) -> None:
    house._partner_store.add(partner)
    members = [enrol(house, f"+849011122{number:02d}") for number in range(RACERS)]

    def buy(number: int) -> Any:
        purchase = make_purchase(10_000, purchase_id=f"T-{number}")
        return house.purchases.record(PARTNER, member(members[number]), purchase, "f", partner)

    results = race(buy)
    assert kinds(results) == {"done": 10, refusal.__name__: RACERS - 10}
    assert max(given_of(house, partner).values()) == 10
    for member_id in members:
        check_books(house, member_id)


@pytest.mark.parametrize("engine", ["ministack"], indirect=True)
def test_a_fault_at_any_call_and_a_retry_take_the_points_once(engine: Any) -> None:
    client = FaultyClient(engine)
    house = House(client, create_tables(engine), MovableClock())
    partner = prepaid(10_000)
    house._partner_store.add(partner)
    member_id = enrol(house)
    client.arm({})
    buy(house, member_id, partner, "unharmed")
    calls, given = client.calls, 5
    for number, (kind, fault) in enumerate(FAULTS.items()):
        for at in range(1, calls + 1):
            client.arm({at: fault})
            buy(house, member_id, partner, f"{number}-{at}")
            given += 5
            assert given_of(house, partner)["PACK"] == given, (kind, at)
    client.arm({})
    check_books(house, member_id)


def buy(house: House, member_id: str, partner: Partner, purchase_id: str) -> None:
    """Five points, tried until the till is told something final."""
    for _ in range(5):
        try:
            purchase = make_purchase(50_000, purchase_id=purchase_id)
            house.purchases.record(PARTNER, member(member_id), purchase, "f", partner)
        except (TemporarilyUnavailableError, ConflictRetryError, CrashError):
            continue
        return
    raise AssertionError("the till gave up")

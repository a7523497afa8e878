"""Sixteen purchases at once while a partner's pack, or its day, runs out: it is given to the last point, and not passed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.faults import FAULTS, CrashError, FaultyClient
from engine.test_races import RACERS, check_books, kinds, race
from factories import make_purchase
from house import House, MovableClock, enrol, member
from partnering import PARTNER, capped, given_of, make_partner, prepaid
from quen.agreements.service import PackOrder
from quen.errors import (
    ConflictRetryError,
    TemporarilyUnavailableError,
)
from quen.money import Money
from quen.partners.model import Billing, Partner, Terms
from quen.partners.model.refusals import PartnerBudgetExhaustedError, PartnerCapReachedError
from tables import create_tables

pytestmark = pytest.mark.engine


@pytest.fixture
def house(engine: Any, tables: dict[str, str]) -> House:
    made = House(engine, tables, MovableClock())
    assert all((made.purchases, made.returns, made.members, made.agreements))  # made before the threads are
    return made


def test_sixteen_purchases_at_a_pack_of_ten_give_exactly_ten(house: House) -> None:
    check_that_ten_are_given(house, prepaid(10), PartnerBudgetExhaustedError)


@pytest.mark.long
def test_sixteen_purchases_at_a_day_s_cap_of_ten_give_exactly_ten(house: House) -> None:
    check_that_ten_are_given(house, capped(issued=10), PartnerCapReachedError)


def check_that_ten_are_given(house: House, partner: Partner, refusal: type[Exception]) -> None:
    """Of sixteen points, for which sixteen members buy at once."""
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
def test_what_is_withdrawn_while_it_is_given_away_is_had_once(house: House) -> None:
    partner = prepaid(20)
    house._partner_store.add(partner)
    members = [enrol(house, f"+849011133{number:02d}") for number in range(RACERS)]

    def buy_or_withdraw(number: int) -> Any:
        if number % 2:
            return house.agreements.buy_pack(make_order(-3, f"back-{number}"), lambda _pack: ())
        # Every till still knows the partner as it was before anything was withdrawn.
        purchase = make_purchase(30_000, purchase_id=f"W-{number}")
        return house.purchases.record(PARTNER, member(members[number]), purchase, "f", partner)

    done = kinds(race(buy_or_withdraw))
    balance = house.agreements.balance(PARTNER)
    assert done["done"] == 6
    assert (balance.left, given_of(house, partner)["PACK"]) == (2, 18)
    assert (20 - balance.bought) + balance.given == 18


@pytest.mark.parametrize("engine", ["ministack"], indirect=True)
def test_sixteen_orders_of_one_pack_buy_it_once(house: House) -> None:
    house._partner_store.add(prepaid(0))
    results = race(lambda _number: house.agreements.buy_pack(make_order(100, "pack"), lambda _pack: ()))
    assert kinds(results) == {"done": 1, "replay": RACERS - 1}
    assert house.agreements.balance(PARTNER).bought == 100
    assert len(house.agreements.list_packs(PARTNER, None, 100)[0]) == 1


@pytest.mark.long
def test_changes_at_once_all_count(house: House) -> None:
    house._partner_store.add(make_partner())

    def change(number: int) -> Any:
        if number % 2:
            return house.agreements.buy_pack(make_order(number, f"n-{number}"), lambda _pack: ())
        terms = Terms(date(2027, 1, 1 + number), Billing.PREPAID)
        return house.agreements.add_terms(PARTNER, terms, lambda _before, _after: ())

    race(change)
    partner = house.partners.load(PARTNER)
    assert partner.packs == sum(number for number in range(RACERS) if number % 2)
    assert len(partner.terms) == RACERS // 2
    assert partner.revision == RACERS


def make_order(points: int, key: str) -> PackOrder:
    return PackOrder(
        PARTNER, points, Money(0, "VND"), "", actor="staff-1", idempotency_key=key, fingerprint=str(points)
    )


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

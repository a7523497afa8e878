"""Returns and refunds that race each other, on a DynamoDB that is exact about transactions."""

from __future__ import annotations

from typing import Any

import pytest

from engine.test_races import PARTNER, RACERS, house, kinds, race
from factories import NOON, make_purchase
from house import House, enrol, member
from quen.errors import ValidationFailedError
from quen.ledger.documents import Outcome
from quen.ledger.model import verify
from quen.money import Money
from quen.program.benefits import Bill
from quen.returns.model import Goods
from quen.rewards.model import PointsWanted

pytestmark = pytest.mark.engine
__all__ = ["house"]


def buy(house: House, number: int, amount: int) -> str:
    member_id = enrol(house, f"+84907{number:06d}")
    house.purchases.record(PARTNER, member(member_id), make_purchase(1_000_000, purchase_id=f"before-{number}"), "f")
    house.purchases.record(PARTNER, member(member_id), make_purchase(amount, purchase_id=f"raced-{number}"), "f")
    return member_id


def bring_back(house: House, number: int, amount: int, return_id: str) -> Outcome:
    goods = Goods(return_id, NOON, Money(amount, "VND"))
    return house.returns.record(PARTNER, f"raced-{number}", goods, return_id)


def pay(house: House, member_id: str, number: int, points: int) -> str:
    reserved = house.rewards.reserve(
        member(member_id),
        PointsWanted(points, f"raced-{number}"),
        idempotency_key=f"pay-{number}",
        fingerprint="p",
        partner_id=PARTNER,
    )
    redemption_id = str(reserved.result["redemption_id"])
    house.rewards.redeem(redemption_id, partner_id=PARTNER)
    return redemption_id


def active(house: House, member_id: str) -> int:
    store = house._ledger_store
    assert verify(store.load(member_id), store.read_history(member_id)) is None
    return store.load(member_id).active


def test_the_same_return_sent_sixteen_times_counts_once(house: House) -> None:
    member_id = buy(house, 1, 400_000)
    results = race(lambda _: bring_back(house, 1, 300_000, "R-1"))
    assert kinds(results) == {"done": 1, "replay": RACERS - 1}
    assert active(house, member_id) == 20 + 100 + 10


def test_different_returns_at_once_never_bring_back_more_than_was_bought(house: House) -> None:
    member_id = buy(house, 2, 400_000)
    results = race(lambda number: bring_back(house, 2, 100_000, f"R-{number}"))
    assert kinds(results) == {"done": 4, "ReturnExceedsPurchaseError": RACERS - 4}
    assert active(house, member_id) == 20 + 100


def test_points_that_paid_come_back_once_whether_by_return_or_by_refund(house: House) -> None:
    """One half by returns of goods, all that is left by a refund, in any order: together exactly what was paid."""
    member_id = buy(house, 3, 400_000)
    redemption_id = pay(house, member_id, 3, 100)

    def act(number: int) -> Any:
        if number % 2:
            return house.rewards.refund(redemption_id, partner_id=PARTNER)
        return bring_back(house, 3, 50_000, f"R-{number}")

    results = race(act)
    returned = sum(
        outcome.result["points"]["given_back"]
        for outcome in results
        if isinstance(outcome, Outcome) and "return_id" in outcome.result
    )
    refunded = {
        outcome.result["points_refunded"]
        for outcome in results
        if isinstance(outcome, Outcome) and "redemption_id" in outcome.result
    }
    assert returned + sum(refunded) == 100
    assert active(house, member_id) == 20 + 100


def test_sixteen_refunds_of_one_redemption_give_its_points_back_once(house: House) -> None:
    member_id = buy(house, 4, 400_000)
    redemption_id = pay(house, member_id, 4, 100)
    results = race(lambda _: house.rewards.refund(redemption_id, partner_id=PARTNER))
    assert kinds(results) == {"done": 1, "replay": RACERS - 1}
    assert active(house, member_id) == 20 + 100 + 40


def test_payments_redeemed_at_once_together_pay_no_more_of_a_bill_than_it_comes_to(house: House) -> None:
    """Eight times 100 points, each sent twice, of a bill that 500 may pay."""
    member_id = buy(house, 5, 10_000_000)
    bill = Bill(50_000, "VND")

    def reserved(number: int) -> str:
        done = house.rewards.reserve(
            member(member_id),
            PointsWanted(100, "raced-5", bill),
            idempotency_key=f"pay-5-{number}",
            fingerprint="p",
            partner_id=PARTNER,
        )
        return str(done.result["redemption_id"])

    ids = [reserved(number) for number in range(8)]
    results = race(lambda number: house.rewards.redeem(ids[number % len(ids)], partner_id=PARTNER))
    again = [house.rewards.redeem(each, partner_id=PARTNER) for each in ids if is_paid(house, each)]
    assert len(again) == 5
    assert set(kinds(results)) <= {"done", "replay", "ValidationFailedError", "ConflictRetryError"}
    assert active(house, member_id) == 20 + 100 + 1000 - 8 * 100
    assert house.ledger.load_account(member_id).held == 3 * 100


def is_paid(house: House, redemption_id: str) -> bool:
    """Whether it is redeemed, now at the latest."""
    try:
        house.rewards.redeem(redemption_id, partner_id=PARTNER)
    except ValidationFailedError:
        return False
    return True

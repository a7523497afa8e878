"""Transfers, stored value and decisions about adjustments that race, on a DynamoDB that is exact about transactions."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from engine.test_races import PARTNER, RACERS, check_books, house, kinds, race
from factories import make_program
from house import FixedPrograms, House, adjust, enrol, member
from quen.errors import (
    AlreadyDecidedError,
    InsufficientPointsError,
    InsufficientStoredValueError,
    RefundExceedsPaymentError,
    TransferLimitReachedError,
)
from quen.ledger.documents import Outcome
from quen.money import Money
from quen.program.model import AdjustmentPolicy, Program, StoredValuePolicy, TransferPolicy

pytestmark = pytest.mark.engine
__all__ = ["house"]
PROGRAM = make_program(
    transfers=TransferPolicy(per_day=1_000),
    stored_value=StoredValuePolicy(1_000_000),
    adjustments=AdjustmentPolicy(approval_above=1_000),
)


@pytest.fixture
def shop(house: House) -> House:
    return offering(house, PROGRAM)


def offering(house: House, program: Program) -> House:
    """The house with that program, its use cases made before the threads are."""
    house.programs = FixedPrograms(program)
    for dependent in ("ledger", "members", "transfers", "stored_values", "adjustments"):
        house.__dict__.pop(dependent, None)
    assert all((house.transfers, house.stored_values, house.adjustments))
    return house


def send(house: House, sender: str, receiver: str, points: int, key: str) -> Outcome:
    return house.transfers.send(
        sender,
        member(receiver),
        points,
        caller=f"member:{sender}",
        idempotency_key=key,
        fingerprint=f"{receiver} {points}",
    )


def actives(house: House, *member_ids: str) -> list[int]:
    for member_id in member_ids:
        check_books(house, member_id)
    return [house.ledger.load_account(member_id).active for member_id in member_ids]


def test_sixteen_gifts_of_one_whole_balance_to_two_friends_give_it_once(shop: House) -> None:
    lan, *friends = (enrol(shop, f"+8490123450{number}") for number in range(3))
    results = race(lambda number: send(shop, lan, friends[number % 2], 20, f"k{number}"))
    assert kinds(results) == {"done": 1, InsufficientPointsError.__name__: RACERS - 1}
    left, *received = actives(shop, lan, *friends)
    assert (left, sorted(received)) == (0, [20, 40])


def test_one_gift_sent_sixteen_times_arrives_once_and_gets_one_answer(shop: House) -> None:
    lan, friend = enrol(shop), enrol(shop, "+84907654321")
    results = race(lambda _: send(shop, lan, friend, 7, "same"))
    assert kinds(results) == {"done": 1, "replay": RACERS - 1}
    assert len({str(result.result) for result in results}) == 1
    assert actives(shop, lan, friend) == [13, 27]


def test_two_who_give_each_other_points_at_once_lose_none(shop: House) -> None:
    """Each transaction holds both accounts, in the other order: nobody waits for anybody, and the sum stays."""
    lan, friend = enrol(shop), enrol(shop, "+84907654321")
    results = race(
        lambda number: send(shop, *((lan, friend) if number % 2 else (friend, lan)), 1, f"k{number}")  # type: ignore[arg-type]
    )
    assert kinds(results) == {"done": RACERS}
    assert actives(shop, lan, friend) == [20, 20]


def test_the_day_s_limit_holds_whoever_is_first(house: House) -> None:
    shop = offering(house, make_program(transfers=TransferPolicy(per_day=5)))
    lan, friend = enrol(shop), enrol(shop, "+84907654321")
    results = race(lambda number: send(shop, lan, friend, 1, f"k{number}"))
    assert kinds(results) == {"done": 5, TransferLimitReachedError.__name__: RACERS - 5}
    assert actives(shop, lan, friend) == [15, 25]


def value(house: House, member_id: str, activity: Any, amount: int, key: str) -> Outcome:
    return house.stored_values.move(
        activity,
        member(member_id),
        Money(amount, "VND"),
        partner_id=PARTNER,
        idempotency_key=key,
        fingerprint=str(amount),
    )


def refund(house: House, activity_id: str, amount: int, key: str) -> Outcome:
    return house.stored_values.refund(
        activity_id, Money(amount, "VND"), partner_id=PARTNER, idempotency_key=key, fingerprint=str(amount)
    )


def held(house: House, member_id: str) -> int:
    check_books(house, member_id)
    return house.ledger.load_account(member_id).wallet("stored_value")


def test_sixteen_payments_of_one_whole_balance_take_it_once(shop: House) -> None:
    lan = enrol(shop)
    value(shop, lan, "load", 50_000, "load")
    results = race(lambda number: value(shop, lan, "redeem", 50_000, f"k{number}"))
    assert kinds(results) == {"done": 1, InsufficientStoredValueError.__name__: RACERS - 1}
    assert held(shop, lan) == 0


def test_refunds_at_once_never_give_back_more_than_was_paid(shop: House) -> None:
    lan = enrol(shop)
    value(shop, lan, "load", 100_000, "load")
    paid = value(shop, lan, "redeem", 100_000, "pay").result["activity_id"]
    results = race(lambda number: refund(shop, paid, 30_000, f"k{number}"))
    assert kinds(results) == {"done": 3, RefundExceedsPaymentError.__name__: RACERS - 3}
    assert held(shop, lan) == 90_000


def test_one_refund_of_the_whole_payment_sent_sixteen_times_counts_once(shop: House) -> None:
    lan = enrol(shop)
    value(shop, lan, "load", 100_000, "load")
    paid = value(shop, lan, "redeem", 100_000, "pay").result["activity_id"]
    results = race(lambda _: refund(shop, paid, 100_000, "same"))
    assert kinds(results) == {"done": 1, "replay": RACERS - 1}
    assert held(shop, lan) == 100_000


def test_approvals_and_rejections_at_once_decide_one_way_by_one_person(shop: House) -> None:
    lan = enrol(shop)
    adjustment_id = str(adjust(shop, lan, 2_000).result["adjustment_id"])
    results = race(
        lambda number: (
            shop.adjustments.approve(adjustment_id, actor=f"staff-{number + 2}", role="owner")
            if number % 2
            else shop.adjustments.reject(adjustment_id, actor=f"staff-{number + 2}")
        )
    )
    assert kinds(results) == Counter({"done": 1, AlreadyDecidedError.__name__: RACERS - 1})
    state = shop.adjustments.load(adjustment_id)["state"]
    assert actives(shop, lan) == [{"applied": 2_020, "rejected": 20}[state]]


def test_of_sixteen_persons_who_approve_at_once_one_has_decided_and_no_other_is_told_so(shop: House) -> None:
    lan = enrol(shop)
    adjustment_id = str(adjust(shop, lan, 2_000).result["adjustment_id"])
    results = race(lambda number: shop.adjustments.approve(adjustment_id, actor=f"staff-{number + 2}", role="owner"))
    assert kinds(results) == {"done": 1, AlreadyDecidedError.__name__: RACERS - 1}
    assert actives(shop, lan) == [2_020]


def test_one_person_s_approval_sent_sixteen_times_moves_the_points_once(shop: House) -> None:
    lan = enrol(shop)
    adjustment_id = str(adjust(shop, lan, 2_000).result["adjustment_id"])
    results = race(lambda _: shop.adjustments.approve(adjustment_id, actor="staff-2", role="owner"))
    assert kinds(results) == {"done": 1, "replay": RACERS - 1}
    assert actives(shop, lan) == [2_020]


def test_one_request_sent_sixteen_times_waits_once(shop: House) -> None:
    lan = enrol(shop)
    results = race(lambda _: adjust(shop, lan, 2_000))
    assert kinds(results) == {"done": 1, "replay": RACERS - 1}
    assert all(result.is_waiting for result in results)
    assert actives(shop, lan) == [20]

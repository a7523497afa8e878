"""Payments, trials and refunds of memberships that race, on a DynamoDB that is exact about transactions."""

from __future__ import annotations

import pytest

from engine.test_races import PARTNER, RACERS, check_books, house, kinds, race
from factories import make_plan, make_program
from house import FixedPrograms, House, enrol, member
from quen.errors import MembershipNotRunningError, MembershipRunningError
from quen.ledger.documents import Outcome
from quen.memberships.payments import Payment
from quen.money import Money

pytestmark = pytest.mark.engine
__all__ = ["house"]


@pytest.fixture
def shop(house: House) -> House:
    """The house with a paid membership, its use cases made before the threads are."""
    house.programs = FixedPrograms(make_program(plans=(make_plan(),)))
    for dependent in ("ledger", "members", "memberships"):
        house.__dict__.pop(dependent, None)
    assert house.memberships
    return house


def pay(house: House, member_id: str, payment_id: str) -> Outcome:
    payment = Payment(payment_id, "vip", "succeeded", Money(49_000, "VND"), house.clock.now())
    return house.memberships.record_payment(PARTNER, member(member_id), payment, payment_id)


def last_day(house: House, member_id: str) -> str:
    check_books(house, member_id)
    return house.ledger.load_account(member_id).membership.last_day


def test_two_payments_at_once_both_count_each_once(shop: House) -> None:
    lan = enrol(shop)
    results = race(lambda number: pay(shop, lan, f"INV-{number % 2}"))
    assert kinds(results) == {"done": 2, "replay": RACERS - 2}
    assert last_day(shop, lan) == "2027-01-21"


def test_trials_at_once_begin_one(shop: House) -> None:
    lan = enrol(shop)

    def start(number: int) -> Outcome:
        return shop.memberships.start_trial(lan, "vip", idempotency_key=f"k-{number}", fingerprint="vip")

    assert kinds(race(start)) == {"done": 1, MembershipRunningError.__name__: RACERS - 1}
    assert last_day(shop, lan) == "2026-12-05"


def test_refunds_at_once_pay_back_once(shop: House) -> None:
    lan = enrol(shop)
    pay(shop, lan, "INV-1")

    def refund(number: int) -> Outcome:
        key = f"k-{number}"
        return shop.memberships.refund(PARTNER, member(lan), "vip", idempotency_key=key, fingerprint="vip")

    assert kinds(race(refund)) == {"done": 1, MembershipNotRunningError.__name__: RACERS - 1}
    assert last_day(shop, lan) == "2026-11-21"

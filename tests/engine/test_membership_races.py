"""Payments for a membership that race, on a DynamoDB that is exact about transactions."""

from __future__ import annotations

import pytest

from engine.test_races import RACERS, check_books, house, kinds, race
from factories import make_plan, make_program
from house import FixedPrograms, House, enrol, member
from quen.ledger.documents import Outcome
from quen.memberships.payments import Payment
from quen.money import Money

pytestmark = pytest.mark.engine
__all__ = ["house"]


def test_two_payments_reported_eight_times_each_at_once_are_two_periods(house: House) -> None:
    house.programs = FixedPrograms(make_program(plans=(make_plan(),)))
    for dependent in ("ledger", "members", "memberships"):
        house.__dict__.pop(dependent, None)
    assert house.memberships
    lan, now = enrol(house), house.clock.now()

    def pay(number: int) -> Outcome:
        told = Payment(f"P-{number % 2}", "vip", "succeeded", Money(49_000, "VND"), now)
        return house.memberships.record_payment("ptn_1", member(lan), told, "same")

    assert kinds(race(pay)) == {"done": 2, "replay": RACERS - 2}
    check_books(house, lan)
    membership = house.ledger.load_account(lan).membership
    assert (membership.state, membership.paid, membership.last_day) == ("ACTIVE", 49_000, "2027-01-21")

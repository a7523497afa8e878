"""Points in money, and who owes it."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from quen.partners.model import Billing
from quen.settlement.model.bookings import CATEGORIES
from quen.settlement.model.prices import due_for, money_for, price_of, taken_from_pack, terms_for
from unit.settlement.fakes import POSTPAID


@pytest.mark.parametrize(
    ("points", "price", "money"),
    [(3, "100", 300), (1, "0.5", 1), (1, "0.49", 0), (3, "33.5", 101), (-1, "0.5", -1), (0, "9", 0), (7, "0", 0)],
)
def test_half_a_unit_goes_away_from_zero(points: int, price: str, money: int) -> None:
    assert money_for(points, price) == money


def test_what_is_taken_back_has_the_price_of_what_was_given() -> None:
    assert [price_of(POSTPAID, each) for each in CATEGORIES] == ["100", "100", "90", "90", "50"]


def test_a_partner_owes_what_it_issued_and_is_owed_what_was_spent_with_it() -> None:
    owed = {category: due_for(10, category, Billing.POSTPAID) for category in CATEGORIES}
    assert owed == {"issued": 10, "reversed": -10, "redeemed": -10, "refunded": 10, "expired": -10}


def test_points_that_were_bought_ahead_leave_the_pack_and_are_not_owed_again() -> None:
    owed = {category: due_for(10, category, Billing.PREPAID) for category in CATEGORIES}
    assert owed == {"issued": 0, "reversed": 0, "redeemed": -10, "refunded": 10, "expired": -10}
    taken = {category: taken_from_pack(10, category, Billing.PREPAID) for category in CATEGORIES}
    assert taken == {"issued": 10, "reversed": -10, "redeemed": 0, "refunded": 0, "expired": 0}
    assert taken_from_pack(10, "issued", Billing.POSTPAID) == 0


def test_a_day_has_the_terms_in_force_on_it_and_one_before_all_terms_the_first() -> None:
    dearer = replace(POSTPAID, first_day=date(2026, 10, 10), issued="120")
    days = [date(2026, 9, 30), date(2026, 10, 9), date(2026, 10, 10)]
    assert [terms_for((POSTPAID, dearer), day).issued for day in days] == ["100", "100", "120"]

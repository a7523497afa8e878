"""What points are in money: the price of the terms in force on a line's own day, rounded once for the line.

Half a unit goes up, away from zero: it is what whoever recomputes a line by hand does, it favours neither side over many
lines, and a line and its taking back come to the same amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from quen.partners.model.terms import Billing, Terms, terms_on
from quen.settlement.model.bookings import Category


def terms_for(terms: Sequence[Terms], day: date) -> Terms:
    """The terms by which a day is settled; a day before the first terms is settled by them. `terms` are not empty."""
    return terms_on(terms, day) or min(terms, key=lambda each: each.first_day)


def price_of(terms: Terms, category: Category) -> str:
    """Money for one point, in the smallest unit, as a decimal text: what is taken back has the price of what was given."""
    if category in {"issued", "reversed"}:
        return terms.issued
    return terms.expired if category == "expired" else terms.redeemed


def money_for(points: int, price: str) -> int:
    """So many points in the smallest unit of money, rounded half away from zero."""
    exact = Fraction(price) * abs(points)
    money = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return money if points >= 0 else -money


def due_for(money: int, category: Category, billing: Billing) -> int:
    """What a line adds to what the partner owes the program; negative: the program owes it to the partner.

    It owes what it issued and what was refunded to members who had spent it there; it is owed what was reversed, spent with
    it, and what of its own points expired. Points that were bought ahead are not owed again: they leave the pack instead.
    """
    if category in {"issued", "reversed"} and billing is Billing.PREPAID:
        return 0
    return money if category in {"issued", "refunded"} else -money


def taken_from_pack(points: int, category: Category, billing: Billing) -> int:
    """How many points of a line leave the pack; negative: they come back to it."""
    if billing is not Billing.PREPAID or category not in {"issued", "reversed"}:
        return 0
    return points if category == "issued" else -points

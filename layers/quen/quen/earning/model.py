"""Pricing: what a purchase earns by one version of the program. Pure, exact, rounded once.

The order is fixed. Base rules: each gives `points × total / per`, and where several apply their points add up. Multiplier
rules: each adds `(multiplier − 1) ×` what the base rules gave together, cut at its cap; two of them on one day add, they
do not multiply. Then one rounding of the sum (the program's way, downwards by default), shared among the rules by largest
remainder, so that the explanation always adds up to the points.

What counts towards a cap per day is what a rule gave before the rounding (or its whole points, where those are more), in
thousandths of a point: counting whole points only, a bill split into many small ones would slip under its cap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from math import ceil, floor
from types import MappingProxyType

from quen.errors import CurrencyMismatchError
from quen.money import Money
from quen.program.model import EarningRule, Program, Rounding

CAP_UNITS_PER_POINT = 1000
"""Caps are counted in thousandths of a point, rounded up, so that no split of a bill gives more than the bill."""

NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """One line of the receipt, after every discount: `amount` is for the whole line, not for a piece."""

    line_id: str
    sku: str
    quantity: int
    amount: Money
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a till reports. `total` is what earns: goods after every discount. A preview's `purchase_id` is empty."""

    purchase_id: str
    occurred_at: datetime
    total: Money
    store_id: str | None = None
    lines: tuple[PurchaseLine, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleShare:
    """The part of an award that one rule gave. `basis`: the amount it looked at, in the currency's smallest unit."""

    rule_id: str
    rule_version: int
    basis: int
    points: int


@dataclass(frozen=True, slots=True)
class Award:
    """Points, and why. The shares add up to the points; a rule that applied and gave nothing is named with 0.

    `capped` is what counts towards caps per day, by rule, in thousandths of a point: what the account must remember
    for the purchase's local day, and bring as `earned_today` to the next one.
    """

    points: int
    explanation: tuple[RuleShare, ...] = ()
    capped: Mapping[str, int] = field(default_factory=dict)


def price_purchase(program: Program, purchase: Purchase, *, earned_today: Mapping[str, int] = NOTHING) -> Award:
    """What the purchase earns.

    `earned_today` sums up what earlier awards `capped` on the purchase's local day, by rule, in thousandths of a point.
    Raises CurrencyMismatchError where the total or a line is not in the program's currency.
    """
    amounts = [purchase.total, *(line.amount for line in purchase.lines)]
    if any(amount.currency != program.currency for amount in amounts):
        raise CurrencyMismatchError
    rules = _rules_for(program, program.local_day(purchase.occurred_at))
    exact = _exact_shares(rules, purchase.total.amount, earned_today)
    shares = _allocate(exact, _round(sum(exact, Fraction(0)), program.points.rounding))
    return Award(
        sum(shares),
        tuple(
            RuleShare(rule.id, program.version, purchase.total.amount, points)
            for rule, points in zip(rules, shares, strict=True)
        ),
        {
            rule.id: ceil(max(share, Fraction(points)) * CAP_UNITS_PER_POINT)
            for rule, share, points in zip(rules, exact, shares, strict=True)
            if rule.cap_per == "day" and share
        },
    )


def price_enrolment(program: Program) -> Award:
    """What joining earns: the points of every enrolment rule."""
    rules = [rule for rule in program.earning if rule.on == "enrolment"]
    shares = tuple(RuleShare(rule.id, program.version, 0, rule.points or 0) for rule in rules)
    return Award(sum(share.points for share in shares), shares)


def _rules_for(program: Program, day: date) -> list[EarningRule]:
    """The purchase rules of that local day, as the document orders them."""
    return [rule for rule in program.earning if rule.on == "purchase" and rule.applies_on(day)]


def _exact_shares(rules: Sequence[EarningRule], amount: int, earned_today: Mapping[str, int]) -> list[Fraction]:
    base = sum((_base_share(rule, amount) for rule in rules), Fraction(0))
    return [
        _base_share(rule, amount)
        if rule.multiplier is None
        else _capped(rule, (rule.multiplier - 1) * base, earned_today.get(rule.id, 0))
        for rule in rules
    ]


def _base_share(rule: EarningRule, amount: int) -> Fraction:
    return Fraction((rule.points or 0) * amount, rule.per) if rule.per else Fraction(0)


def _capped(rule: EarningRule, share: Fraction, earned_today: int) -> Fraction:
    if rule.cap_points is None:
        return share
    used = Fraction(earned_today, CAP_UNITS_PER_POINT) if rule.cap_per == "day" else Fraction(0)
    return min(share, max(Fraction(0), Fraction(rule.cap_points) - used))


def _round(points: Fraction, rounding: Rounding) -> int:
    if rounding == "half_up":
        return floor(points + Fraction(1, 2))
    return ceil(points) if rounding == "ceiling" else floor(points)


def _allocate(exact: Sequence[Fraction], points: int) -> list[int]:
    """Whole points that add up to `points`: each share's floor, and one more for the largest remainders, earlier rules
    first. No share passes its exact value by a whole point, so none passes its cap, not even over many purchases.
    """
    shares = [floor(share) for share in exact]
    remainders = [share - whole for share, whole in zip(exact, shares, strict=True)]
    by_remainder = sorted(range(len(exact)), key=lambda index: -remainders[index])
    for index in by_remainder[: points - sum(shares)]:
        shares[index] += 1
    return shares

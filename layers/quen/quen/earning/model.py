"""Pricing: what a purchase earns by one version of the program. Pure, exact, rounded once.

The order is fixed, for each wallet by itself. Base rules: each gives `points × total / per`, and where several apply
their points add up. Multiplier rules: each adds `(multiplier − 1) ×` what the base rules gave together, cut at its cap;
two of them on one day add, they do not multiply. Then one rounding of the sum (the program's way, downwards by default),
shared among the rules by largest remainder, so that the explanation always adds up to the points.

A rule with a cap per day comes last, and gives the whole points by which the rounded sum grows with it, as far as the
day's cap has room: `min(what it would give, room)`. So a day gives `min(cap, what all its purchases would give)`, in
whatever order the receipts come, and no split of a bill slips under the cap. Where several such rules meet in one
purchase, the first shares its one rounding and each further one is rounded down by itself: if two caps shared a
fraction, small bills could earn under the one what the other has used up.

The same function says what is left of an award after a return: the purchase that remains, priced by the same rules, with
the room that the purchase had.
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
from quen.program.model import EarningRule, Program, Rounding, Wallet

_NOTHING = Fraction(0)
_ONE = Fraction(1)
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
    wallet: Wallet = "points"


@dataclass(frozen=True, slots=True)
class Award:
    """What is earned, and why. The shares of a wallet add up to it; a rule that applied and gave nothing is named with 0.

    `capped` is what every rule with a cap per day has used of it: what the account must remember for the purchase's day.
    `waits` are the points by the days that they wait before they are active.
    """

    explanation: tuple[RuleShare, ...] = ()
    capped: Mapping[str, int] = field(default_factory=dict)
    waits: Mapping[int, int] = field(default_factory=dict)

    @property
    def points(self) -> int:
        """The points earned."""
        return self.earned("points")

    def earned(self, wallet: Wallet) -> int:
        """What is earned for that wallet."""
        return sum(share.points for share in self.explanation if share.wallet == wallet)


def price_purchase(program: Program, purchase: Purchase, *, rooms: Mapping[str, int] = NOTHING) -> Award:
    """What the purchase earns.

    `rooms` is how many points each rule with a cap per day may still give; a rule that is not named there has all of its
    cap. Raises CurrencyMismatchError where the total or a line is not in the program's currency.
    """
    amounts = [purchase.total, *(line.amount for line in purchase.lines)]
    if any(amount.currency != program.currency for amount in amounts):
        raise CurrencyMismatchError
    amount = purchase.total.amount
    rules = _rules_for(program, program.local_day(purchase.occurred_at))
    wallets = {rule.wallet for rule in rules}
    given = {rule.id: points for wallet in wallets for rule, points in _wallet(program, rules, wallet, amount, rooms)}
    waits: dict[int, int] = {}
    for rule in rules:
        if rule.wallet == "points" and given[rule.id]:
            days = program.points.pending_days if rule.pending_days is None else rule.pending_days
            waits[days] = waits.get(days, 0) + given[rule.id]
    return Award(
        tuple(RuleShare(rule.id, program.version, amount, given[rule.id], rule.wallet) for rule in rules),
        {rule.id: given[rule.id] for rule in rules if _is_capped_by_day(rule)},
        waits,
    )


def price_enrolment(program: Program) -> Award:
    """What joining earns: the points of every enrolment rule. They never wait."""
    rules = [rule for rule in program.earning if rule.on == "enrolment"]
    shares = tuple(RuleShare(rule.id, program.version, 0, rule.points or 0) for rule in rules)
    return Award(shares, waits={0: sum(share.points for share in shares)})


def _rules_for(program: Program, day: date) -> list[EarningRule]:
    """The purchase rules of that local day, as the document orders them."""
    return [rule for rule in program.earning if rule.on == "purchase" and rule.applies_on(day)]


def _wallet(
    program: Program, rules: Sequence[EarningRule], wallet: Wallet, amount: int, rooms: Mapping[str, int]
) -> list[tuple[EarningRule, int]]:
    """What each rule of one wallet gives."""
    rounding = program.points.rounding
    base = _NOTHING
    exact: list[tuple[EarningRule, Fraction]] = []
    capped: list[EarningRule] = []
    for rule in rules:
        if rule.wallet == wallet and rule.multiplier is None:
            share = _base_share(rule, amount)
            base += share
            exact.append((rule, share))
    for rule in rules:
        if rule.wallet == wallet and rule.multiplier is not None:
            if _is_capped_by_day(rule):
                capped.append(rule)
            else:
                exact.append((rule, _multiplied(rule, rule.multiplier, base)))
    total = sum((share for _, share in exact), _NOTHING)
    rounded = _round(total, rounding)
    given = list(zip([rule for rule, _ in exact], _allocate([share for _, share in exact], rounded), strict=True))
    for number, rule in enumerate(capped):
        share = _multiplied(rule, rule.multiplier or _ONE, base)
        whole = floor(share) if number else _round(total + share, rounding) - rounded
        given.append((rule, min(whole, max(0, rooms.get(rule.id, rule.cap_points or 0)))))
    return given


def _is_capped_by_day(rule: EarningRule) -> bool:
    return rule.cap_points is not None and rule.cap_per == "day"


def _base_share(rule: EarningRule, amount: int) -> Fraction:
    if rule.per is None:
        return Fraction((rule.points or 0) * (amount > 0))
    return Fraction((rule.points or 0) * amount, rule.per)


def _multiplied(rule: EarningRule, multiplier: Fraction, base: Fraction) -> Fraction:
    share = (multiplier - 1) * base
    return min(share, Fraction(rule.cap_points or 0)) if rule.cap_per == "purchase" else share


def _round(points: Fraction, rounding: Rounding) -> int:
    if rounding == "half_up":
        return floor(points + Fraction(1, 2))
    return ceil(points) if rounding == "ceiling" else floor(points)


def _allocate(exact: Sequence[Fraction], points: int) -> list[int]:
    """Whole points that add up to `points`: each share's floor, and one more for the largest remainders, earlier rules
    first. No share passes its exact value by a whole point, so none passes its cap.
    """
    shares = [floor(share) for share in exact]
    if sum(shares) == points:
        return shares
    remainders = [share - whole for share, whole in zip(exact, shares, strict=True)]
    by_remainder = sorted(range(len(exact)), key=lambda index: -remainders[index])
    for index in by_remainder[: points - sum(shares)]:
        shares[index] += 1
    return shares

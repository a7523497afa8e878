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
from math import lcm
from types import MappingProxyType

from quen.errors import CurrencyMismatchError
from quen.money import Money
from quen.program.model import EarningRule, Program, Rounding, Wallet

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
    """What each rule of one wallet gives.

    Shares are whole numbers of one unit so small that every rule's share is exact: `unit` of them are a point.
    """
    rounding = program.points.rounding
    bases = [rule for rule in rules if rule.wallet == wallet and rule.multiplier is None]
    multipliers = [(rule, rule.multiplier) for rule in rules if rule.wallet == wallet and rule.multiplier is not None]
    unit = lcm(*(rule.per or 1 for rule in bases)) * lcm(*(factor.denominator for _, factor in multipliers))
    exact = [(rule, _base_share(rule, amount, unit)) for rule in bases]
    base = sum(share for _, share in exact)
    capped: list[tuple[EarningRule, int]] = []
    for rule, factor in multipliers:
        share = base * (factor.numerator - factor.denominator) // factor.denominator
        if rule.cap_points is None:
            exact.append((rule, share))
        elif rule.cap_per == "purchase":
            exact.append((rule, min(share, rule.cap_points * unit)))
        else:
            capped.append((rule, share))
    total = sum(share for _, share in exact)
    rounded = _round(total, unit, rounding)
    given = list(zip([rule for rule, _ in exact], _allocate([share for _, share in exact], unit, rounded), strict=True))
    for number, (rule, share) in enumerate(capped):
        whole = share // unit if number else _round(total + share, unit, rounding) - rounded
        given.append((rule, min(whole, max(0, rooms.get(rule.id, rule.cap_points or 0)))))
    return given


def _is_capped_by_day(rule: EarningRule) -> bool:
    return rule.cap_points is not None and rule.cap_per == "day"


def _base_share(rule: EarningRule, amount: int, unit: int) -> int:
    if rule.per is None:
        return (rule.points or 0) * unit if amount else 0
    return (rule.points or 0) * amount * (unit // rule.per)


def _round(share: int, unit: int, rounding: Rounding) -> int:
    if rounding == "half_up":
        return (2 * share + unit) // (2 * unit)
    return -(-share // unit) if rounding == "ceiling" else share // unit


def _allocate(exact: Sequence[int], unit: int, points: int) -> list[int]:
    """Whole points that add up to `points`: each share's floor, and one more for the largest remainders, earlier rules
    first. No share passes its exact value by a whole point, so none passes its cap.
    """
    shares = [share // unit for share in exact]
    missing = points - sum(shares)
    if missing:
        by_remainder = sorted(range(len(exact)), key=lambda index: -(exact[index] % unit))
        for index in by_remainder[:missing]:
            shares[index] += 1
    return shares

"""What a reward or a voucher is good for, and what that takes off a bill. Pure, and whole numbers of the smallest unit.

A benefit never takes more than the bill, or than the lines that it is for; what it takes is shared among those lines by
largest remainder, so that the lines always add up to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal, cast, get_args

from msgspec import Struct

BenefitKind = Literal[
    "free_product",
    "amount_off",
    "percent_off",
    "free_delivery",
    "gift",
    "voucher",
    "donation",
    "event_ticket",
    "partner_reward",
]

MONEY_KINDS: frozenset[BenefitKind] = frozenset({"amount_off", "voucher"})
"""What has a face value that pays like money, and so can be used in parts."""
BILL_KINDS: frozenset[BenefitKind] = MONEY_KINDS | {"free_product", "percent_off", "free_delivery"}
"""What takes something off a bill; the others are handed over, or passed on."""


class Benefit(Struct, frozen=True):
    """What somebody gets.

    `amount` is what is off, the face value of a voucher, or what is donated; `percent` a part of one (15 % is 3/20);
    `maximum` the most that is taken off; `minimum_bill` the least that the goods of the bill come to. `skus` and
    `categories` are the goods that it is for: a line of either, all goods where neither is said. `cause` is what a
    donation is for, `partner_id` who gives a partner's reward, `event` what a ticket says about its event.
    """

    kind: BenefitKind
    amount: int | None = None
    percent: Fraction | None = None
    maximum: int | None = None
    minimum_bill: int | None = None
    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    partner_id: str | None = None
    cause: str | None = None
    event: Mapping[str, Any] | None = None


class BillLine(Struct, frozen=True):
    """One line of a bill: `quantity` pieces that cost `amount` together."""

    line_id: str
    sku: str | None
    category: str | None
    quantity: int
    amount: int


class Bill(Struct, frozen=True):
    """What is to be paid: `total` with the delivery fee in it. A bill without lines is one of unnamed goods."""

    total: int
    currency: str
    lines: tuple[BillLine, ...] = ()
    delivery_fee: int = 0

    @property
    def goods(self) -> int:
        """What the goods come to."""
        return self.total - self.delivery_fee


class Allocation(Struct, frozen=True):
    """What is taken off a bill, and how much of it off which of its lines. A delivery fee is on no line."""

    amount: int = 0
    lines: tuple[tuple[str, int], ...] = ()


NOTHING_OFF = Allocation()


def discount(benefit: Benefit, bill: Bill) -> Allocation:
    """What the benefit takes off the bill: nothing of a bill below its minimum, or without any of its goods."""
    if bill.goods < (benefit.minimum_bill or 0):
        return NOTHING_OFF
    if benefit.kind == "free_delivery":
        return Allocation(min(bill.delivery_fee, _most(benefit, bill.delivery_fee)))
    lines = [line for line in bill.lines if _is_for(benefit, line)]
    is_unnamed = not bill.lines and not benefit.skus and not benefit.categories
    goods = bill.goods if is_unnamed else min(bill.goods, sum(line.amount for line in lines))
    if benefit.kind == "free_product":
        return _piece_off(benefit, lines, goods)
    amount = min(_wanted(benefit, goods), _most(benefit, goods), goods)
    if amount <= 0:
        return NOTHING_OFF
    shares = share_out(amount, [line.amount for line in lines])
    return Allocation(amount, tuple((line.line_id, off) for line, off in zip(lines, shares, strict=True) if off))


def share_out(amount: int, weights: Sequence[int]) -> list[int]:
    """Whole shares in proportion to the weights, which add up to the amount: each one's floor, and one more for the
    largest remainders, earlier ones first. No share is more than its weight where the amount is not more than all of
    them. Without any weight there is nothing to share among.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: -(amount * weights[index] % whole))
    for index in by_remainder[: amount - sum(shares)]:
        shares[index] += 1
    return shares


def benefit_form(benefit: Benefit) -> dict[str, Any]:
    """The benefit as plain JSON, without what it does not say: how it is kept, and how it is shown."""
    form = {
        "kind": benefit.kind,
        "amount": benefit.amount,
        "percent": decimal_text(benefit.percent * 100) if benefit.percent is not None else None,
        "maximum": benefit.maximum,
        "minimum_bill": benefit.minimum_bill,
        "skus": list(benefit.skus) or None,
        "categories": list(benefit.categories) or None,
        "partner_id": benefit.partner_id,
        "cause": benefit.cause,
        "event": dict(benefit.event) if benefit.event is not None else None,
    }
    return {name: value for name, value in form.items() if value is not None}


def parse_benefit(form: Mapping[str, Any]) -> Benefit:
    """The benefit behind `benefit_form`. Raises ValueError for a kind that does not exist."""
    if form["kind"] not in get_args(BenefitKind):
        raise ValueError(form["kind"])
    percent = form.get("percent")
    return Benefit(
        kind=cast("BenefitKind", form["kind"]),
        amount=form.get("amount"),
        percent=Fraction(percent) / 100 if percent is not None else None,
        maximum=form.get("maximum"),
        minimum_bill=form.get("minimum_bill"),
        skus=tuple(form.get("skus", ())),
        categories=tuple(form.get("categories", ())),
        partner_id=form.get("partner_id"),
        cause=form.get("cause"),
        event=form.get("event"),
    )


def _is_for(benefit: Benefit, line: BillLine) -> bool:
    if not benefit.skus and not benefit.categories:
        return True
    return line.sku in benefit.skus or line.category in benefit.categories


def _wanted(benefit: Benefit, goods: int) -> int:
    if benefit.kind == "percent_off" and benefit.percent is not None:
        return goods * benefit.percent.numerator // benefit.percent.denominator
    return benefit.amount or 0 if benefit.kind in MONEY_KINDS else 0


def _most(benefit: Benefit, otherwise: int) -> int:
    return otherwise if benefit.maximum is None else benefit.maximum


def _piece_off(benefit: Benefit, lines: Sequence[BillLine], goods: int) -> Allocation:
    """One piece of the dearest line that it is for."""
    prices = [line.amount // max(line.quantity, 1) for line in lines]
    if not prices:
        return NOTHING_OFF
    dearest = max(range(len(lines)), key=lambda index: prices[index])
    amount = min(prices[dearest], _most(benefit, prices[dearest]), goods)
    return Allocation(amount, ((lines[dearest].line_id, amount),)) if amount > 0 else NOTHING_OFF


def decimal_text(number: Fraction) -> str:
    """A percentage or a multiplier as text: `15`, `12.5`; at most three places, which is what can be said of one."""
    whole, thousandths = divmod(round(number * 1000), 1000)
    return f"{whole}.{thousandths:03}".rstrip("0").rstrip(".") if thousandths else str(whole)

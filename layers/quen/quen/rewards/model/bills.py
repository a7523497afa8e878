"""What a member has off a bill: how many points may pay for it, and what their tier takes off.

Money is whole numbers of the smallest unit. Whatever is taken off is shared among the lines that it is for by largest
remainder; goods that are excluded never carry any of it.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from quen.errors import CurrencyMismatchError, ValidationFailedError
from quen.program.benefits import NOTHING_OFF, Allocation, Benefit, Bill, discount
from quen.program.model import Goods, PaymentPolicy, Program, Reward, TierDiscount

_FREELY = PaymentPolicy()


class PayablePoints(Struct, frozen=True):
    """Points from `minimum` to `maximum`, in steps of `multiple`, may pay; no `maximum`: none may."""

    minimum: int
    maximum: int
    multiple: int


def payable_points(program: Program, bill: Bill, active: int) -> PayablePoints:
    """How many of these active points may pay for the bill. Raises as `payable_goods` does."""
    policy = program.payment or _FREELY
    affordable = min(active, _points_up_to(program, payable_money(policy, bill)))
    maximum = affordable - affordable % policy.multiple
    is_enough = maximum >= max(policy.minimum, policy.multiple)
    return PayablePoints(policy.minimum, maximum if is_enough else 0, policy.multiple)


def check_payment(program: Program, points: int, bill: Bill | None, paid: int = 0, *, is_own: bool = False) -> None:
    """Raises ValidationFailedError at the points or the bill, as the program's policy says; of a bill that is shown, points
    never pay more than it comes to, together with what they have `paid` of it before (smallest unit). What a member sets
    aside as their own pays a bill that is not known yet: the till then sees to its share.
    """
    policy = program.payment or _FREELY
    if policy.needs_bill and bill is None and not is_own:
        sentence = "How many points may pay hangs on the bill: send it."
        raise ValidationFailedError.at("/bill", "missing", sentence)
    if points < policy.minimum:
        raise ValidationFailedError.at("/points", "below_minimum", f"At least {policy.minimum} points pay at a time.")
    if points % policy.multiple:
        raise ValidationFailedError.at("/points", "not_a_multiple", f"Points pay in steps of {policy.multiple}.")
    if bill is not None:
        check_payable(payable_money(policy, bill), program.worth(points).amount, paid)


def check_payable(payable: int, worth: int, paid: int) -> None:
    """Raises ValidationFailedError where points of that worth pay more than all of them may, in the smallest unit."""
    if paid + worth > payable:
        sentence = "So many points are worth more than what they may still pay of this bill."
        raise ValidationFailedError.at("/points", "above_maximum", sentence)


def payable_money(policy: PaymentPolicy, bill: Bill) -> int:
    """How much of the bill points may pay at the most. Raises as `goods_but` does."""
    share = bill.goods * policy.max_share.numerator // policy.max_share.denominator
    return min(share, goods_but(policy.excluded, bill).goods)


def paid_with(program: Program, points: int, bill: Bill) -> Allocation:
    """What these points take off which lines; never off excluded goods."""
    payable = goods_but((program.payment or _FREELY).excluded, bill)
    return discount(Benefit("amount_off", amount=program.worth(points).amount), payable)


def tier_discount(tier: TierDiscount | None, bill: Bill) -> Allocation:
    """What the tier takes off, rounded down. Raises as `goods_but` does."""
    if tier is None:
        return NOTHING_OFF
    benefit = Benefit("percent_off", percent=tier.percent, maximum=tier.maximum)
    return discount(benefit, goods_but(tier.excluded, bill))


def taken_off_by(reward: Reward, bill: Bill) -> Allocation:
    """What one piece of the reward takes off; a voucher does that by its own code, once it is there."""
    return discount(reward.benefit, bill) if reward.benefit and reward.voucher is None else NOTHING_OFF


def goods_but(excluded: Goods | None, bill: Bill) -> Bill:
    """The bill's goods that are not excluded, as a bill of their own: where it has lines, what stands on them.

    Raises ValidationFailedError where that cannot be known, for the bill has no lines.
    """
    if excluded is None and not bill.lines:
        return replace(bill, total=bill.goods, delivery_fee=0)
    check_lines(excluded, bill)
    lines = tuple(line for line in bill.lines if not excluded or not excluded.include(line.sku or "", line.category))
    return Bill(min(bill.goods, sum(line.amount for line in lines)), bill.currency, lines)


def check_lines(excluded: Goods | None, bill: Bill, pointer: str = "/bill") -> None:
    """Raises ValidationFailedError where goods are excluded and nobody can tell which of the bill's these are."""
    if excluded is not None and not bill.lines:
        sentence = "Some goods are excluded: send the lines of the bill."
        raise ValidationFailedError.at(f"{pointer}/lines", "missing", sentence)


def bill_less(bill: Bill, off: Allocation) -> Bill:
    """What is left to pay of the bill, line by line."""
    taken = dict(off.lines)
    lines = tuple(replace(line, amount=line.amount - taken.get(line.line_id, 0)) for line in bill.lines)
    return replace(bill, total=bill.total - off.amount, lines=lines)


def check_bill(program: Program, bill: Bill, pointer: str = "/bill") -> None:
    """Raises CurrencyMismatchError, ValidationFailedError where the delivery is more than all there is to pay."""
    if bill.currency != program.currency:
        raise CurrencyMismatchError
    if bill.delivery_fee > bill.total:
        sentence = "The delivery fee is a part of the total."
        raise ValidationFailedError.at(f"{pointer}/delivery_fee", "out_of_range", sentence)


def _points_up_to(program: Program, amount: int) -> int:
    """The most points that are worth no more than that; none, where points are worth nothing."""
    points, money = program.points.worth_points, program.points.worth_money
    return ((amount + 1) * points - 1) // money if money else 0

"""Perks on a bill: the one discount that takes most off, then the delivery fee, and what counted perks would take.

Discounts never add up: of the tier's and those of perks the member has the largest. A counted perk is used only by a
redemption, so it is offered, and only where it takes more than what the member has anyway.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from quen.program.benefits import NOTHING_OFF, Allocation, Bill, discount
from quen.program.model import Perk, TierDiscount
from quen.rewards.model.bills import bill_less, check_lines, tier_discount


class PerkOff(Struct, frozen=True):
    """What a perk takes off a bill. `is_applied`: the member has it without asking; else it can be redeemed, so often as
    `uses_left` says, and a discount is then had instead of the one that is applied.
    """

    perk: Perk
    off: Allocation
    is_applied: bool
    uses_left: int | None = None


class Relief(Struct, frozen=True):
    """What a member has off a bill without spending anything: the discount on its goods, whosever it is, and the perks; and
    the bill that is `left` to pay, its delivery fee what is left of that.
    """

    discount: Allocation
    perks: tuple[PerkOff, ...]
    left: Bill


def perk_off(perk: Perk, bill: Bill) -> Allocation:
    """What the perk takes off the bill. Raises ValidationFailedError where goods are excluded and the bill has no lines."""
    if perk.delivery is not None:
        return discount(perk.delivery, bill)
    return tier_discount(perk.discount, bill)


def relief(tier: TierDiscount | None, perks: Sequence[tuple[Perk, int | None]], bill: Bill) -> Relief:
    """What the tier and the perks take off; beside each perk its uses that are left, None where they are not counted.

    Raises as `perk_off` does, at the bill's own place in a request.
    """
    for excluded in (one.excluded for one in (tier, *(perk.discount for perk, _ in perks)) if one):
        check_lines(excluded, bill, pointer="")
    discounts = [(perk, left) for perk, left in perks if perk.discount]
    deliveries = [(perk, left) for perk, left in perks if perk.delivery]
    standing = tier_discount(tier, bill)
    best = _best([perk for perk, left in discounts if left is None], bill)
    applied = [best] if best and best.off.amount > standing.amount else []
    goods_off = applied[0].off if applied else standing
    left_to_pay = bill_less(bill, goods_off)
    if free := _best([perk for perk, left in deliveries if left is None], left_to_pay):
        applied.append(free)
        left_to_pay = _delivered(left_to_pay, free.off)
    offered = [
        PerkOff(perk, off, is_applied=False, uses_left=left)
        for perk, left in perks
        if left and (off := perk_off(perk, bill if perk.discount else left_to_pay)).amount > _had(perk, goods_off)
    ]
    return Relief(goods_off, (*applied, *offered), left_to_pay)


def _best(perks: Sequence[Perk], bill: Bill) -> PerkOff | None:
    """The one that takes most off, the first of equals; None where none takes anything."""
    offs = [PerkOff(perk, perk_off(perk, bill), is_applied=True) for perk in perks]
    return max((one for one in offs if one.off.amount), key=lambda one: one.off.amount, default=None)


def _had(perk: Perk, goods_off: Allocation) -> int:
    """What a counted perk must take more than: a discount more than the one that there is."""
    return goods_off.amount if perk.discount else NOTHING_OFF.amount


def _delivered(bill: Bill, off: Allocation) -> Bill:
    """The bill with so much less of its delivery fee."""
    return replace(bill, total=bill.total - off.amount, delivery_fee=bill.delivery_fee - off.amount)

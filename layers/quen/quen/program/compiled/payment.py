"""What points pay for and what tiers have off, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from quen.program.compiled.conditions import Categories, goods_of
from quen.program.model import PaymentPolicy, TierDiscount


def payment_of(payment: Mapping[str, Any] | None, categories: Categories) -> PaymentPolicy | None:
    """How points pay for part of a bill, where the program says."""
    if not payment:
        return None
    share, excluded = Fraction(payment["max_share"]), goods_of(payment.get("excluded"), categories)
    return PaymentPolicy(payment["minimum"], payment["multiple"], share, excluded)


def discount_of(discount: Mapping[str, Any] | None, categories: Categories) -> TierDiscount | None:
    """What a tier has off every bill, where it has."""
    if not discount:
        return None
    return TierDiscount(
        Fraction(discount["percent"]) / 100, discount.get("maximum"), goods_of(discount.get("excluded"), categories)
    )

"""Paying part of a bill with points, and what a tier has off every bill."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct

from quen.program.model.goods import Goods


class PaymentPolicy(Struct, frozen=True):
    """How points pay for part of a bill: so many at least, in such steps, at most that share of it, and not for
    `excluded` goods.
    """

    minimum: int = 1
    multiple: int = 1
    max_share: Fraction = Fraction(1)
    excluded: Goods | None = None

    @property
    def needs_bill(self) -> bool:
        """Whether nobody can say what points may pay without seeing the bill."""
        return self.max_share < 1 or self.excluded is not None


class TierDiscount(Struct, frozen=True):
    """What a tier has off every bill: `percent` (10 % is 1/10) of what is not `excluded`, `maximum` (smallest unit) at the
    most.
    """

    percent: Fraction
    maximum: int | None = None
    excluded: Goods | None = None

"""What points pay for and what tiers have off, member by member: a part of the document's shape."""

from __future__ import annotations

from pydantic import Field

from quen.money import AMOUNT_MAX
from quen.program.document.conditions import GoodsSection
from quen.program.document.values import POINTS_MAX, Members, Percent, Share


class PaymentSection(Members):
    """Points that pay part of a bill."""

    minimum: int = Field(default=1, ge=1, le=POINTS_MAX, description="Points at a time, at the least.")
    multiple: int = Field(default=1, ge=1, le=POINTS_MAX, description="In steps of so many points.")
    max_share: Share = Field(
        default="1", description='The share of a bill that points pay at the most, as text: "0.5" is one half.'
    )
    excluded: GoodsSection | None = Field(
        default=None, description="Goods that cannot be paid with points; left out: none."
    )


class DiscountSection(Members):
    """What a tier has off every bill."""

    percent: Percent = Field(description='How much, in percent, as text: "5", "7.5".')
    maximum: int | None = Field(
        default=None, ge=1, le=AMOUNT_MAX, description="So much at the most, in the currency's smallest unit."
    )
    excluded: GoodsSection | None = Field(default=None, description="Goods that it is not for; left out: none.")

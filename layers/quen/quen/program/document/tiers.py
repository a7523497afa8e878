"""Levels of members, and how they are reached and lost: a part of the document's shape."""

from __future__ import annotations

from pydantic import Field

from quen.program.document.payment import DiscountSection
from quen.program.document.values import Identifier, Members, Multiplier, Names

TIERS_MAX = 20


class TierSection(Members):
    """A level of members."""

    id: Identifier = Field(description="Unique among the tiers.")
    name: Names
    multiplier: Multiplier | None = Field(
        default=None, description='A decimal string: what the base rules give in points, times this; left out: "1".'
    )
    discount: DiscountSection | None = Field(default=None, description="Off every bill; left out: nothing.")


class TieringSection(Members):
    """Over which periods tiers are reached and reviewed, and how they are lost."""

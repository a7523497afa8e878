"""Levels of members, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from quen.program.compiled.conditions import Categories
from quen.program.compiled.payment import discount_of
from quen.program.compiled.texts import named
from quen.program.model import Tier, TierPolicy


def tier_of(tier: Mapping[str, Any], locales: Sequence[str], categories: Categories) -> Tier:
    """One tier."""
    discount = discount_of(tier.get("discount"), categories)
    return Tier(tier["id"], named(tier["name"], locales), Fraction(tier.get("multiplier", "1")), discount)


def tiering_of(tiering: Mapping[str, Any] | None) -> TierPolicy:
    """Over which periods tiers are reached and reviewed."""
    return TierPolicy(**(tiering or {}))

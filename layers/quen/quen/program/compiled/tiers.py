"""Levels of members, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, get_args

from quen.program.compiled.conditions import Categories
from quen.program.compiled.payment import discount_of
from quen.program.compiled.texts import named
from quen.program.model import Criteria, Measure, Tier, TierPolicy

_MEASURES: Sequence[Measure] = get_args(Measure)
_BY_CALENDAR_YEAR = TierPolicy()


def tier_of(tier: Mapping[str, Any], locales: Sequence[str], categories: Categories) -> Tier:
    """One tier."""
    return Tier(
        tier["id"],
        named(tier["name"], locales),
        Fraction(tier.get("multiplier", "1")),
        discount_of(tier.get("discount"), categories),
        reach=_criteria_of(tier["reach"]) if "reach" in tier else None,
        keep=_criteria_of(tier["keep"]) if "keep" in tier else None,
        is_retired=tier.get("retired", False),
    )


def tiering_of(tiering: Mapping[str, Any] | None) -> TierPolicy:
    """Over which periods tiers are reached and reviewed."""
    if not tiering:
        return _BY_CALENDAR_YEAR
    return TierPolicy(
        tiering["period"],
        starts_month=tiering.get("starts", _BY_CALENDAR_YEAR.starts_month),
        months=tiering.get("months", _BY_CALENDAR_YEAR.months),
        down=tiering["down"],
        notice_days=tiering["notice_days"],
        grace_days=tiering["grace_days"],
    )


def _criteria_of(criteria: Mapping[str, Any]) -> Criteria:
    return Criteria(
        {measure: criteria[measure] for measure in _MEASURES if measure in criteria},
        all_of=tuple(_criteria_of(each) for each in criteria.get("all", ())),
        any_of=tuple(_criteria_of(each) for each in criteria.get("any", ())),
    )

"""Perks, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from quen.program.benefits import Benefit
from quen.program.compiled.conditions import Categories
from quen.program.compiled.payment import discount_of
from quen.program.compiled.texts import named
from quen.program.model import Perk, Quota


def perk_of(perk: Mapping[str, Any], locales: Sequence[str], categories: Categories) -> Perk:
    """One perk."""
    kind = perk["kind"]
    return Perk(
        id=perk["id"],
        name=named(perk["name"], locales),
        kind=kind,
        terms=named(perk.get("terms", {}), locales),
        tiers=tuple(perk.get("tiers", ())),
        plans=tuple(perk.get("plans", ())),
        quota=_quota(perk.get("quota")),
        delivery=_delivery(perk) if kind == "free_delivery" else None,
        discount=discount_of(perk, categories) if kind == "percent_off" else None,
        is_for_birthday_month=perk.get("when") == "birthday_month",
        multiplier=Fraction(perk.get("multiplier", "1")),
        early_days=perk.get("days", 0),
        rewards=tuple(perk.get("rewards", ())),
        at=datetime.fromisoformat(perk["at"]).astimezone(UTC) if kind == "event_invitation" else None,
        place=perk.get("place", ""),
        worth=perk.get("worth", 0),
    )


def _quota(quota: Mapping[str, Any] | None) -> Quota | None:
    if not quota:
        return None
    uses = quota["uses"]
    return Quota(quota["per"], by_holder=uses) if isinstance(uses, Mapping) else Quota(quota["per"], uses)


def _delivery(perk: Mapping[str, Any]) -> Benefit:
    return Benefit("free_delivery", maximum=perk.get("maximum"), minimum_bill=perk.get("minimum_bill"))

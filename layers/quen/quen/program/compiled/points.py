"""What points are, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quen.program.model import Expiry, ExpiryKind, ExpiryWarning, PointsPolicy


def points_of(points: Mapping[str, Any]) -> PointsPolicy:
    """What points are."""
    return PointsPolicy(
        worth_points=points["worth"]["points"],
        worth_money=points["worth"]["money"],
        rounding=points["rounding"],
        pending_days=points["pending"]["days"],
        expiry=_expiry(points.get("expiry", {})),
        debt_limit=points["debt"]["limit"],
    )


def _expiry(expiry: Mapping[str, Any]) -> Expiry:
    warning = _warning(expiry["warning"]) if expiry.get("warning") else ExpiryWarning()
    if "fixed" in expiry:
        month, day = expiry["fixed"].split("-")
        return Expiry("fixed", month_day=(int(month), int(day)), warning=warning)
    kinds: tuple[ExpiryKind, ...] = ("months", "days", "inactive_months")
    for kind in kinds:
        if kind in expiry:
            activities = frozenset(expiry.get("activities", ()))
            return Expiry(kind, expiry[kind], expiry.get("at"), activities=activities, warning=warning)
    return Expiry()


def _warning(said: Mapping[str, Any]) -> ExpiryWarning:
    days = tuple(sorted(said["days"], reverse=True))
    return ExpiryWarning(days, said["together_days"], said["required"], said["grace_days"])

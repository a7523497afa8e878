"""Ways to earn, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, get_args

from quen.program.model import EarningRule, Weekday

_WEEKDAYS: Sequence[Weekday] = get_args(Weekday)


def rule_of(rule: Mapping[str, Any]) -> EarningRule:
    """One way to earn."""
    multiplier = rule.get("multiplier")
    cap = rule.get("cap", {})
    return EarningRule(
        id=rule["id"],
        on=rule["on"],
        points=rule.get("points"),
        per=rule.get("per"),
        multiplier=Fraction(multiplier) if multiplier is not None else None,
        weekdays=frozenset(_WEEKDAYS.index(name) for name in rule.get("when", {}).get("weekday", ())),
        cap_points=cap.get("points"),
        cap_per=cap.get("per"),
        wallet=rule.get("wallet", "points"),
        pending_days=rule.get("pending", {}).get("days"),
    )

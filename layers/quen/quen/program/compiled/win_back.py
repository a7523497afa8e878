"""Winning members back, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from quen.program.compiled.occasions import gifts_of
from quen.program.model import WinBackPolicy


def win_back_of(section: Mapping[str, Any] | None) -> WinBackPolicy | None:
    """What members are offered who have lapsed, where the program offers anything."""
    if not section:
        return None
    return WinBackPolicy(
        after=Fraction(section["after"]),
        gifts=gifts_of(section),
        days_min=section["days_min"],
        days_max=section["days_max"],
        purchases_min=section["purchases_min"],
        hold_out=Fraction(section["hold_out"]) / 100,
        channels=tuple(section["channels"]),
    )

"""Paid memberships: what a plan costs, how long it lasts, and what happens when nobody pays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quen.program.model.texts import text_in


@dataclass(frozen=True, slots=True)
class Plan:
    """A paid membership: `price` in the smallest unit of money for every `months` months."""

    id: str
    name: Mapping[str, str]
    price: int
    months: int = 1
    trial_days: int = 0
    grace_days: int = 7

    def name_in(self, locale: str | None) -> str:
        """The name in that locale, or in its language, or in the program's first locale."""
        return text_in(self.name, locale)

"""What points buy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quen.program.model.texts import text_in


@dataclass(frozen=True, slots=True)
class Reward:
    """What points buy. `name` goes by locale, the program's first locale first.

    `stock` is how many there are in all, `per_member` how many one member may have; None: no limit.
    `expires_in_days` is how long a member has to collect it.
    """

    id: str
    name: Mapping[str, str]
    points: int
    stock: int | None = None
    per_member: int | None = None
    expires_in_days: int = 30

    def name_in(self, locale: str | None) -> str:
        """The name in that locale, or in its language, or in the program's first locale."""
        return text_in(self.name, locale)

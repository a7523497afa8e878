"""Punch cards: stamps that bring a reward at each milestone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quen.program.model.texts import text_in


@dataclass(frozen=True, slots=True)
class PunchCard:
    """A card of so many `stamps`; `milestones` name the reward that each of some stamps brings, the last stamp among them."""

    id: str
    name: Mapping[str, str]
    stamps: int
    milestones: Mapping[int, str]

    def name_in(self, locale: str | None) -> str:
        """The name in that locale, or in its language, or in the program's first locale."""
        return text_in(self.name, locale)

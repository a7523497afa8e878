"""What members have that is no points: perks of tiers, of paid memberships, or given for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from quen.program.model.texts import text_in


@dataclass(frozen=True, slots=True)
class Perk:
    """Something that members of some `tiers` or with some paid `plans` have; where both are empty, only who it is given to."""

    id: str
    name: Mapping[str, str]
    terms: Mapping[str, str] = field(default_factory=dict)
    tiers: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()

    def name_in(self, locale: str | None) -> str:
        """The name in that locale, or in its language, or in the program's first locale."""
        return text_in(self.name, locale)

"""A member's standing in the program's tiers, and what an entry does to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from quen.program.model import Measure

StandingStep = Literal["", "noticed", "grace"]
StandingCause = Literal["upgraded", "noticed", "on_track", "grace", "prolonged", "downgraded", "ended", "merged"]
Figures = Mapping[Measure, int]
"""What a member has gathered over some months, by measure; spend in the smallest unit of money."""


class Standing(NamedTuple):
    """The tier that a member has earned ("": the entry tier), from which day, and the last day for which it is theirs
    ("": for good). `next_on` is the day at whose midnight its next step falls due ("": none does); `step` how far a loss
    has come: told of, or in its grace. `closed` is then the last day of the period that was missed, which `until` is no more.
    """

    tier: str = ""
    since: str = ""
    until: str = ""
    next_on: str = ""
    step: StandingStep = ""
    closed: str = ""


_NO_FIGURES: Figures = {}


class StandingChange(NamedTuple):
    """What an entry does to it: why, what it is afterwards, the tier before, by which figures of which period (its first
    month, "": of ever) and by which version of the rules. Where what staff set has `ended`, that is the tier before.
    """

    cause: StandingCause
    after: Standing
    before: str = ""
    figures: Figures = _NO_FIGURES
    period: str = ""
    rules: int = 0


NO_STANDING = Standing()

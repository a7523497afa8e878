"""The tier that a member has earned: how it is reached, reviewed, kept and lost. Pure.

Periods are whole months of the program's calendar. A tier is reached at once and lost only at a review, which falls due
by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

StandingStep = Literal["", "noticed", "grace"]
StandingCause = Literal["upgraded", "noticed", "grace", "prolonged", "downgraded", "merged"]


class Standing(NamedTuple):
    """The tier that a member has earned ("": the entry tier), from which day, and the last day for which it is theirs
    ("": for good). `next_on` is the day at whose midnight its next step falls due ("": none does); `step` how far a loss
    has come: told of, or in its grace.
    """

    tier: str = ""
    since: str = ""
    until: str = ""
    next_on: str = ""
    step: StandingStep = ""


class StandingChange(NamedTuple):
    """What an entry does to it: why, what it is afterwards, the tier before, by which figures of which period (its first
    month) and by which version of the rules.
    """

    cause: StandingCause
    after: Standing
    before: str = ""
    figures: Mapping[str, int] = {}
    period: str = ""
    rules: int = 0


NO_STANDING = Standing()

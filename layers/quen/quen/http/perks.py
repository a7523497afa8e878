"""What the APIs answer about perks, as types."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from quen.http.answers import Count, Day, Instant, Money
from quen.http.redemptions import PerkUses
from quen.program.model import PerkKind


class PerkShown(TypedDict):
    """A perk, and what its kind says of it."""

    perk_id: str
    name: str
    terms: str | None
    kind: PerkKind
    percent: NotRequired[str]
    maximum: NotRequired[Money]
    minimum_bill: NotRequired[Money]
    when: NotRequired[Literal["birthday_month"]]
    multiplier: NotRequired[str]
    early_days: NotRequired[Count]
    rewards: NotRequired[list[str]]
    at: NotRequired[Instant]
    place: NotRequired[str]


class HeldPerk(PerkShown):
    """A perk that the member has: through what, from which day and to which one, where that is known; and how often it may be
    used (null: it is not counted). A brand is told neither day (null).
    """

    source: Literal["tier", "membership", "granted"]
    since: Day | None
    until: Day | None
    quota: PerkUses | None


class NextTier(TypedDict):
    """What the next tier would bring beside it."""

    id: str
    name: str
    perks: list[PerkShown]


class PerkList(TypedDict):
    """Every perk that the member has now."""

    member_id: str
    items: list[HeldPerk]
    next_tier: NextTier | None

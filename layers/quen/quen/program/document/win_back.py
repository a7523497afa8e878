"""Winning members back: a part of the document's shape."""

from __future__ import annotations

from pydantic import Field

from quen.program.document.occasions import CHANNELS, ByTier, Channels, GiftSection
from quen.program.document.values import Multiplier, Percent

DAYS_MIN, DAYS_MAX = 30, 180
"""Unless the document says otherwise."""
WAIT_DAYS_MAX = 730
PURCHASES_MAX = 100


class WinBackSection(GiftSection):
    """What members are offered who stay away longer than they used to: once for each time that they do."""

    after: Multiplier = Field(
        description="After how many times the member's own average gap between purchases, as text, like 2.5."
    )
    days_min: int = Field(
        default=DAYS_MIN, ge=1, le=WAIT_DAYS_MAX, description="But at least so many days after the last purchase."
    )
    days_max: int = Field(
        default=DAYS_MAX, ge=1, le=WAIT_DAYS_MAX, description="And so many days after the last purchase at the latest."
    )
    purchases_min: int = Field(
        default=3,
        ge=2,
        le=PURCHASES_MAX,
        description="Who has bought less often has no rhythm yet, and is offered nothing.",
    )
    hold_out: Percent = Field(
        default="0",
        description="So many percent of the members are offered nothing, to see what the offer brings: text, like 10.",
    )
    by_tier: ByTier = None
    channels: Channels = Field(default=[], description=CHANNELS)

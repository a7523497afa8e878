"""Levels of members, and how they are reached and lost: a part of the document's shape."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from quen.money import AMOUNT_MAX
from quen.program.document.payment import DiscountSection
from quen.program.document.segments import COUNT_MAX
from quen.program.document.values import MOVED_POINTS_MAX, Identifier, Members, Multiplier, Names

TIERS_MAX = 20
CRITERIA_MAX = 10
NOTICE_DAYS_MAX = 90
GRACE_DAYS_MAX = 60
ROLLING_MONTHS_MAX = 18
"""With the month itself and a grace they are fewer than the months that accounts tell apart."""


class CriteriaSection(Members):
    """What must have been reached in a period: all that is said here, and one of `any`."""

    qualifying: int | None = Field(default=None, ge=1, le=MOVED_POINTS_MAX, description="So many qualifying points.")
    spend: int | None = Field(
        default=None,
        ge=1,
        le=AMOUNT_MAX,
        description="So much spent, in the currency's smallest unit, without what came back.",
    )
    visits: int | None = Field(
        default=None, ge=1, le=COUNT_MAX, description="So many visits: of a day and store one counts."
    )
    purchases: int | None = Field(
        default=None, ge=1, le=COUNT_MAX, description="So many purchases, without those that came back whole."
    )
    all: list[CriteriaSection] | None = Field(
        default=None, min_length=1, max_length=CRITERIA_MAX, description="All of these are met; at most three deep."
    )
    any: list[CriteriaSection] | None = Field(
        default=None,
        min_length=1,
        max_length=CRITERIA_MAX,
        description="At least one of these is met; at most three deep.",
    )


class TierSection(Members):
    """A level of members."""

    id: Identifier = Field(description="Unique among the tiers.")
    name: Names
    multiplier: Multiplier | None = Field(
        default=None, description='A decimal string: what the base rules give in points, times this; left out: "1".'
    )
    discount: DiscountSection | None = Field(default=None, description="Off every bill; left out: nothing.")
    reach: CriteriaSection | None = Field(
        default=None, description="How members reach it, at once; left out: staff alone give it."
    )
    keep: CriteriaSection | None = Field(
        default=None, description="What keeps it beyond the end of a period; left out: what reaches it."
    )
    retired: Literal[True] | None = Field(
        default=None, description="Nobody gets it any more; who has it keeps it to the end of their period."
    )


class TieringSection(Members):
    """Over which periods tiers are reached and reviewed, and how they are lost."""

    period: Literal["calendar_year", "program_year", "rolling", "anniversary", "lifetime"] = Field(
        default="calendar_year",
        description=(
            "The months that count together: from January; from the month `starts`; this month and the `months` before it;"
            " a year of the member's own that ends with the month in which they joined; all there ever were, and then a tier"
            " is never lost."
        ),
    )
    starts: int | None = Field(
        default=None, ge=1, le=12, description="With which month a program's year begins, 1 to 12."
    )
    months: int | None = Field(
        default=None,
        ge=1,
        le=ROLLING_MONTHS_MAX,
        description="How many months back a rolling period goes; left out: 12.",
    )
    down: Literal["one_level", "to_earned"] = Field(
        default="one_level",
        description="How far a member goes down at one review: a level, or to what they have earned.",
    )
    notice_days: int = Field(
        default=30,
        ge=0,
        le=NOTICE_DAYS_MAX,
        description="How many days before the end of a period a loss is told; 0: it is not.",
    )
    grace_days: int = Field(
        default=0,
        ge=0,
        le=GRACE_DAYS_MAX,
        description="How many days a tier lives on after a period in which it was not kept.",
    )

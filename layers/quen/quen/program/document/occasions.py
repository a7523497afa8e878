"""Birthdays and holidays, member by member: a part of the document's shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from quen.program.document.values import (
    POINTS_MAX,
    Day,
    Identifier,
    Locale,
    LunarDay,
    Members,
    MessageText,
    MonthDay,
    Names,
    one_of,
)
from quen.program.model import Channel

HOLIDAYS_MAX = 40
DAYS_BEFORE_MAX = 60
KNOWN_DAYS_MAX = 60
GIFT_DAYS_MAX = 366
TAGS_MAX = 32

Channels = list[Channel]
CHANNELS = "How the member is told, where they consent; left out: not at all."
DaysBefore = Annotated[
    int, Field(ge=0, le=DAYS_BEFORE_MAX, description="How many days before the day itself it is given.")
]
GiftDays = Annotated[int, Field(ge=1, le=GIFT_DAYS_MAX)]


def _form(value: object) -> str:
    """How a length is read that is a word or a mapping. In brackets, for that is no place in the document."""
    return "[mapping]" if isinstance(value, Mapping | Members) else "[word]"


class RewardGiftSection(Members):
    """A reward for no points, whatever its price. A voucher is issued at once."""

    id: Identifier = Field(description="One of the rewards.")
    valid_days: GiftDays = Field(
        description="For how many days, from the day itself on, or from when it is given where that is later."
    )


class DaysSection(Members):
    """So many days."""

    days: GiftDays = Field(
        description="How many, from the day itself on, or from when it is given where that is later."
    )


PerkLength = Annotated[
    Annotated[Literal["month"], Tag("[word]")] | Annotated[DaysSection, Tag("[mapping]")], Discriminator(_form)
]


class PerkGiftSection(Members):
    """A perk for a while, also to members who would not have it otherwise."""

    id: Identifier = Field(description="One of the perks.")
    for_: PerkLength = Field(alias="for", description='How long: "month" is to the end of the month of that day.')


class GiftSection(Members):
    """What is given: one of these at least, or several at once."""

    points: int | None = Field(default=None, ge=1, le=POINTS_MAX, description="So many points.")
    reward: RewardGiftSection | None = Field(default=None, description="A reward for no points.")
    perk: PerkGiftSection | None = Field(default=None, description="A perk for a while.")


ByTier = Annotated[
    dict[Identifier, GiftSection] | None,
    Field(min_length=1, description="What members of some tiers are given instead: all of it, and nothing else."),
]


class BirthdaySection(GiftSection):
    """The birthday gift, once per member and year."""

    by_tier: ByTier = None
    days_before: DaysBefore = 0
    feb_29: Literal["feb_28", "mar_1", "skip"] = Field(
        default="feb_28", description="The birthday of who is born on 29 February, in a year without one."
    )
    known_days: int = Field(
        default=0,
        ge=0,
        le=KNOWN_DAYS_MAX,
        description="A birthday that was set less than so many days before gives nothing in that year.",
    )
    channels: Channels = Field(default=[], description=CHANNELS)


class HolidayOnSection(Members):
    """When a holiday is: exactly one of these."""

    model_config = one_of({"required": ["date"]}, {"required": ["lunar"]}, {"required": ["day"]})

    date: MonthDay | None = Field(default=None, description="Every year on that day, as MM-DD.")
    lunar: LunarDay | None = Field(
        default=None,
        description=(
            "Every Vietnamese lunar year on that day, as MM-DD: 01-01 is Tết, 08-15 Mid-Autumn; never in a leap month; day 30"
            " is the last day of a month that has only 29."
        ),
    )
    day: Day | None = Field(default=None, description="On that day only, as YYYY-MM-DD.")


class HolidaySection(GiftSection):
    """A day of the year on which members are given something, once each."""

    id: Identifier = Field(description="Unique among the holidays; it must never change, or the gift is given again.")
    name: Names
    on: HolidayOnSection = Field(description="When it is.")
    by_tier: ByTier = None
    days_before: DaysBefore = 0
    segment: Identifier | None = Field(default=None, description="Only members of this segment are given something.")
    tags: list[Identifier] | None = Field(
        default=None, min_length=1, max_length=TAGS_MAX, description="Only members with one of these tags are."
    )
    message: dict[Locale, MessageText] | None = Field(
        default=None,
        description="What the member is told beside the gift, in every locale of the program; left out: a greeting.",
    )
    channels: Channels = Field(default=[], description=CHANNELS)

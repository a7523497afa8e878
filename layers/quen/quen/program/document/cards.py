"""Punch cards, member by member: a part of the document's shape."""

from __future__ import annotations

from pydantic import Field

from quen.program.document.values import Identifier, Members, Names, one_of

CARDS_MAX = 20
STAMPS_MIN = 2
STAMPS_MAX = 100
MILESTONES_MAX = 10


class MilestoneSection(Members):
    """A stamp that brings a reward, once on each card."""

    at: int = Field(ge=1, le=STAMPS_MAX, description="Which stamp: 5 is the fifth.")
    reward: Identifier = Field(description="What it brings, one piece for no points: one of the `rewards`.")
    valid_days: int = Field(
        default=90, ge=1, le=3650, description="For how many days it can be had, that of the stamp included."
    )


class CardExpirySection(Members):
    """How long a card lives, counted from its first stamp; to 24:00 of its last day."""

    model_config = one_of({"required": ["months"]}, {"required": ["days"]})

    months: int | None = Field(default=None, ge=1, le=120, description="Months from its first stamp.")
    days: int | None = Field(default=None, ge=1, le=3650, description="Days from its first stamp.")


class CardSection(Members):
    """A card of stamps that bring a reward at each milestone; after the last stamp a new card begins."""

    id: Identifier = Field(description="Unique among the cards.")
    name: Names
    stamps: int = Field(ge=STAMPS_MIN, le=STAMPS_MAX, description="How many stamps make it full.")
    milestones: list[MilestoneSection] = Field(
        min_length=1, max_length=MILESTONES_MAX, description="What some of its stamps bring: mostly the last one too."
    )
    expires: CardExpirySection | None = Field(default=None, description="How long its stamps live; left out: for good.")

"""Segments, member by member: a part of the document's shape."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, ValidatorFunctionWrapHandler, WrapValidator

from quen.money import AMOUNT_MAX
from quen.program.document.conditions import CONDITIONS_MAX, NAMES_MAX
from quen.program.document.values import Identifier, Members, Names, Purpose, Text

SEGMENTS_MAX = 100
MONTHS_MAX = 24
"""As many as accounts tell apart."""
DAYS_MAX = 3650
COUNT_MAX = 100_000

CURRENT = "current"
Month = Annotated[int, Field(ge=1, le=12)]
Months = Annotated[int | None, Field(ge=1, le=MONTHS_MAX)]


def _current_or_list(value: object, read: ValidatorFunctionWrapHandler) -> object:
    return value if value == CURRENT else read(value)


BirthdayMonths = Annotated[
    list[Month],
    Field(min_length=1, max_length=12),
    WrapValidator(
        _current_or_list,
        json_schema_input_type=Literal["current"] | Annotated[list[Month], Field(min_length=1, max_length=12)],
    ),
    PlainSerializer(lambda months: months, return_type=Any),
]


class DayRange(Members):
    """How many days ago; today is 0."""

    at_least: int | None = Field(default=None, ge=1, le=DAYS_MAX, description="So many days ago, or longer.")
    at_most: int | None = Field(default=None, ge=0, le=DAYS_MAX, description="So many days ago, or less long.")


class DaysAgo(Members):
    """When it was."""

    days_ago: DayRange = Field(description="How many days ago, in days of the program's zone.")


class CountRange(Members):
    """How many in some months, or ever."""

    at_least: int | None = Field(default=None, ge=1, le=COUNT_MAX, description="So many, or more.")
    at_most: int | None = Field(default=None, ge=0, le=COUNT_MAX, description="So many, or fewer; 0: none.")
    months: Months = Field(
        default=None, description="In this calendar month and those before it, so many in all; left out: ever."
    )


class SpendRange(Members):
    """How much was spent in some months, or ever, in the currency's smallest unit."""

    at_least: int | None = Field(default=None, ge=1, le=AMOUNT_MAX, description="So much, or more.")
    at_most: int | None = Field(default=None, ge=0, le=AMOUNT_MAX, description="So much, or less; 0: nothing.")
    months: Months = Field(
        default=None, description="In this calendar month and those before it, so many in all; left out: ever."
    )


class SegmentWhen(Members):
    """What must be so of a member, all of it, as of the day on which it is asked."""

    last_purchase: DaysAgo | None = Field(
        default=None, description="When the last purchase was; it holds only for those who bought something."
    )
    first_purchase: DaysAgo | None = Field(
        default=None, description="When the first purchase was; it holds only for those who bought something."
    )
    never_bought: Literal[True] | None = Field(
        default=None, description="There was no purchase yet; one that came back was one."
    )
    purchases: CountRange | None = Field(
        default=None, description="How many purchases, without those that came back whole."
    )
    spend: SpendRange | None = Field(default=None, description="How much was spent, without what came back.")
    visits: CountRange | None = Field(
        default=None, description="How many visits: of a day and store one counts, however often something is bought."
    )
    store: list[Text] | None = Field(
        default=None,
        min_length=1,
        max_length=NAMES_MAX,
        description="One of these was among the last ten stores, by id.",
    )
    tag: list[Identifier] | None = Field(
        default=None, min_length=1, max_length=NAMES_MAX, description="The member has one of these tags."
    )
    birthday_month: BirthdayMonths | None = Field(
        default=None,
        description='The months in which the member was born, 1 to 12; or "current": the month in which it is asked.',
    )
    consent: list[Purpose] | None = Field(
        default=None,
        min_length=1,
        max_length=NAMES_MAX,
        description="The member consented to one of these purposes, as it is recorded: marketing_email …",
    )
    joined: DaysAgo | None = Field(default=None, description="When the member joined.")
    tier: list[Identifier] | None = Field(
        default=None, min_length=1, description="The member is in one of these tiers."
    )
    segment: list[Identifier] | None = Field(
        default=None, min_length=1, description="The member is in one of these other segments."
    )
    all: list[SegmentWhen] | None = Field(
        default=None, min_length=1, max_length=CONDITIONS_MAX, description="All of these hold."
    )
    any: list[SegmentWhen] | None = Field(
        default=None, min_length=1, max_length=CONDITIONS_MAX, description="At least one of these holds."
    )
    not_: SegmentWhen | None = Field(default=None, alias="not", description="This does not hold.")


class SegmentSection(Members):
    """A group of members, by what they did and what their profile says."""

    id: Identifier = Field(description="Unique among the segments.")
    name: Names
    when: SegmentWhen = Field(description="Who belongs to it.")

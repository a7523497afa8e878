"""Conditions, member by member: a part of the document's shape."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from quen.money import AMOUNT_MAX
from quen.program.document.values import Code, Day, Identifier, LunarDay, Members, Text, TimeOfDay, Weekday

CONDITIONS_MAX = 20
NAMES_MAX = 200


class TimeWindow(Members):
    """A part of the day; it may span midnight."""

    from_: TimeOfDay = Field(alias="from", description="From then on, as HH:MM.")
    to: TimeOfDay = Field(description="Until then, as HH:MM: the minute itself no longer belongs to it.")


class DateWindow(Members):
    """Local days of the program, both ends included."""

    from_: Day | None = Field(default=None, alias="from", description="The first day; left out: always so far.")
    to: Day | None = Field(default=None, description="The last day; left out: for ever.")


class LunarWindow(Members):
    """Days of the Vietnamese lunar year, every year, both ends included; it may span the new year."""

    from_: LunarDay = Field(alias="from", description="The first day, as MM-DD of the lunar calendar.")
    to: LunarDay = Field(
        description="The last day, as MM-DD of the lunar calendar; day 30 is the last day of a month that has only 29."
    )


class AmountRange(Members):
    """A bill of some size, in the currency's smallest unit."""

    at_least: int | None = Field(default=None, ge=1, le=AMOUNT_MAX, description="The smallest bill.")
    at_most: int | None = Field(default=None, ge=1, le=AMOUNT_MAX, description="The largest bill.")


class NthSection(Members):
    """Which of the member's purchases."""

    is_: int | None = Field(default=None, alias="is", ge=1, le=100_000, description="Exactly this one; 1 is the first.")
    every: int | None = Field(default=None, ge=2, le=10_000, description="Every so many: 5 is the 5th, the 10th …")


class When(Members):
    """Conditions that must all hold. Those on the member go by what was true when the purchase was made."""

    weekday: list[Weekday] | None = Field(default=None, min_length=1, description="Local days of the week.")
    time: TimeWindow | None = Field(default=None, description="A part of the local day: a happy hour.")
    date: DateWindow | None = Field(default=None, description="A window of local days.")
    lunar: LunarWindow | None = Field(default=None, description="Days of the Vietnamese lunar calendar, every year.")
    festival: list[Literal["tet", "mid_autumn"]] | None = Field(
        default=None,
        min_length=1,
        description="One of these: `tet` is 12-23 to 01-07 of the lunar calendar, `mid_autumn` 08-01 to 08-15.",
    )
    store: list[Text] | None = Field(default=None, min_length=1, max_length=NAMES_MAX, description="Stores, by id.")
    amount: AmountRange | None = Field(default=None, description="The size of the bill.")
    category: list[Code] | None = Field(
        default=None, min_length=1, max_length=NAMES_MAX, description="Something of one of these categories is bought."
    )
    sku: list[Text] | None = Field(
        default=None, min_length=1, max_length=NAMES_MAX, description="Something with one of these SKUs is bought."
    )
    tender: list[Code] | None = Field(
        default=None, min_length=1, max_length=20, description="Something is paid with one of these: cash, card …"
    )
    tier: list[Identifier] | None = Field(
        default=None, min_length=1, description="The member is in one of these tiers."
    )
    segment: list[Identifier] | None = Field(
        default=None, min_length=1, description="The member is in one of these segments."
    )
    birthday_month: Literal[True] | None = Field(
        default=None, description="It is the month in which the member was born."
    )
    nth_purchase: NthSection | None = Field(default=None, description="Which of the member's purchases it is.")
    all: list[When] | None = Field(
        default=None, min_length=1, max_length=CONDITIONS_MAX, description="All of these hold."
    )
    any: list[When] | None = Field(
        default=None, min_length=1, max_length=CONDITIONS_MAX, description="At least one of these holds."
    )
    not_: When | None = Field(default=None, alias="not", description="This does not hold.")


class GoodsSection(Members):
    """Goods, by category or by SKU."""

    categories: list[Code] | None = Field(
        default=None, min_length=1, max_length=NAMES_MAX, description="Categories, each with all its parts."
    )
    skus: list[Text] | None = Field(default=None, min_length=1, max_length=NAMES_MAX, description="Single goods.")

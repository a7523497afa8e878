"""Birthdays and holidays, member by member: a part of the document's shape."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from quen.program.document.values import POINTS_MAX, Identifier, Members, Names

HOLIDAYS_MAX = 40


class BirthdaySection(Members):
    """The birthday gift, once per member and year."""

    points: int = Field(ge=1, le=POINTS_MAX, description="The points that are given.")
    days_before: int = Field(default=0, ge=0, le=60, description="How many days before the birthday.")
    feb_29: Literal["feb_28", "mar_1", "skip"] = Field(
        default="feb_28", description="The birthday of who is born on 29 February, in a year without one."
    )
    channels: list[Literal["email", "sms"]] = Field(
        default=[], description="How the member is told, where they consent."
    )


class HolidaySection(Members):
    """A day of the year on which members are given something."""

    id: Identifier = Field(description="Unique among the holidays.")
    name: Names

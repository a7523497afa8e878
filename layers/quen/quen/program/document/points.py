"""What points are and what earns them, member by member: a part of the document's shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from quen.money import AMOUNT_MAX
from quen.program.document.values import POINTS_MAX, Members, MonthDay, one_of
from quen.program.model import Activity, EndOf


class Worth(Members):
    """What points are worth at the till."""

    points: int = Field(ge=1, le=POINTS_MAX, description="So many points …")
    money: int = Field(ge=0, le=AMOUNT_MAX, description="… are worth this much, in the currency's smallest unit.")


class Pending(Members):
    """How long points wait before they can be spent."""

    days: int = Field(default=0, ge=0, le=365, description="Days from the purchase; 0: at once.")


class WarningSection(Members):
    """How members are warned before their points end: those who consented to notices and can be reached."""

    days: list[Annotated[int, Field(ge=1, le=90)]] = Field(
        default=[30, 7, 1],
        min_length=1,
        max_length=5,
        description="So many days before the last day. A gift is told of once: on the last of these that leaves a week.",
    )
    together_days: int = Field(
        default=7, ge=0, le=31, description="What ends within so many days is told in one message."
    )
    required: bool = Field(
        default=False, description="Whether points of members who can be warned end only after a warning has arrived."
    )
    grace_days: int = Field(
        default=14, ge=1, le=90, description="With required: how many days points without a warning live on."
    )


class ExpirySection(Members):
    """How long points live: exactly one of months, days, fixed and inactive_months. They live to 24:00 of their last day."""

    model_config = one_of(
        {"required": ["months"]}, {"required": ["days"]}, {"required": ["fixed"]}, {"required": ["inactive_months"]}
    )

    months: int | None = Field(default=None, ge=1, le=120, description="Months from the day they become active.")
    days: int | None = Field(default=None, ge=1, le=3650, description="Days from the day they become active.")
    fixed: MonthDay | None = Field(default=None, description="The same day every year, as MM-DD: the next one.")
    inactive_months: int | None = Field(
        default=None, ge=1, le=120, description="Months from the member's last activity: each one renews all points."
    )
    activities: list[Activity] | None = Field(
        default=None,
        min_length=1,
        description="With inactive_months: what counts as an activity; left out: a purchase.",
    )
    at: EndOf | None = Field(
        default=None,
        description="With months, days or inactive_months: live on to the end of that month, quarter or year.",
    )
    warning: WarningSection | None = Field(default=None, description="How members are warned before; left out: not.")

    @model_validator(mode="before")
    @classmethod
    def _write_out_activities(cls, members: Any) -> Any:
        """A default that stands only beside `inactive_months`."""
        said = members if isinstance(members, Mapping) else {}
        if said.get("inactive_months") is not None and said.get("activities") is None:
            return {**said, "activities": ["purchase"]}
        return members


def _none_is_null(value: object) -> object:
    return None if value == "none" else value


Expiry = Annotated[
    ExpirySection | None, BeforeValidator(_none_is_null, json_schema_input_type=ExpirySection | Literal["none"] | None)
]


class Debt(Members):
    """How far an account may go below zero."""

    limit: int = Field(
        default=0, ge=0, le=POINTS_MAX, description="Points that a return may push an account below zero."
    )


class PointsSection(Members):
    """What points are."""

    worth: Worth = Field(description="What points are worth at the till.")
    rounding: Literal["floor", "half_up", "ceiling"] = Field(
        default="floor", description="The one rounding of what a purchase earns, at the very end."
    )
    pending: Pending = Field(default=Pending(), description="How long points wait, until the return window closes.")
    expiry: Expiry = Field(default=None, description='How long points live, or "none": they never expire.')
    debt: Debt = Field(default=Debt(), description="How far a return may push an account below zero.")

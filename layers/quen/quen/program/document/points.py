"""What points are and what earns them, member by member: a part of the document's shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from quen.money import AMOUNT_MAX
from quen.program.document.values import POINTS_MAX, Identifier, Members, MonthDay, Multiplier, Weekday, one_of
from quen.program.model import Activity, EndOf, Wallet


class Worth(Members):
    """What points are worth at the till."""

    points: int = Field(ge=1, le=POINTS_MAX, description="So many points …")
    money: int = Field(ge=0, le=AMOUNT_MAX, description="… are worth this much, in the currency's smallest unit.")


class Pending(Members):
    """How long points wait before they can be spent."""

    days: int = Field(default=0, ge=0, le=365, description="Days from the purchase; 0: at once.")


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


class When(Members):
    """On which purchases a rule counts."""

    weekday: list[Weekday] = Field(min_length=1, description="Local days of the purchase.")


class Cap(Members):
    """The most that a rule gives one member."""

    points: int = Field(ge=1, le=POINTS_MAX, description="At most so many points …")
    per: Literal["day", "purchase"] = Field(description="… in one local day, or for one purchase.")


class RulePending(Members):
    """How long what one rule gives waits, whatever other points do."""

    days: int = Field(ge=0, le=365, description="Days from the purchase; 0: at once.")


class EarningSection(Members):
    """One way to earn: so many per amount or purchase, a multiplier of what such rules give, or points for joining."""

    model_config = one_of(
        {"properties": {"on": {"const": "purchase"}}, "required": ["points", "per"]},
        {"properties": {"on": {"const": "purchase"}}, "required": ["multiplier"]},
        {
            "properties": {"on": {"const": "purchase"}, "wallet": {"enum": ["qualifying", "stamps"]}},
            "required": ["points", "wallet"],
            "not": {"required": ["per"]},
        },
        {"properties": {"on": {"const": "enrolment"}, "wallet": {"const": "points"}}, "required": ["points"]},
    )

    id: Identifier = Field(description="Named in every statement; unique among the rules.")
    on: Literal["purchase", "enrolment"] = Field(description="What earns.")
    points: int | None = Field(
        default=None,
        ge=1,
        le=POINTS_MAX,
        description="So many per `per` of the total; without `per`, so many for each purchase, or for joining.",
    )
    per: int | None = Field(
        default=None,
        ge=1,
        le=AMOUNT_MAX,
        description="An amount, in the currency's smallest unit; qualifying points and stamps may do without.",
    )
    multiplier: Multiplier | None = Field(
        default=None,
        description='A decimal string from "1" to "100": "2" gives what the other rules of its wallet give once more.',
    )
    wallet: Wallet = Field(
        default="points", description="What is earned: points to spend, qualifying points for a tier, or stamps."
    )
    pending: RulePending | None = Field(
        default=None, description="How long the rule's points wait; left out: as long as all points do."
    )
    when: When | None = Field(default=None, description="On which purchases the rule counts; left out: on all.")
    cap: Cap | None = Field(default=None, description="The most that a multiplier adds.")

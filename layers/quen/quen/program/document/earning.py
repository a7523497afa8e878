"""What earns points, member by member: a part of the document's shape."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from quen.money import AMOUNT_MAX
from quen.program.document.values import POINTS_MAX, Identifier, Members, Multiplier, Weekday, one_of
from quen.program.model import Wallet


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

"""What earns points, member by member: a part of the document's shape."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from quen.money import AMOUNT_MAX
from quen.program.document.conditions import CONDITIONS_MAX, DateWindow, GoodsSection, When
from quen.program.document.values import (
    MOVED_POINTS_MAX,
    POINTS_MAX,
    Code,
    EventType,
    Identifier,
    Locale,
    Members,
    Multiplier,
    Names,
    Text,
    one_of,
)
from quen.program.model import Combine, Each, Period, WalletUnit, WhenReached

CAPS_MAX = 6


class Cap(Members):
    """The most that is given to one member in a period."""

    points: int = Field(ge=1, le=POINTS_MAX, description="At most so many points …")
    per: Period = Field(description="… for one purchase, or in a local day, week (from Monday), month, year, or ever.")
    when_reached: WhenReached | None = Field(
        default=None,
        description="Who would pass it gets what is left (`cap`; so it is, left out) or nothing (`reject`).",
    )


class LongCap(Cap):
    """The most that a campaign gives to one member in a period."""

    per: Literal["day", "week", "month", "year", "ever"] = Field(
        description="… in a local day, week (from Monday), month, year, or ever."
    )


class RulePending(Members):
    """How long what one rule gives waits, whatever other points do."""

    days: int = Field(ge=0, le=365, description="Days from the purchase; 0: at once.")


class EarningSection(Members):
    """One way to earn: so many per amount, purchase, item or visit; a multiplier of what such rules give; a bonus; or points
    for joining or for an event.
    """

    model_config = one_of(
        {"properties": {"on": {"const": "purchase"}}, "required": ["points", "per"]},
        {"properties": {"on": {"const": "purchase"}}, "required": ["points", "each"]},
        {
            "properties": {"on": {"const": "purchase"}, "wallet": {"enum": ["qualifying", "stamps"]}},
            "required": ["points", "wallet"],
            "not": {"anyOf": [{"required": ["per"]}, {"required": ["each"]}]},
        },
        {"properties": {"on": {"const": "purchase"}}, "required": ["multiplier"]},
        {"properties": {"on": {"const": "purchase"}}, "required": ["bonus"]},
        {"properties": {"on": {"const": "enrolment"}, "wallet": {"const": "points"}}, "required": ["points"]},
        {"properties": {"on": {"not": {"enum": ["purchase", "enrolment"]}}}, "required": ["points"]},
    )

    id: Identifier = Field(description="Named in every statement; unique among the rules.")
    name: dict[Locale, Text] | None = Field(
        default=None, description="What members read on the receipt, by locale; left out: the rule is not named there."
    )
    on: EventType = Field(
        description="What earns: `purchase`, `first_purchase`, `enrolment`; `visit`, `review`, `survey`, `referral`, which"
        " partners report as events; or an event of your own, named under `events`."
    )
    points: int | None = Field(
        default=None,
        ge=1,
        le=POINTS_MAX,
        description="So many per `per` of what earns, or for `each` purchase, item or visit; for"
        " joining or an event, so many each time.",
    )
    per: int | None = Field(
        default=None, ge=1, le=AMOUNT_MAX, description="An amount, in the currency's smallest unit."
    )
    each: Each | None = Field(
        default=None,
        description="Instead of `per`: so many for each `purchase`, `item`, or `visit`, of which one a day and store counts;"
        " qualifying points and stamps may do without both: then it is each purchase.",
    )
    multiplier: Multiplier | None = Field(
        default=None,
        description='A decimal string from "1" to "100": "2" gives what the base rules of its wallet give once more.',
    )
    bonus: int | None = Field(
        default=None, ge=1, le=POINTS_MAX, description="So many for the purchase, which no multiplier multiplies."
    )
    wallet: WalletUnit = Field(
        default="points", description="What is earned: points to spend, qualifying points for a tier, or stamps."
    )
    card: Identifier | None = Field(
        default=None, description="The card that the stamps go on; left out: the only one there is."
    )
    pending: RulePending | None = Field(
        default=None, description="How long the rule's points wait; left out: as long as all points do."
    )
    goods: GoodsSection | None = Field(
        default=None, description="The only goods that count for the rule; left out: everything on the bill."
    )
    when: When | None = Field(default=None, description="When the rule counts; left out: always.")
    cap: Cap | None = Field(default=None, description="The most that the rule gives.")
    caps: list[Cap] | None = Field(
        default=None, min_length=1, max_length=CAPS_MAX, description="Several limits of what the rule gives."
    )
    combine: Combine | None = Field(
        default=None,
        description="With `best`, each line of the bill goes to the one of all such rules that gives most for it; left out, or"
        " `sum`: the rule gives whatever others give.",
    )
    campaign: Identifier | None = Field(default=None, description="The campaign that the rule belongs to.")
    exclusive: Identifier | None = Field(
        default=None, description="Rules with the same word here must never apply at the same time: that is checked."
    )


class BudgetSection(Members):
    """What a campaign may cost."""

    points: int = Field(
        ge=1, le=MOVED_POINTS_MAX, description="So many points for all members together; then it stops."
    )


class CampaignSection(Members):
    """Rules with a window, an audience and a budget in common."""

    id: Identifier = Field(description="Unique among the campaigns.")
    name: Names
    window: DateWindow | None = Field(default=None, description="When it runs; left out: always.")
    when: When | None = Field(default=None, description="What must hold for every one of its rules.")
    budget: BudgetSection | None = Field(default=None, description="What it may cost; left out: no limit.")
    caps: list[LongCap] | None = Field(
        default=None, min_length=1, max_length=CAPS_MAX, description="The most that all its rules give to one member."
    )


class CategorySection(Members):
    """A category of goods that rules may name."""

    id: Code = Field(description="As tills write it on the lines of a purchase; unique.")
    in_: Code | None = Field(default=None, alias="in", description="The category that it is a part of.")


class EventSection(Members):
    """An event of your own that partners report."""

    type: EventType = Field(description="Unique among the events.")
    name: Names


class BasisSection(Members):
    """Which part of a bill earns. The total of a purchase is for goods after every discount."""

    tax: Literal["included", "excluded"] | None = Field(
        default=None,
        description="Whether the tax that the total contains earns, where the till says how much; left out: it does.",
    )
    delivery_fee: Literal["included", "excluded"] | None = Field(
        default=None,
        description="Whether the delivery fee, which comes on top of the total, earns; left out: it does not.",
    )
    without_tenders: list[Annotated[str, StringConstraints(min_length=1, max_length=32)]] | None = Field(
        default=None,
        max_length=CONDITIONS_MAX,
        description="What is paid with these earns nothing; left out: points and vouchers.",
    )
    without_goods: GoodsSection | None = Field(default=None, description="Goods that earn nothing.")

"""What points buy, member by member: a part of the document's shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from quen.program.document.benefits import BenefitSection
from quen.program.document.conditions import DateWindow
from quen.program.document.values import (
    POINTS_MAX,
    Identifier,
    Locale,
    LongText,
    Members,
    StoreId,
    Text,
)

STORES_MAX = 200
TIERS_MAX = 20

Pieces = Annotated[int, Field(ge=0, le=POINTS_MAX)]
Price = Annotated[int, Field(ge=1, le=POINTS_MAX)]


def _form(value: object) -> str:
    """How a value is read that is a number or a mapping. In brackets, for that is no place in the document."""
    return "[mapping]" if isinstance(value, Mapping | Members) else "[number]"


class LimitSection(Members):
    """How many one member may have in each period of the program's calendar."""

    times: int = Field(ge=1, le=POINTS_MAX, description="So many …")
    per: Literal["day", "week", "month", "year", "ever"] = Field(
        default="ever", description="… in one local day, week (from Monday), month or year, or ever."
    )


Stock = Annotated[
    Annotated[Pieces, Tag("[number]")]
    | Annotated[dict[StoreId, Pieces], Field(min_length=1, max_length=STORES_MAX), Tag("[mapping]")],
    Discriminator(_form),
]
PerMember = Annotated[
    Annotated[Price, Tag("[number]")] | Annotated[LimitSection, Tag("[mapping]")], Discriminator(_form)
]


class RewardSection(Members):
    """What points buy."""

    id: Identifier = Field(description="Unique among the rewards.")
    name: dict[Locale, Text] = Field(description="The name by locale, one for every locale of the program.")
    terms: dict[Locale, LongText] | None = Field(
        default=None, description="What a member should know, one text for every locale of the program."
    )
    benefit: BenefitSection | None = Field(
        default=None, description="What it is; left out: a plain thing that is handed over."
    )
    points: Price = Field(description="The price.")
    price_by_tier: dict[Identifier, Price] | None = Field(
        default=None, description="Another price for members of some tiers."
    )
    window: DateWindow | None = Field(default=None, description="On which days it can be had; left out: always.")
    stock: Stock | None = Field(
        default=None, description="How many there are, in all or at each store; null: no limit."
    )
    per_member: PerMember | None = Field(
        default=None, description="How many one member may have, ever or in each period; null: no limit."
    )
    stores: list[StoreId] | None = Field(
        default=None, min_length=1, max_length=STORES_MAX, description="Where it is redeemed; left out: everywhere."
    )
    tiers: list[Identifier] | None = Field(
        default=None, min_length=1, max_length=TIERS_MAX, description="Whose members may have it; left out: everybody."
    )
    segment: Identifier | None = Field(default=None, description="Which members may have it; left out: everybody.")
    expires_in_days: int = Field(default=30, ge=1, le=3650, description="How long a member has to collect it.")

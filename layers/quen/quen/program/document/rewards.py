"""What points buy, member by member: a part of the document's shape."""

from __future__ import annotations

from pydantic import Field

from quen.program.document.values import POINTS_MAX, Identifier, Locale, Members, Text


class RewardSection(Members):
    """What points buy."""

    id: Identifier = Field(description="Unique among the rewards.")
    name: dict[Locale, Text] = Field(description="The name by locale, one for every locale of the program.")
    points: int = Field(ge=1, le=POINTS_MAX, description="The price.")
    stock: int | None = Field(default=None, ge=0, le=POINTS_MAX, description="How many there are; null: no limit.")
    per_member: int | None = Field(
        default=None, ge=1, le=POINTS_MAX, description="How many one member may have; null: no limit."
    )
    expires_in_days: int = Field(default=30, ge=1, le=3650, description="How long a member has to collect it.")

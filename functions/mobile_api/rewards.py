"""The catalogue as this member sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from mobile_api.callers import own_member_id, recognise_bearer
from quen.bootstrap import application
from quen.errors import MemberNotFoundError
from quen.http.answers import Count, Cursor, Day, Money, NamedTier
from quen.http.callers import MemberCaller
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.redemptions import Benefit

rewards: Resource[MemberCaller] = Resource(__name__, recognise_bearer)


Window = TypedDict("Window", {"from": Day | None, "to": Day | None})
"""Local days, both included; null: no end on that side."""


class Stock(TypedDict):
    """Pieces that are left; null: no end of them. `by_store` of each store that has its own."""

    left: Count | None
    by_store: dict[str, Count]


class Reward(TypedDict):
    """A reward: whether it can be had at all, whether this member has the points, and how many are missing.

    `points` is the price for members of this one's tier, `worth` what so many points are worth. `stores` are those at which
    it is redeemed, all where none is named; `gifts` are pieces that they may have for nothing, even where it cannot be had for
    points. Where it is for members of other tiers, `tier_required` is the first of them.
    """

    reward_id: str
    name: str
    terms: str | None
    benefit: Benefit | None
    points: Count
    available: bool
    reachable: bool
    gifts: Count
    missing_points: Count
    worth: Money
    window: Window
    stock: Stock
    stores: list[str]
    tier_required: NamedTier | None


class Catalogue(TypedDict):
    """Every reward that can be had now or within a week, on one page: what is within reach first, the best value first."""

    items: list[Reward]
    next_cursor: Cursor | None


@rewards.endpoint("GET", "/v1/me/rewards", answer=Catalogue, errors=(MemberNotFoundError,))
def list_rewards(call: Call[MemberCaller, Nothing]) -> Mapping[str, Any]:
    """What the points can buy, in the member's own language."""
    app = application()
    member = app.members.load(own_member_id(call.caller))
    return {"items": app.catalogue.list_rewards(member.member_id, member.locale), "next_cursor": None}

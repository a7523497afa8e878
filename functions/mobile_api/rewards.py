"""The catalogue as this member sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from mobile_api.callers import own_member_id
from quen.bootstrap import application
from quen.errors import MemberNotFoundError
from quen.http.answers import Count, Cursor, Money
from quen.http.callers import MemberCaller, recognise_member
from quen.http.endpoint import Call, Nothing, Resource

rewards: Resource[MemberCaller] = Resource(__name__, recognise_member)


class Reward(TypedDict):
    """A reward: whether it can be had at all, whether this member has the points, and how many are missing."""

    reward_id: str
    name: str
    points: Count
    available: bool
    reachable: bool
    missing_points: Count
    worth: Money


class Catalogue(TypedDict):
    """Every reward of the program, on one page."""

    items: list[Reward]
    next_cursor: Cursor | None


@rewards.endpoint("GET", "/v1/me/rewards", answer=Catalogue, errors=(MemberNotFoundError,))
def list_rewards(call: Call[MemberCaller, Nothing]) -> Mapping[str, Any]:
    """What the points can buy, in the member's own language."""
    app = application()
    member = app.members.load(own_member_id(call.caller))
    return {"items": app.rewards.list_catalogue(member.member_id, member.locale), "next_cursor": None}

"""What partners are told, as types: an event's body is the same in the feed and in a webhook."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

from quen.http.answers import Reference
from quen.http.scalars import Count, Instant

EventType = Literal[
    "points.earned",
    "points.activated",
    "points.expired",
    "points.reserved",
    "points.redeemed",
    "reward.redeemed",
    "points.released",
    "gift.reserved",
    "gift.redeemed",
    "gift.released",
    "perk.reserved",
    "perk.used",
    "perk.released",
    "points.refunded",
    "points.reversed",
    "points.written_off",
    "points.adjusted",
    "stamps.earned",
    "card.milestone_reached",
    "card.completed",
    "membership.paid",
    "membership.payment_failed",
]


class PartnerEventData(TypedDict):
    """What happened. `member_id` is the member as you know them. `role` says why you are told: you recorded it, you accepted
    the points, or you fund them. `points` are those that it is about, for a funder its own; of a recorder's or an acceptor's
    points `own_points` are those that it funds. A brand that funds points is told the day (UTC), not the time, at which they
    were spent with others. `sequence`, the order of one member's entries, is told to the shop's own tills alone.
    """

    event_id: str
    version: int
    member_id: str
    sequence: NotRequired[Count]
    occurred_at: Instant
    role: Literal["recorder", "acceptor", "funder"]
    kind: str
    program_version: int
    entry_id: NotRequired[str]
    points: NotRequired[int]
    own_points: NotRequired[int]
    reference: NotRequired[Reference]
    reward_id: NotRequired[str]
    perk_id: NotRequired[str]
    uses: NotRequired[int]
    card_id: NotRequired[str]
    stamps: NotRequired[int]
    plan_id: NotRequired[str]
    amount: NotRequired[int]


class PartnerEvent(TypedDict):
    """One event. It comes at least once: tell by `data.event_id` whether you have it."""

    type: EventType
    timestamp: Instant
    data: PartnerEventData


class FeedPage(TypedDict):
    """Events, oldest first. Ask again with `next_cursor` as `cursor`: at once where there is more, later where there is not."""

    items: list[PartnerEvent]
    next_cursor: Annotated[str, Meta(description="Never null: give it as `cursor` for what comes after these.")]
    has_more: bool

"""Punch cards and gifts in answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from quen.http.scalars import Count, Day


class Milestone(TypedDict):
    """A stamp that brings a reward, and whether the member has reached it on the current card."""

    at: Count
    reward_id: str
    reached: bool


class PunchCard(TypedDict):
    """A punch card of the program and the member's stamps on it, its name by locale. `completed` are the full ones before it;
    `expires_on` is null without stamps, and for a card that lives for good.
    """

    card_id: str
    name: Mapping[str, str]
    stamps: Count
    of: Count
    milestones: list[Milestone]
    completed: Count
    expires_on: Day | None


class Gift(TypedDict):
    """Pieces of a reward that the member may have for no points, until the end of that day."""

    reward_id: str
    name: Mapping[str, str]
    until: Day
    count: Count


class ReachedStamp(TypedDict):
    """A stamp that was reached, what it gave each time (null: a full card that gives nothing), and how many times."""

    at: Count
    reward_id: str | None
    times: Count


class CardChange(TypedDict):
    """A card after an entry, and what the entry's stamps have reached."""

    card_id: str
    stamps: Count
    completed: Count
    expires_on: Day | None
    reached: list[ReachedStamp]


class GiftChange(TypedDict):
    """Pieces that an entry gave for no points, or took back (negative); 0: given and had at once, a voucher."""

    reward_id: str
    until: Day
    count: int

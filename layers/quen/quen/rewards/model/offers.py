"""Rewards as one member may have them, and the order in which they are shown: what can be had first, the best value first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from msgspec import Struct, field

from quen.ledger.model import limit_key
from quen.program.benefits import MONEY_KINDS
from quen.program.model import Program, Reward


class Offer(Struct, frozen=True):
    """A reward at one member's price. `left` are the pieces that are left in all (None: no end of it), `left_by_store` those
    of each store that has its own. `missing` are the points that the member lacks, `gifts` the pieces that they may have
    for nothing.

    `is_for_tier` says whether it is for members of this one's tier, `is_available` whether this one can have one today, if
    they have the points.
    """

    reward: Reward
    points: int
    missing: int
    left: int | None
    left_by_store: Mapping[str, int] = field(default_factory=dict)
    is_for_tier: bool = True
    is_available: bool = True
    gifts: int = 0

    @property
    def is_reachable(self) -> bool:
        """Whether the member can have one now."""
        return self.is_available and not self.missing

    @property
    def has_gift(self) -> bool:
        """Whether the member can have one now for nothing, whatever else gates the reward."""
        return self.gifts > 0 and self.left != 0


def is_available(
    reward: Reward,
    rewards_had: Mapping[str, int],
    day: date,
    left: int | None,
    *,
    is_for_member: bool,
    is_early: bool = False,
) -> bool:
    """Whether a member who had these (an account's `rewards`) can have one more on that day, if they have the points;
    `is_early`: they may have it before its window begins.
    """
    had = rewards_had.get(limit_key(reward.id, reward.period_on(day)), 0)
    is_within_limit = reward.per_member is None or had < reward.per_member
    return (
        is_for_member and is_within_limit and (is_early or reward.window.contains(day)) and (left is None or left > 0)
    )


def by_reach(offers: Sequence[Offer], program: Program) -> list[Offer]:
    """Gifts first; then what is within reach, of that the best value for a point; then what is available, the least missing
    first; then the rest.
    """
    return sorted(offers, key=lambda offer: (_rank(offer), _order(offer, program)))


def money_value(offer: Offer, program: Program) -> int:
    """What a piece is worth in money: what it takes off or its face value; else what its full price in points is worth."""
    benefit = offer.reward.benefit
    if benefit is not None and benefit.kind in MONEY_KINDS and benefit.amount:
        return benefit.amount
    return program.worth(offer.reward.points).amount


def _rank(offer: Offer) -> int:
    if offer.has_gift:
        return 0
    if offer.is_reachable:
        return 1
    return 2 if offer.is_available else 3


def _order(offer: Offer, program: Program) -> Fraction:
    return Fraction(-money_value(offer, program), offer.points) if offer.is_reachable else Fraction(offer.missing)

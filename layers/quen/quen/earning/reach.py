"""What a member can have by now, and what comes next: for the till to say at once. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from quen.program.model import Program, Reward

NAMED_MAX = 3


class NextReward(Struct, frozen=True):
    """The cheapest reward that is still out of reach: how many points are missing, and how many purchases like this one
    would bring it (None: one like this earns nothing).
    """

    reward: Reward
    price: int
    missing: int
    purchases_like_this: int | None


class Reach(Struct, frozen=True):
    """The dearest rewards that the member can have, at most NAMED_MAX, and the next one."""

    reachable: Sequence[tuple[Reward, int]]
    next: NextReward | None


def reach_of(program: Program, active: int, earned: int, tier: str, today: date) -> Reach:
    """What so many active points buy today, for a member of that tier; `earned` is what this purchase gave. What is for a
    segment is not told: a till need not know who is in one.
    """
    prices = [(reward, reward.price_for(tier)) for reward in program.rewards if _is_told(reward, tier, today)]
    reachable = sorted((pair for pair in prices if pair[1] <= active), key=lambda pair: -pair[1])[:NAMED_MAX]
    beyond = min((pair for pair in prices if pair[1] > active), key=lambda pair: pair[1], default=None)
    if beyond is None:
        return Reach(reachable, None)
    reward, price = beyond
    missing = price - active
    return Reach(reachable, NextReward(reward, price, missing, -(-missing // earned) if earned > 0 else None))


def _is_told(reward: Reward, tier: str, today: date) -> bool:
    return reward.window.contains(today) and reward.is_for_tier(tier) and not reward.segment

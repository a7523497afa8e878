"""What can be wanted for points, and how a reward's limited stock is divided. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from quen.business_days import day_end
from quen.program.model import Program, Reward

STOCK_SHARDS = 4


@dataclass(frozen=True, slots=True)
class RewardWanted:
    """So many pieces of one reward of the catalogue."""

    reward_id: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class PointsWanted:
    """Plain points, to pay part of a bill with."""

    points: int
    purchase_id: str | None = None


Wanted = RewardWanted | PointsWanted


def shard_capacity(stock: int, shard: int) -> int:
    """How many of a reward's pieces that shard may give; over all shards they add up to the stock."""
    return stock // STOCK_SHARDS + (shard < stock % STOCK_SHARDS)


def plan_pieces(stock: int, taken: Mapping[str, int], quantity: int, redemption_id: str) -> dict[str, int] | None:
    """Which shards give how many pieces: one alone if it can, or else several; None where there are not so many left.

    Each redemption begins at a shard of its own, so that a rush does not queue at the first.
    """
    first = crc32(redemption_id.encode()) % STOCK_SHARDS
    order = [(first + step) % STOCK_SHARDS for step in range(STOCK_SHARDS)]
    left = {shard: shard_capacity(stock, shard) - taken.get(str(shard), 0) for shard in order}
    enough = next((shard for shard in order if left[shard] >= quantity), None)
    if enough is not None:
        return {str(enough): quantity}
    plan: dict[str, int] = {}
    for shard in order:
        pieces = min(quantity - sum(plan.values()), max(0, left[shard]))
        if pieces:
            plan[str(shard)] = pieces
    return plan if sum(plan.values()) == quantity else None


def lapse_of(program: Program, reward: Reward | None, now: datetime, *, at_till: bool) -> datetime:
    """Until when a redemption stands: minutes at a till; for a member's own, to the end of the reward's last day."""
    if at_till or reward is None:
        return now + timedelta(minutes=program.reservation_minutes)
    return day_end(program.local_day(now) + timedelta(days=reward.expires_in_days), program.time_zone)


def display_code(redemption_id: str) -> str:
    """The redemption's id as a member shows it: four groups of four, upper case."""
    body = redemption_id.partition("_")[2].upper()
    return "-".join(body[start : start + 4] for start in range(0, len(body), 4))


def parse_redemption_id(text: str) -> str:
    """The id that somebody wrote as an id, or typed as the code a member shows; what is neither stays as it is."""
    return text if text.startswith("red_") else "red_" + text.replace("-", "").lower()

"""How a reward's limited stock is divided among shards, so that a rush on it does not queue at one item.

A shard is named by its number, at a store by `<number>@<store>`. What is kept is how many each shard has given; how many
it may give follows from the stock in the program document. So the number of shards never changes: what was given by four
would not count against the shares of ten.
"""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

STOCK_SHARDS = 4


def shard_names(store_id: str = "") -> list[str]:
    """The shards of the stock that all stores share, or of one store's own."""
    return [f"{number}@{store_id}" if store_id else str(number) for number in range(STOCK_SHARDS)]


def store_of(shard: str) -> str:
    """The store whose shard it is; empty where all stores share it."""
    return shard.partition("@")[2]


def number_of(shard: str) -> int:
    """The shard's number, counted from 0."""
    return int(shard.partition("@")[0])


def shard_capacity(stock: int, number: int) -> int:
    """How many of so many pieces the shard of that number may give; over all shards they add up to the stock."""
    return stock // STOCK_SHARDS + (number < stock % STOCK_SHARDS)


def plan_pieces(
    stock: int,
    taken: Mapping[str, int],
    quantity: int,
    redemption_id: str,
    *,
    store_id: str = "",
    attempt: int = 0,
) -> dict[str, int] | None:
    """Which shards give how many pieces: one alone if it can, or else several; None where there are not so many left.

    Each redemption begins at a shard of its own, and each further attempt at the next one, so that a rush does not queue
    at the first.
    """
    names = shard_names(store_id)
    first = (crc32(redemption_id.encode()) + attempt) % STOCK_SHARDS
    left = {
        shard: shard_capacity(stock, number_of(shard)) - taken.get(shard, 0) for shard in names[first:] + names[:first]
    }
    enough = next((shard for shard in left if left[shard] >= quantity), None)
    if enough is not None:
        return {enough: quantity}
    plan: dict[str, int] = {}
    for shard, room in left.items():
        pieces = min(quantity - sum(plan.values()), max(0, room))
        if pieces:
            plan[shard] = pieces
    return plan if sum(plan.values()) == quantity else None

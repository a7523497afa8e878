"""How a total (a reward's stock, a campaign's budget) is divided among shards, so that a rush does not queue at one item.

A shard is named by its number, at a store by `<number>@<store>`. What is kept is how much each shard has given; how much
it may give follows from the total in the program document and from what all have given, for the total may have been lowered
since. So the counts are read before any is taken from; and the number of shards never changes: what was given by four would
not count against the shares of ten.
"""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

SHARDS = 4


def shard_names(store_id: str = "") -> list[str]:
    """The shards of what all stores share, or of one store's own."""
    return [f"{number}@{store_id}" if store_id else str(number) for number in range(SHARDS)]


def store_of(shard: str) -> str:
    """The store whose shard it is; empty where all stores share it."""
    return shard.partition("@")[2]


def capacities(total: int, taken: Mapping[str, int], store_id: str = "") -> dict[str, int]:
    """How many each shard may give in all, by what each has given: an equal share of the total, and together never more.

    A shard that has given more than its share, for the total was lowered since, is full with that; what it gave too much
    the others have less. As counts beyond the share only ever fall, no capacity does: one that was planned by older counts
    is never too large.
    """
    shares: dict[str, int] = {}
    full: dict[str, int] = {}
    open_shards = shard_names(store_id)
    while open_shards:
        each, more = divmod(total - sum(full.values()), len(open_shards))
        shares |= {shard: each + (rank < more) for rank, shard in enumerate(open_shards)}
        beyond = {shard: taken.get(shard, 0) for shard in open_shards if taken.get(shard, 0) > shares[shard]}
        if not beyond:
            break
        full |= beyond
        open_shards = [shard for shard in open_shards if shard not in beyond]
    return {shard: full.get(shard, shares[shard]) for shard in shard_names(store_id)}


def plan_pieces(
    capacity: Mapping[str, int], taken: Mapping[str, int], quantity: int, claim_id: str, *, attempt: int = 0
) -> dict[str, int] | None:
    """Which shards give how many pieces: one alone if it can, or else several; None where there are not so many left.

    Each claim begins at a shard of its own, and each further attempt at the next one, so that a rush does not queue
    at the first.
    """
    names = sorted(capacity)
    first = (crc32(claim_id.encode()) + attempt) % SHARDS
    left = {shard: capacity[shard] - taken.get(shard, 0) for shard in names[first:] + names[:first]}
    enough = next((shard for shard in left if left[shard] >= quantity), None)
    if enough is not None:
        return {enough: quantity}
    plan: dict[str, int] = {}
    for shard, room in left.items():
        pieces = min(quantity - sum(plan.values()), max(0, room))
        if pieces:
            plan[shard] = pieces
    return plan if sum(plan.values()) == quantity else None

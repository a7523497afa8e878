"""The stock of limited rewards, in the Program table.

    what                          key                                           by
    pieces taken, by shard        PK STOCK#<reward>, SK SHARD#<n>               UpdateItem in a transaction; BatchGetItem
    the same at one store         PK STOCK#<reward>, SK SHARD#<n>@<store>       the same; Query for all stores

What is stored is how many are taken; how many there are stands in the program document, so that a changed stock counts
at once, be it a lowered one. Pieces are divided among shards, so that a rush on one reward does not queue at one item.
"""

from __future__ import annotations

from collections.abc import Sequence

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from quen.dynamodb import IntAttribute, bind
from quen.rewards.model import shard_names
from quen.writes import Write


class StockItem(Model):
    """How many pieces one shard has given."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    taken = IntAttribute(default=0)


class StockStore:
    """Takes pieces and puts them back; see `quen.rewards.service.RewardStock`."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        self._table = table_name
        bind((StockItem,), table_name, client)

    def take(self, reward_id: str, shard: str, pieces: int, capacity: int) -> Write:
        """The write that takes pieces, refused where the shard would then have given more than its capacity."""
        room = capacity - pieces
        condition = "taken <= :room" if room < 0 else "attribute_not_exists(taken) OR taken <= :room"
        return self._moved(reward_id, shard, pieces, condition, {":room": {"N": str(room)}})

    def give_back(self, reward_id: str, shard: str, pieces: int) -> Write:
        """The write that puts pieces back, in the transaction that returns their points."""
        return self._moved(reward_id, shard, -pieces, "attribute_exists(PK)", {})

    def count_taken(self, reward_ids: Sequence[str], store_id: str = "") -> dict[str, dict[str, int]]:
        """How many pieces each shard of each reward has given, of the stock of all stores or of that one's own, read
        consistently.
        """
        taken: dict[str, dict[str, int]] = {reward_id: {} for reward_id in reward_ids}
        names = shard_names(store_id)
        keys = [(f"STOCK#{reward_id}", f"SHARD#{shard}") for reward_id in reward_ids for shard in names]
        for item in StockItem.batch_get(keys, consistent_read=True) if keys else ():
            taken[item.PK.removeprefix("STOCK#")][item.SK.removeprefix("SHARD#")] = item.taken
        return taken

    def count_taken_everywhere(self, reward_id: str) -> dict[str, int]:
        """How many pieces each shard of the reward has given, whichever store's it is: for show, a moment old."""
        shards = StockItem.query(f"STOCK#{reward_id}", StockItem.SK.startswith("SHARD#"))
        return {item.SK.removeprefix("SHARD#"): item.taken for item in shards}

    def _moved(
        self, reward_id: str, shard: str, pieces: int, condition: str, values: dict[str, dict[str, str]]
    ) -> Write:
        parameters = {
            "TableName": self._table,
            "Key": {"PK": {"S": f"STOCK#{reward_id}"}, "SK": {"S": f"SHARD#{shard}"}},
            "UpdateExpression": "ADD taken :pieces",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {":pieces": {"N": str(pieces)}, **values},
        }
        return Write(f"stock {reward_id} {shard}", "Update", parameters)

"""What shards have given, in the Program table.

    what                          key                                           by
    pieces taken, by shard        PK STOCK#<reward>, SK SHARD#<n>               UpdateItem in a transaction; BatchGetItem
    the same at one store         PK STOCK#<reward>, SK SHARD#<n>@<store>       the same; Query for all stores
    points given, by shard        PK BUDGET#<campaign>, SK SHARD#<n>            the same
    points of a partner's packs   PK PACK#<partner>, SK SHARD#<n>               the same
    of a partner's day            PK CAP#<partner>/<day>/issued|redeemed, …     the same; deleted after `expires_at_epoch`

What is stored is how much is taken; how much there is stands in the program document, so that a changed stock or budget
counts at once, be it a lowered one. A shard may be below zero after returns: it is the sum that never passes the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute

from quen.dynamodb import IntAttribute, bind
from quen.shards.model import shard_names
from quen.stored_items import StoredItem
from quen.writes import Write

Kind = Literal["STOCK", "BUDGET", "PACK", "CAP"]
TotalKey = tuple[Literal["PACK", "CAP"], str]


class ShardItem(StoredItem):
    """How much one shard has given."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    taken = IntAttribute(default=0)
    expires_at_epoch = IntAttribute(null=True)


class ShardStore:
    """Takes and gives back, of one kind of total; see `quen.rewards.ports.RewardStock`, `quen.earning.budgets.BudgetCounts`."""

    def __init__(self, client: BaseClient, table_name: str, kind: Kind) -> None:
        self._table = table_name
        self._kind = kind
        bind((ShardItem,), table_name, client)

    def take(
        self, name: str, shard: str, amount: int, capacity: int | None, expires_at_epoch: int | None = None
    ) -> Write:
        """The write that takes, refused where the shard would then have given more than its capacity (None: never)."""
        if capacity is None:
            return self._moved(name, shard, amount, "", {}, expires_at_epoch)
        room = capacity - amount
        condition = "taken <= :room" if room < 0 else "attribute_not_exists(taken) OR taken <= :room"
        return self._moved(name, shard, amount, condition, {":room": {"N": str(room)}}, expires_at_epoch)

    def give_back(self, name: str, shard: str, amount: int) -> Write:
        """The write that puts back, in the transaction that moves the points."""
        return self._moved(name, shard, -amount, "attribute_exists(PK)", {})

    def count_taken(self, names: Sequence[str], store_id: str = "") -> dict[str, dict[str, int]]:
        """How much each shard of each has given, of what all stores share or of that one's own, read consistently."""
        taken: dict[str, dict[str, int]] = {name: {} for name in names}
        shards = shard_names(store_id)
        keys = [(f"{self._kind}#{name}", f"SHARD#{shard}") for name in taken for shard in shards]
        for item in ShardItem.batch_get(keys, consistent_read=True) if keys else ():
            taken[item.PK.removeprefix(f"{self._kind}#")][item.SK.removeprefix("SHARD#")] = item.taken
        return taken

    def count_taken_everywhere(self, name: str) -> dict[str, int]:
        """How much each shard has given, whichever store's it is: for show, a moment old."""
        shards = ShardItem.query(f"{self._kind}#{name}", ShardItem.SK.startswith("SHARD#"))
        return {item.SK.removeprefix("SHARD#"): item.taken for item in shards}

    def _moved(
        self,
        name: str,
        shard: str,
        amount: int,
        condition: str,
        values: dict[str, dict[str, str]],
        expires_at_epoch: int | None = None,
    ) -> Write:
        until = {":until": {"N": str(expires_at_epoch)}} if expires_at_epoch is not None else {}
        parameters = {
            "TableName": self._table,
            "Key": {"PK": {"S": f"{self._kind}#{name}"}, "SK": {"S": f"SHARD#{shard}"}},
            "UpdateExpression": "ADD taken :amount" + (" SET expires_at_epoch = :until" if until else ""),
            "ExpressionAttributeValues": {":amount": {"N": str(amount)}, **values, **until},
        }
        if condition:
            parameters["ConditionExpression"] = condition
        return Write(f"{self._kind.lower()} {name} {shard}", "Update", parameters)


class TotalStore:
    """What partners' packs and caps have given, counted together; see `quen.partners.totals.TotalCounts`."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        self._packs = ShardStore(client, table_name, "PACK")
        self._caps = ShardStore(client, table_name, "CAP")

    def count_taken(self, keys: Sequence[TotalKey]) -> dict[TotalKey, dict[str, int]]:
        """How much each shard of each has given: one BatchGetItem, read consistently."""
        places = {f"{kind}#{name}": (kind, name) for kind, name in keys}
        taken: dict[TotalKey, dict[str, int]] = {key: {} for key in keys}
        shards = [(place, f"SHARD#{shard}") for place in places for shard in shard_names()]
        for item in ShardItem.batch_get(shards, consistent_read=True) if shards else ():
            taken[places[item.PK]][item.SK.removeprefix("SHARD#")] = item.taken
        return taken

    def take(
        self, key: TotalKey, shard: str, points: int, capacity: int | None, expires_at_epoch: int | None = None
    ) -> Write:
        """The write that takes, refused where the shard would then have given more than its capacity (None: never)."""
        return self._of(key).take(key[1], shard, points, capacity, expires_at_epoch)

    def give_back(self, key: TotalKey, shard: str, points: int) -> Write:
        """The write that puts back, in the transaction that moves the points."""
        return self._of(key).give_back(key[1], shard, points)

    def _of(self, key: TotalKey) -> ShardStore:
        return self._packs if key[0] == "PACK" else self._caps

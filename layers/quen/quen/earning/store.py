"""What campaigns' budgets have given, in the Program table.

    what                          key                                           by
    points given, by shard        PK BUDGET#<campaign>, SK SHARD#<n>            UpdateItem in a transaction; BatchGetItem

What is stored is how many are given; how many there may be stands in the program document, so that one that is raised or
lowered counts at once. A shard may be below zero after returns: it is the sum that never passes the budget.
"""

from __future__ import annotations

from collections.abc import Sequence

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from quen.dynamodb import IntAttribute, bind
from quen.rewards.model import STOCK_SHARDS
from quen.writes import Write


class BudgetItem(Model):
    """How many points one shard has given."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    given = IntAttribute(default=0)


class BudgetStore:
    """Takes points and puts them back; see `quen.earning.budgets.BudgetCounts`."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        self._table = table_name
        bind((BudgetItem,), table_name, client)

    def take(self, campaign_id: str, shard: str, points: int, capacity: int) -> Write:
        """The write that takes points, refused where the shard would then have given more than its capacity."""
        room = capacity - points
        condition = "given <= :room" if room < 0 else "attribute_not_exists(given) OR given <= :room"
        return self._moved(campaign_id, shard, points, condition, {":room": {"N": str(room)}})

    def give_back(self, campaign_id: str, shard: str, points: int) -> Write:
        """The write that puts points back, in the transaction that takes them from the member."""
        return self._moved(campaign_id, shard, -points, "attribute_exists(PK)", {})

    def count_taken(self, campaign_ids: Sequence[str]) -> dict[str, dict[str, int]]:
        """What every shard of these campaigns has given, read consistently."""
        taken: dict[str, dict[str, int]] = {campaign_id: {} for campaign_id in campaign_ids}
        keys = [(f"BUDGET#{campaign_id}", f"SHARD#{shard}") for campaign_id in taken for shard in range(STOCK_SHARDS)]
        for item in BudgetItem.batch_get(keys, consistent_read=True) if keys else ():
            taken[item.PK.removeprefix("BUDGET#")][item.SK.removeprefix("SHARD#")] = item.given
        return taken

    def _moved(
        self, campaign_id: str, shard: str, points: int, condition: str, values: dict[str, dict[str, str]]
    ) -> Write:
        parameters = {
            "TableName": self._table,
            "Key": {"PK": {"S": f"BUDGET#{campaign_id}"}, "SK": {"S": f"SHARD#{shard}"}},
            "UpdateExpression": "ADD given :points",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {":points": {"N": str(points)}, **values},
        }
        return Write(f"budget {campaign_id} {shard}", "Update", parameters)

"""The sandbox clock: how far the program's time is ahead of the real one, an item of the Program table.

Every function of a sandbox stack reads it; a stack for members' real points has no such item and never looks for one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

KEY = {"PK": {"S": "SANDBOX"}, "SK": {"S": "CLOCK"}}
SECOND = timedelta(seconds=1)


class SandboxClockItem:
    """Reads and moves the clock. `read_real_time` answers the real instant."""

    def __init__(self, dynamodb: DynamoDBClient, program_table: str, read_real_time: Callable[[], datetime]) -> None:
        self._dynamodb = dynamodb
        self._table = program_table
        self._read_real_time = read_real_time

    def read_offset(self) -> timedelta:
        """How far ahead of real time the program lives; negative in the past."""
        item = self._dynamodb.get_item(TableName=self._table, Key=KEY, ConsistentRead=True).get("Item", {})
        return timedelta(seconds=int(item["offset_seconds"]["N"])) if "offset_seconds" in item else timedelta(0)

    def now(self) -> datetime:
        """The program's time, in UTC, to the second."""
        return self._real_second() + self.read_offset()

    def set_offset(self, offset: timedelta) -> None:
        """Move the clock; it goes on running from there. Nothing of the item but the offset changes.

        Where it goes back, the ledger's kept roots of days that are then still to come are forgotten: what is recorded
        from now on is older than they are, and would look as if somebody had touched the histories they stand for.
        """
        goes_back = offset < self.read_offset()
        self._dynamodb.update_item(
            TableName=self._table,
            Key=KEY,
            UpdateExpression="SET offset_seconds = :offset",
            ExpressionAttributeValues={":offset": {"N": str(offset // SECOND)}},
        )
        if goes_back:
            self._forget_days_to_come()

    def set_now(self, instant: datetime) -> None:
        """Let it be that instant now."""
        self.set_offset(instant - self._real_second())

    def _forget_days_to_come(self) -> None:
        kept = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="PK = :proof AND begins_with(SK, :day)",
            FilterExpression="as_of > :now",
            ExpressionAttributeValues={
                ":proof": {"S": "VERIFICATION"},
                ":day": {"S": "DAY#"},
                ":now": {"S": self.now().isoformat()},
            },
            ProjectionExpression="PK, SK",
            ConsistentRead=True,
        )
        for key in [item for page in kept for item in page["Items"]]:
            self._dynamodb.delete_item(TableName=self._table, Key=key)

    def _real_second(self) -> datetime:
        return self._read_real_time().replace(microsecond=0)

"""The entries of the whole ledger, read off the table for sums: a scan, which no function of the stack ever makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from quen.ledger.model import Entry, parse_entry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


def scan_entries(client: DynamoDBClient, table_name: str) -> Iterator[Entry]:
    """Every entry of every member, in no order."""
    pages = client.get_paginator("scan").paginate(TableName=table_name, ConsistentRead=True)
    for page in pages:
        for item in page["Items"]:
            if item["SK"].get("S", "").startswith("ENTRY#"):
                yield parse_entry(item["form"]["S"], item["hash"]["S"])

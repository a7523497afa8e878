"""The entries of the whole ledger, for sums and comparisons: scans, which no function that answers requests ever makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from quen.ledger.model import Entry, parse_entry
from quen.ledger.store import LedgerStore
from quen.verification.store import VerificationStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from local.running_stack import RunningStack


def scan_entries(client: DynamoDBClient, table_name: str) -> Iterator[Entry]:
    """Every entry of every member, in no order."""
    pages = client.get_paginator("scan").paginate(TableName=table_name, ConsistentRead=True)
    for page in pages:
        for item in page["Items"]:
            if item["SK"].get("S", "").startswith("ENTRY#"):
                yield parse_entry(item["form"]["S"], item["hash"]["S"])


def all_entries(stack: RunningStack) -> Iterator[Entry]:
    """Every entry of every member, those in the archive as well: each once, wherever it is. Raises BadVolumeError."""
    client = stack.open_dynamodb()
    ledger, archive = LedgerStore(client, stack.tables["ledger"]), stack.open_archive()
    for member_id in VerificationStore(client, stack.tables["ledger"], stack.tables["program"]).scan_members():
        kept = ledger.load_kept(member_id)
        for sealed in [*(archive.read(kept.checkpoint) if kept.checkpoint else ()), *kept.entries]:
            yield parse_entry(*sealed)

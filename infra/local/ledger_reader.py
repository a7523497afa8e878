"""The entries of the whole ledger, for sums and comparisons: scans, which no function that answers requests ever makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from quen.archive.service import Archive
from quen.ledger.model import Entry, parse_entry
from quen.ledger.store import LedgerStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


def scan_entries(client: DynamoDBClient, table_name: str) -> Iterator[Entry]:
    """Every entry of every member, in no order."""
    pages = client.get_paginator("scan").paginate(TableName=table_name, ConsistentRead=True)
    for page in pages:
        for item in page["Items"]:
            if item["SK"].get("S", "").startswith("ENTRY#"):
                yield parse_entry(item["form"]["S"], item["hash"]["S"])


def all_entries(ledger: LedgerStore, members: Iterable[str], archive: Archive) -> Iterator[Entry]:
    """Every entry of the members, those in the archive as well: each once, wherever it is. Raises BadVolumeError."""
    for member_id in members:
        kept = ledger.load_kept(member_id)
        for sealed in [*(archive.read(kept.checkpoint) if kept.checkpoint else ()), *kept.entries]:
            yield parse_entry(*sealed)

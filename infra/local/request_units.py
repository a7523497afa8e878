"""What AWS bills for a request to DynamoDB, computed from the request, its answer, and the items before and after it.

Emulators misreport units, so nothing of theirs is used. A write costs by the larger of the item before and after it, twice in
a transaction; every index in which the item then stands otherwise costs its own: an entry that moves is deleted and written.
A read costs by all that it answers with, half where it may be old, twice in a transaction.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from local.counted_tables import CONSISTENT, EVENTUAL, read_units
from local.write_units import KILOBYTE, TRANSACTIONAL, item_size

Item = Mapping[str, Mapping[str, Any]]
IndexKeys = Mapping[str, tuple[str, str]]
"""(hash key, range key) by an index's name; all of them hold keys only."""

WRITES = {"PutItem": "Item", "UpdateItem": "Key", "DeleteItem": "Key"}


@dataclass(frozen=True, slots=True)
class Units:
    """Write units, read units, and the calls that they were billed for."""

    writes: int = 0
    reads: Fraction = Fraction(0)
    calls: int = 0

    def __add__(self, other: Units) -> Units:
        return Units(self.writes + other.writes, self.reads + other.reads, self.calls + other.calls)

    def __sub__(self, other: Units) -> Units:
        return Units(self.writes - other.writes, self.reads - other.reads, self.calls - other.calls)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item is: a table's name and the item's two keys."""

    table: str
    partition: str
    sort: str


def places_written(operation: str, asked: Mapping[str, Any]) -> list[Place]:
    """The items that a request may write, in its order; none of a request that only reads."""
    if operation == "TransactWriteItems":
        writes = [next(iter(item.values())) for item in asked["TransactItems"]]
        return [_place(write["TableName"], write.get("Item") or write["Key"]) for write in writes]
    return [_place(asked["TableName"], asked[WRITES[operation]])] if operation in WRITES else []


def write_units(before: Item | None, after: Item | None, indexes: IndexKeys, *, in_transaction: bool) -> int:
    """Of one item that was written."""
    size = max(item_size(before or {}), item_size(after or {}))
    own = max(1, ceil(size / KILOBYTE)) * (TRANSACTIONAL if in_transaction else 1)
    return own + sum(_index_units(_entry(before, keys), _entry(after, keys)) for keys in indexes.values())


def answer_units(operation: str, asked: Mapping[str, Any], answer: Mapping[str, Any]) -> Fraction:
    """Read units of a request; none where it only writes."""
    if operation == "GetItem":
        return read_units(item_size(answer.get("Item") or {}), _rate(asked))
    if operation == "Query":
        return read_units(sum(map(item_size, answer["Items"])), _rate(asked))
    if operation == "BatchGetItem":
        asked_for = asked["RequestItems"]
        return sum(
            (_batch_units(answer["Responses"].get(name, []), asked_for[name]) for name in asked_for), Fraction(0)
        )
    if operation == "TransactGetItems":
        items = [each.get("Item") or {} for each in answer["Responses"]]
        return sum((read_units(item_size(item), CONSISTENT * TRANSACTIONAL) for item in items), Fraction(0))
    return Fraction(0)


def _batch_units(items: Sequence[Item], asked: Mapping[str, Any]) -> Fraction:
    """Each item by itself; one that is not there costs as the smallest."""
    missing = len(asked["Keys"]) - len(items)
    sizes = [item_size(item) for item in items] + [0] * missing
    return sum((read_units(size, _rate(asked)) for size in sizes), Fraction(0))


def _rate(asked: Mapping[str, Any]) -> Fraction:
    return CONSISTENT if asked.get("ConsistentRead") else EVENTUAL


def _place(table: str, item: Item) -> Place:
    return Place(table, item["PK"]["S"], item["SK"]["S"])


def _entry(item: Item | None, keys: tuple[str, str]) -> Item | None:
    """What an index of keys holds of the item."""
    if item is None or any(key not in item for key in keys):
        return None
    return {name: item[name] for name in ("PK", "SK", *keys)}


def _index_units(before: Item | None, after: Item | None) -> int:
    if before == after:
        return 0
    return sum(max(1, ceil(item_size(entry) / KILOBYTE)) for entry in (before, after) if entry is not None)

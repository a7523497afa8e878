"""DynamoDB in this process, as far as a night's job needs it, that counts the read units AWS would bill.

Emulators misreport units and search tables that AWS has indexed, so what they say of a hundred thousand members says little
of AWS. Here a query reads what lies between two places of an index and nothing else, as it does there; conditions of writes
are not looked at, because one night at a time is measured.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import Any

from local.write_units import item_size

READ_BYTES = 4096
CONSISTENT, EVENTUAL = Fraction(1), Fraction(1, 2)

Item = Mapping[str, Mapping[str, Any]]
Place = tuple[str, str, str]
"""Where an item stands under a hash key of an index: its range key, then the table's own two keys."""

_CONDITION = re.compile(r"(#\w+) (=|<=) (:\w+)")


def read_units(size: int, rate: Fraction) -> Fraction:
    """What reading so many bytes at once costs; something always."""
    return max(1, ceil(size / READ_BYTES)) * rate


class CountedTables:
    """What botocore's client is to the stores. `indexes` are (hash key, range key) by the name of the index."""

    _request_signer = None
    """PynamoDB asks a client for it, to see whether its credentials are still there."""

    def __init__(self, indexes: Mapping[str, tuple[str, str]]) -> None:
        self._indexes = indexes
        self._items: dict[tuple[str, str, str], Item] = {}
        self._places: dict[tuple[str, str, str], list[Place]] = defaultdict(list)
        self.units = Fraction(0)

    def put(self, table: str, item: Item) -> None:
        """Keep an item, in the place of the one with its keys, in the table and in the indexes that it has keys of."""
        key = (table, item["PK"]["S"], item["SK"]["S"])
        before, after = self._places_of(table, self._items.get(key, {})), self._places_of(table, item)
        self._items[key] = item
        for index, place in [each for each in before if each not in after]:
            del self._places[index][bisect_left(self._places[index], place)]
        for index, place in [each for each in after if each not in before]:
            insort(self._places[index], place)

    def load(self, table: str, items: Sequence[Item]) -> None:
        """Keep many new ones at once."""
        for item in items:
            self._items[table, item["PK"]["S"], item["SK"]["S"]] = item
            for index, place in self._places_of(table, item):
                self._places[index].append(place)
        for places in self._places.values():
            places.sort()

    def index(self, table: str, index: str, entries: Iterable[tuple[str, str, str]]) -> None:
        """Let accounts stand in an index without being in the table: (hash key, range key, partition)."""
        for hash_key, range_key, partition in entries:
            self._places[table, index, hash_key].append((range_key, partition, "ACCOUNT"))
        for places in self._places.values():
            places.sort()

    def transact_write_items(self, *, TransactItems: Sequence[Mapping[str, Any]]) -> None:  # noqa: N803 - as botocore spells it
        """Every put of them; of the others nothing is read at night."""
        for write in TransactItems:
            if put := write.get("Put"):
                self.put(put["TableName"], put["Item"])

    def _make_api_call(self, operation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The calls that PynamoDB makes."""
        if operation == "GetItem":
            return self._get(asked)
        if operation == "Query":
            return self._query(asked)
        raise NotImplementedError(operation)

    def _get(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        key = asked["Key"]
        item = self._items.get((asked["TableName"], key["PK"]["S"], key["SK"]["S"]))
        self.units += read_units(item_size(item or {}), CONSISTENT if asked.get("ConsistentRead") else EVENTUAL)
        return {"Item": item} if item else {}

    def _query(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """One page of an index of keys."""
        index = asked["IndexName"]
        hash_key, range_key = self._indexes[index]
        equal, last = self._bounds(asked, hash_key)
        places = self._places[asked["TableName"], index, equal]
        start = asked.get("ExclusiveStartKey")
        begin = bisect_right(places, _place(start, range_key)) if start else 0
        end = bisect_left(places, (f"{last}\uffff", "", "")) if last is not None else len(places)
        page = places[begin : min(end, begin + asked.get("Limit", len(places)))]
        names = {hash_key: equal}
        items = [_keys_only({**names, range_key: place[0], "PK": place[1], "SK": place[2]}) for place in page]
        self.units += read_units(sum(map(item_size, items)), EVENTUAL)
        answer: dict[str, Any] = {"Items": items, "Count": len(items), "ScannedCount": len(items)}
        return answer | ({"LastEvaluatedKey": items[-1]} if begin + len(page) < end else {})

    def _bounds(self, asked: Mapping[str, Any], hash_key: str) -> tuple[str, str | None]:
        """The hash key's value, and the last range key that is asked for (None: all are)."""
        names, values = asked["ExpressionAttributeNames"], asked["ExpressionAttributeValues"]
        equal, last = "", None
        for name, _, value in _CONDITION.findall(asked["KeyConditionExpression"]):
            if names[name] == hash_key:
                equal = values[value]["S"]
            else:
                last = values[value]["S"]
        return equal, last

    def _places_of(self, table: str, item: Item) -> list[tuple[tuple[str, str, str], Place]]:
        """An item without an index's keys is not in it."""
        return [
            ((table, index, item[hash_key]["S"]), _place(item, range_key))
            for index, (hash_key, range_key) in self._indexes.items()
            if hash_key in item and range_key in item
        ]


def _place(item: Item, range_key: str) -> Place:
    return item[range_key]["S"], item["PK"]["S"], item["SK"]["S"]


def _keys_only(values: Mapping[str, str]) -> Item:
    return {name: {"S": value} for name, value in values.items()}

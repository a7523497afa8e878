"""What DynamoDB bills for a write, computed from the item: emulators misreport it for transactions.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any

KILOBYTE = 1024
TRANSACTIONAL = 2


def item_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Bytes of names and values of an item in DynamoDB's own shape."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def transaction_units(items: Sequence[Mapping[Any, Mapping[str, Any]]], sizes: Mapping[str, int]) -> int:
    """Write units of one TransactWriteItems; an update costs the item it leaves, whose size the test knows by name."""
    units = 0
    for item in items:
        for operation, parameters in item.items():
            size = item_size(parameters["Item"]) if operation == "Put" else sizes.get(parameters["Key"]["PK"]["S"], 0)
            units += TRANSACTIONAL * max(1, ceil(size / KILOBYTE))
    return units


def _value_size(value: Mapping[str, Any]) -> int:
    kind, content = next(iter(value.items()))
    if kind == "N":
        return len(content.strip("-0").replace(".", "")) // 2 + 2
    if kind == "L":
        return 3 + sum(1 + _value_size(each) for each in content)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_size(each) for name, each in content.items())
    if kind not in _BYTES:
        raise AssertionError(f"no item of ours has an attribute of type {kind}")
    return _BYTES[kind](content)


_BYTES: Mapping[str, Callable[[Any], int]] = {
    "S": lambda text: len(text.encode()),
    "B": len,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": lambda texts: sum(len(each.encode()) for each in texts),
}

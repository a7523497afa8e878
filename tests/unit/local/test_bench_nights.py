"""A night reads what is due, however many members exist, and the tables that count it count as AWS bills."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from local.bench_nights import Night, birthday_night, expiry_night
from local.counted_tables import CONSISTENT, EVENTUAL, CountedTables, read_units


@pytest.mark.parametrize("make_night", [expiry_night, birthday_night])
def test_four_times_the_members_of_whom_as_many_are_due_cost_the_same(make_night: Callable[[int, int], Night]) -> None:
    few, many = make_night(200, 40), make_night(800, 40)
    assert few.done == many.done == 40
    assert few.due_units == many.due_units >= 40
    assert abs(many.units - few.units) <= 2  # pages are full in other places


def test_a_read_costs_a_unit_for_every_four_kilobytes_and_half_of_it_where_it_may_be_old() -> None:
    assert [read_units(size, CONSISTENT) for size in (0, 1, 4096, 4097)] == [1, 1, 1, 2]
    assert read_units(8192, EVENTUAL) == 1
    assert read_units(10, EVENTUAL) == Fraction(1, 2)


def test_an_item_moves_in_its_index_and_leaves_it_with_its_keys() -> None:
    tables = CountedTables({"Due": ("shard", "on")})

    def put(on: str | None) -> None:
        index = {"shard": {"S": "s"}, "on": {"S": on}} if on else {}
        tables.put("T", {"PK": {"S": "a"}, "SK": {"S": "b"}, **index})

    def found(until: str) -> int:
        asked = {
            "TableName": "T",
            "IndexName": "Due",
            "KeyConditionExpression": "(#0 = :0 AND #1 <= :1)",
            "ExpressionAttributeNames": {"#0": "shard", "#1": "on"},
            "ExpressionAttributeValues": {":0": {"S": "s"}, ":1": {"S": until}},
            "Limit": 5,
        }
        return int(tables._make_api_call("Query", asked)["Count"])

    put("2027-01-02")
    assert (found("2027-01-01"), found("2027-01-02")) == (0, 1)
    put("2027-01-09")
    assert (found("2027-01-02"), found("2027-01-09")) == (0, 1)
    put(None)
    assert found("2027-12-31") == 0
    assert tables.units == 5 * Fraction(1, 2)

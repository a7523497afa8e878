"""What AWS bills for a request, as its documentation says, whatever an emulator answers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from local.request_units import Place, answer_units, places_written, write_units

INDEX = {"Due": ("shard", "on")}


def item(size: int = 100, **more: str) -> dict[str, Any]:
    names = {"PK": {"S": "p"}, "SK": {"S": "s"}, **{name: {"S": value} for name, value in more.items()}}
    return {**names, "text": {"S": "x" * (size - 10)}}


def test_a_write_costs_by_the_larger_of_before_and_after_and_twice_in_a_transaction() -> None:
    assert write_units(None, item(1024), {}, in_transaction=False) == 1
    assert write_units(None, item(1025), {}, in_transaction=False) == 2
    assert write_units(item(3000), item(10), {}, in_transaction=False) == 3
    assert write_units(item(10), item(1025), {}, in_transaction=True) == 4
    assert write_units(item(10), None, {}, in_transaction=True) == 2


def test_an_index_costs_only_where_its_entry_changes() -> None:
    here, there = item(shard="a", on="1"), item(shard="a", on="2")
    assert write_units(None, here, INDEX, in_transaction=True) == 2 + 1
    assert write_units(here, item(900, shard="a", on="1"), INDEX, in_transaction=True) == 2
    assert write_units(here, there, INDEX, in_transaction=True) == 2 + 2
    assert write_units(here, item(), INDEX, in_transaction=True) == 2 + 1
    assert write_units(item(shard="a"), item(on="1"), INDEX, in_transaction=True) == 2


def test_a_read_costs_by_what_it_answers_with_and_half_where_it_may_be_old() -> None:
    consistent = {"ConsistentRead": True}
    assert answer_units("GetItem", consistent, {"Item": item(4097)}) == 2
    assert answer_units("GetItem", {}, {}) == Fraction(1, 2)
    assert answer_units("Query", consistent, {"Items": [item(3000), item(3000)]}) == 2
    batch = {"RequestItems": {"T": {"Keys": [{}, {}, {}], "ConsistentRead": True}}}
    assert answer_units("BatchGetItem", batch, {"Responses": {"T": [item(), item(5000)]}}) == 1 + 2 + 1
    assert answer_units("TransactGetItems", {}, {"Responses": [{"Item": item()}, {}]}) == 4
    assert answer_units("PutItem", {}, {}) == 0


def test_a_request_names_the_items_that_it_may_write() -> None:
    key = {"PK": {"S": "p"}, "SK": {"S": "s"}}
    writes = [{"Put": {"TableName": "A", "Item": item()}}, {"Update": {"TableName": "B", "Key": key}}]
    asked = {"TransactItems": writes}
    assert places_written("TransactWriteItems", asked) == [Place("A", "p", "s"), Place("B", "p", "s")]
    assert places_written("UpdateItem", {"TableName": "A", "Key": key}) == [Place("A", "p", "s")]
    assert places_written("Query", {"TableName": "A"}) == []

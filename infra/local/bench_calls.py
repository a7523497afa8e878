"""Calls to DynamoDB as a benchmark needs them: remembered while ours makes them, made again bare on tables of their own.

A `Recorder` is what botocore's client is to the stores. What it remembers is the floor: the very same operations, keys, sizes
and conditions, without anything of ours around them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local.request_units import IndexKeys, Item, Place, Units, answer_units, places_written, write_units

Asked = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One operation, what it was asked, and what it answered: nothing where a condition failed."""

    operation: str
    asked: Asked
    answer: Mapping[str, Any] | None = None


class Recorder:
    """Passes every call on to `client`, remembers it, and counts the CPU seconds that the client took for all of them."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._methods: Mapping[str, str] = client.meta.method_to_api_mapping
        self._names = {operation: name for name, operation in self._methods.items()}
        self._calls: list[Call] = []
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        operation = self._methods.get(name)
        if operation is None:
            return getattr(self._client, name)
        return lambda **asked: self._make_api_call(operation, asked)

    def take(self) -> list[Call]:
        """What was called since it was last taken."""
        calls, self._calls = self._calls, []
        return calls

    def _make_api_call(self, operation: str, asked: Asked) -> Mapping[str, Any]:
        """The name under which PynamoDB makes its calls."""
        answer: Mapping[str, Any] | None = None
        began = time.thread_time()
        try:
            answer = self.ask(operation, asked)
        finally:
            self.seconds += time.thread_time() - began
            self._calls.append(Call(operation, asked, answer))
        return answer

    def ask(self, operation: str, asked: Asked) -> Mapping[str, Any]:
        """The call itself."""
        answer: Mapping[str, Any] = getattr(self._client, self._names[operation])(**asked)
        return answer


class Meter(Recorder):
    """Counts the units too that AWS would bill, by looking at each item that is written before and after it. `indexes` are
    those of the tables by their names.
    """

    def __init__(self, client: Any, indexes: Mapping[str, IndexKeys]) -> None:
        super().__init__(client)
        self._indexes = indexes
        self.units = Units()

    def ask(self, operation: str, asked: Asked) -> Mapping[str, Any]:
        """The call itself, metered."""
        places = places_written(operation, asked)
        before = [self._look(place) for place in places]
        answer = super().ask(operation, asked)
        after = [self._look(place) for place in places]
        in_transaction = operation == "TransactWriteItems"
        writes = sum(
            write_units(old, new, self._indexes[place.table], in_transaction=in_transaction)
            for place, old, new in zip(places, before, after, strict=True)
        )
        self.units += Units(writes, answer_units(operation, asked, answer), 1)
        return answer

    def _look(self, place: Place) -> Item | None:
        key = {"PK": {"S": place.partition}, "SK": {"S": place.sort}}
        found: Item | None = self._client.get_item(TableName=place.table, Key=key, ConsistentRead=True).get("Item")
        return found


def prepare(client: Any, calls: Iterable[Call], names: Mapping[str, str]) -> list[Callable[[], object]]:
    """The same calls, ready to be made bare, on the tables that these become by `names`."""
    methods = {operation: getattr(client, name) for name, operation in client.meta.method_to_api_mapping.items()}
    return [
        _bare(methods[call.operation], renamed(call.asked, names), is_refused=call.answer is None) for call in calls
    ]


def _bare(method: Callable[..., object], asked: Asked, *, is_refused: bool) -> Callable[[], object]:
    def call() -> object:
        return method(**asked)

    def refused() -> None:
        with suppress(ClientError):
            method(**asked)

    return refused if is_refused else call


def renamed(asked: Asked, names: Mapping[str, str]) -> Asked:
    """A request about other tables."""
    if "TransactItems" in asked:
        items = [{kind: renamed(each, names) for kind, each in item.items()} for item in asked["TransactItems"]]
        return {**asked, "TransactItems": items}
    if "RequestItems" in asked:
        return {**asked, "RequestItems": {names[table]: each for table, each in asked["RequestItems"].items()}}
    return {**asked, "TableName": names[asked["TableName"]]}


class Answers:
    """A client that answers from memory what was answered before, at no cost: what is left is our own work.

    Reads are told apart by what they read; all writes of a kind are answered alike, and change nothing.
    """

    _request_signer = None
    """PynamoDB asks a client for it, to see whether its credentials are still there."""

    def __init__(self, calls: Iterable[Call]) -> None:
        self._answers = {_place(call.operation, call.asked): call.answer for call in calls if call.answer is not None}

    def transact_write_items(self, **asked: Any) -> Mapping[str, Any]:
        """Always done."""
        return self._make_api_call("TransactWriteItems", asked)

    def _make_api_call(self, operation: str, asked: Asked) -> Mapping[str, Any]:
        return self._answers[_place(operation, asked)] or {}


def _place(operation: str, asked: Asked) -> tuple[str, str]:
    """What a call is about: a read's key or condition; of a write only what kind it is."""
    if operation not in {"GetItem", "Query", "BatchGetItem"}:
        return operation, ""
    about = asked.get("Key") or asked.get("RequestItems") or asked["ExpressionAttributeValues"]
    return operation, repr(about)

"""What ours asked of DynamoDB is asked again bare, word for word, on the tables beside it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.bench_calls import Answers, Call, Meter, Recorder, prepare, renamed
from local.request_units import Units

KEY = {"PK": {"S": "p"}, "SK": {"S": "s"}}
METHODS = {"get_item": "GetItem", "put_item": "PutItem"}


class OneTable:
    """As much of DynamoDB as a few calls need."""

    def __init__(self) -> None:
        self.meta = SimpleNamespace(method_to_api_mapping=METHODS)
        self.asked: list[tuple[str, Any]] = []
        self.item: Any = None

    def get_item(self, **asked: Any) -> Any:
        self.asked.append(("GetItem", asked))
        return {"Item": self.item} if self.item else {}

    def put_item(self, **asked: Any) -> Any:
        self.asked.append(("PutItem", asked))
        if "ConditionExpression" in asked and self.item:
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "PutItem")
        self.item = asked["Item"]
        return {}


def test_calls_are_remembered_however_they_are_made() -> None:
    recorder = Recorder(OneTable())
    recorder.put_item(TableName="A", Item=KEY)
    recorder._make_api_call("GetItem", {"TableName": "A", "Key": KEY})
    assert [call.operation for call in recorder.take()] == ["PutItem", "GetItem"]
    assert recorder.take() == []


def test_the_same_calls_are_made_on_other_tables_and_what_was_refused_is_refused_again() -> None:
    recorder, twin = Recorder(OneTable()), OneTable()
    recorder.put_item(TableName="A", Item=KEY)
    with pytest.raises(ClientError):
        recorder.put_item(TableName="A", Item=KEY, ConditionExpression="absent")
    for call in prepare(twin, recorder.take(), {"A": "B"}):
        call()
    assert [asked["TableName"] for _, asked in twin.asked] == ["B", "B"]
    assert "ConditionExpression" in twin.asked[1][1]


def test_a_transaction_and_a_batch_are_renamed_in_every_part() -> None:
    writes = {"TransactItems": [{"Put": {"TableName": "A", "Item": KEY}}, {"Delete": {"TableName": "C", "Key": KEY}}]}
    changed = renamed(writes, {"A": "B", "C": "D"})
    assert [next(iter(item.values()))["TableName"] for item in changed["TransactItems"]] == ["B", "D"]
    assert renamed({"RequestItems": {"A": {"Keys": [KEY]}}}, {"A": "B"}) == {"RequestItems": {"B": {"Keys": [KEY]}}}


def test_units_are_metered_by_what_stands_there_before_and_after() -> None:
    meter = Meter(OneTable(), {"A": {}})
    meter.put_item(TableName="A", Item={**KEY, "text": {"S": "x" * 2000}})
    meter.put_item(TableName="A", Item=KEY)
    meter.get_item(TableName="A", Key=KEY, ConsistentRead=True)
    assert meter.units == Units(2 + 2, meter.units.reads, 3)
    assert meter.units.reads == 1


def test_answers_are_those_of_the_same_question() -> None:
    read = {"TableName": "A", "Key": KEY}
    answers = Answers([Call("GetItem", read, {"Item": KEY}), Call("TransactWriteItems", {"TransactItems": []}, {})])
    assert answers._make_api_call("GetItem", read) == {"Item": KEY}
    assert answers.transact_write_items(TransactItems=[1]) == {}
    with pytest.raises(KeyError):
        answers._make_api_call("GetItem", {**read, "Key": {}})

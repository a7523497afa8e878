"""The short way to moto's DynamoDB answers as the long way does, and leaves the same behind."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

import short_way
from quen.dynamodb import open_client
from tables import create_tables

KEY = {"PK": {"S": "A"}, "SK": {"S": "1"}}
ITEM = KEY | {
    "sequence": {"N": "1"},
    "packed": {"B": b"\x00\xff"},
    "lots": {"M": {"2027-11-30": {"L": [{"N": "120"}, {"NULL": True}, {"BOOL": False}]}}},
    "tags": {"SS": ["vip", "staff"]},
}
SEEN = {":seen": {"N": "1"}}
STALE = {":seen": {"N": "2"}}


def put(**changes: Any) -> dict[str, Any]:
    return {"TableName": "", "Item": ITEM} | changes


def update(value: str = "5", **changes: Any) -> dict[str, Any]:
    asked = {"UpdateExpression": "SET points = :points", "ExpressionAttributeValues": {":points": {"N": value}}}
    return {"TableName": "", "Key": KEY} | asked | changes


def conditioned(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "ConditionExpression": "sequence = :seen",
        "ExpressionAttributeValues": values,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def transaction(*writes: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "transact_write_items", {"TransactItems": list(writes)}


OTHER = {"PK": {"S": "A"}, "SK": {"S": "2"}}
ASKED = {
    "what is kept": [("put_item", put())],
    "what was there before": [("put_item", put()), ("put_item", put(ReturnValues="ALL_OLD"))],
    "what is not there": [("get_item", {"TableName": "", "Key": KEY})],
    "what is there, and what it costs": [
        ("put_item", put()),
        ("get_item", {"TableName": "", "Key": KEY, "ConsistentRead": True, "ReturnConsumedCapacity": "TOTAL"}),
    ],
    "a part of it": [
        ("put_item", put()),
        ("get_item", {"TableName": "", "Key": KEY, "ProjectionExpression": "packed, lots"}),
    ],
    "what is changed": [("put_item", put()), ("update_item", update(ReturnValues="ALL_NEW"))],
    "what is changed without having been there": [("update_item", update(ReturnValues="UPDATED_NEW"))],
    "what is deleted": [("put_item", put()), ("delete_item", {"TableName": "", "Key": KEY, "ReturnValues": "ALL_OLD"})],
    "a page": [
        ("put_item", put()),
        ("put_item", put(Item=ITEM | OTHER)),
        (
            "query",
            {
                "TableName": "",
                "KeyConditionExpression": "PK = :pk",
                "ExpressionAttributeValues": {":pk": {"S": "A"}},
                "Limit": 1,
                "ScanIndexForward": False,
            },
        ),
    ],
    "a condition that does not hold": [("put_item", put()), ("put_item", put(**conditioned(STALE)))],
    "a call that cannot be": [("update_item", update(UpdateExpression="SET SK = :points"))],
    "no table": [("get_item", {"TableName": "nowhere", "Key": KEY})],
    "a transaction": [
        ("put_item", put()),
        transaction(
            {"Put": put(**conditioned(SEEN))}, {"Update": update("7", Key=OTHER)}, {"Delete": {"Key": KEY | OTHER}}
        ),
    ],
    "a transaction that leaves something, changes something and takes something": [
        ("put_item", put()),
        ("put_item", put(Item=ITEM | OTHER)),
        transaction({"Update": update("7")}, {"Delete": {"Key": OTHER}}, {"Put": put(Item=ITEM | {"SK": {"S": "3"}})}),
    ],
    "a transaction that is refused after it has changed, deleted and added": [
        ("put_item", put()),
        ("put_item", put(Item=ITEM | OTHER)),
        transaction(
            {"Update": update("7")},
            {"Delete": {"Key": OTHER}},
            {"Put": put(Item=ITEM | {"SK": {"S": "3"}})},
            {"Put": put(Item=ITEM | {"SK": {"S": "4"}}, **conditioned(STALE))},
        ),
    ],
    "a transaction that says what was in its way": [
        ("put_item", put()),
        transaction({"Update": update("7", Key=OTHER)}, {"Put": put(**conditioned(STALE))}),
    ],
    "several at once": [
        ("batch_write_item", {"RequestItems": {"": [{"PutRequest": {"Item": ITEM}}]}}),
        ("batch_get_item", {"RequestItems": {"": {"Keys": [KEY, OTHER]}}}),
        ("transact_get_items", {"TransactItems": [{"Get": {"TableName": "", "Key": KEY}}]}),
    ],
}


@pytest.fixture
def opened() -> Iterator[Callable[[], tuple[Any, str]]]:
    def open_one() -> tuple[Any, str]:
        client: Any = open_client("us-east-1")
        return client, create_tables(client)["ledger"]

    with mock_aws():
        yield open_one


def named(asked: Any, table: str) -> Any:
    """What is asked, of this table."""
    if isinstance(asked, dict):
        own = {"TableName": table} if {"Item", "Key"} & asked.keys() and not asked.get("TableName") else {}
        if "PutRequest" in asked:
            return asked
        return (
            {key or table: named(value, table) for key, value in asked.items()}
            | own
            | ({"TableName": asked["TableName"] or table} if "TableName" in asked else {})
        )
    return [named(value, table) for value in asked] if isinstance(asked, list) else asked


def answers(client: Any, table: str, asked: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    """What is answered to each, and all that the table holds after it."""
    said: list[Any] = []
    for method, parameters in asked:
        try:
            answer = getattr(client, method)(**named(parameters, table))
        except ClientError as error:
            answer = error.response
        del answer["ResponseMetadata"]
        said.append(answer)
        held = client.scan(TableName=table)
        said.append([held["Count"], sorted(held["Items"], key=lambda item: str(item["SK"]))])
    return said


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())
def test_both_ways_say_the_same_and_leave_the_same(
    opened: Callable[[], tuple[Any, str]], asked: list[tuple[str, dict[str, Any]]]
) -> None:
    client, table = opened()
    short = answers(client, table, asked)
    client, other = opened()
    client.meta.events.unregister("before-call", short_way.answer)
    assert literal_eval(repr(short).replace(table, other)) == answers(client, other, asked)


def test_tables_are_made_as_the_long_way_makes_them(opened: Callable[[], tuple[Any, str]]) -> None:
    client, table = opened()
    client.meta.events.unregister("before-call", short_way.answer)
    made = client.describe_table(TableName=table)["Table"]
    assert [key["AttributeName"] for key in made["KeySchema"]] == ["PK", "SK"]
    assert [index["IndexName"] for index in made["GlobalSecondaryIndexes"]]


def test_without_moto_nothing_is_answered_here(monkeypatch: pytest.MonkeyPatch) -> None:
    client: Any = open_client("us-east-1", "http://127.0.0.1:9")
    with mock_aws():
        model = client.meta.service_model.operation_model("GetItem")
        assert short_way.answer(model, {"url": "http://127.0.0.1:9/", "body": b"{}"}) is None
    assert short_way.answer(model, {"url": "https://dynamodb.us-east-1.amazonaws.com/", "body": b"{}"}) is None

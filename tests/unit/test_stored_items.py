"""An item of ours is in DynamoDB's shape, and out of it, exactly what PynamoDB makes of the same model."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    MapAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.exceptions import AttributeDeserializationError, AttributeNullError
from pynamodb.models import Model

from quen.dynamodb import IntAttribute, bind
from quen.errors import TemporarilyUnavailableError
from quen.stored_items import StoredItem


class Part(MapAttribute[str, Any]):
    name = UnicodeAttribute()


class Thing:
    """The attributes of both models: every kind that an item of ours has."""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True, default="THING")
    number = IntAttribute()
    counted = IntAttribute(default=0)
    text = UnicodeAttribute(null=True)
    packed = BinaryAttribute(legacy_encoding=False, null=True)
    is_done = BooleanAttribute(null=True)
    words: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    parts: ListAttribute[Any] = ListAttribute(of=Part, null=True)
    stores = UnicodeSetAttribute(null=True)
    data = JSONAttribute(null=True)


class OursItem(Thing, StoredItem):
    class Meta:
        table_name = "things"


class TheirsItem(Thing, Model):
    class Meta:
        table_name = "things"


THINGS: list[dict[str, Any]] = [
    {"PK": "a", "number": 7},
    {"PK": "a", "SK": "other", "number": 0, "counted": 4, "text": "", "words": [], "stores": set()},
    {"PK": "a", "number": -1, "text": "chữ", "packed": b"\x00\xff", "is_done": False, "words": ["b", "a"], "data": {"x": [1]}},
    {"PK": "a", "number": 10**17, "is_done": True, "parts": [Part(name="n")], "stores": {"HCM-01"}, "text": None},
]  # fmt: skip


class Table:
    """A client that holds one item, and remembers what it was asked."""

    _request_signer = None  # PynamoDB looks there for credentials

    def __init__(self, item: dict[str, Any] | None) -> None:
        self.item = item
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def _make_api_call(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((operation, asked))
        return {"Item": self.item} if self.item else {}


def refusing(code: str) -> Table:
    """A table that answers every call with that error."""

    class Refusing(Table):
        def _make_api_call(self, operation: str, _asked: dict[str, Any]) -> dict[str, Any]:
            raise ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}, operation)

    return bound(Refusing(None))


def table(item: dict[str, Any] | None) -> Table:
    return bound(Table(item))


def bound(client: Any) -> Any:
    bind((OursItem, TheirsItem), "things", client)
    return client


@pytest.mark.parametrize("values", THINGS)
def test_an_item_is_stored_and_read_as_pynamodb_does_it(values: dict[str, Any]) -> None:
    stored = TheirsItem(**values).serialize()
    assert OursItem(**values).serialize() == stored
    assert list(OursItem(**values).serialize()) == list(stored)
    read, theirs = OursItem.from_raw_data(dict(stored)), TheirsItem.from_raw_data(dict(stored))
    for name in OursItem.get_attributes():
        if name != "parts":
            assert getattr(read, name) == getattr(theirs, name)
    assert [part.name for part in read.parts or ()] == [part.name for part in theirs.parts or ()]


def test_a_key_may_be_given_without_its_names() -> None:
    assert OursItem("a", "b", number=1).serialize() == OursItem(PK="a", SK="b", number=1).serialize()


def test_what_must_be_there_and_is_not_is_refused() -> None:
    with pytest.raises(AttributeNullError):
        OursItem(PK="a").serialize()


def test_an_attribute_that_the_model_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="OursItem has no colour"):
        OursItem(PK="a", number=1, colour="red")


def test_an_attribute_of_another_type_cannot_be_read() -> None:
    with pytest.raises(AttributeDeserializationError):
        OursItem.from_raw_data({"PK": {"S": "a"}, "number": {"S": "7"}})


def test_an_item_without_an_attribute_or_with_an_unknown_one_is_read_as_far_as_it_goes() -> None:
    read = OursItem.from_raw_data({"PK": {"S": "a"}, "text": {"NULL": True}, "colour": {"S": "red"}})
    assert (read.PK, read.SK, read.counted, read.text, read.number) == ("a", "THING", 0, None, None)


@pytest.mark.parametrize("consistent", [True, False])
def test_an_item_is_read_by_its_key(consistent: bool) -> None:
    client = table(OursItem("a", "b", number=7).serialize())
    assert OursItem.get("a", "b", consistent_read=consistent).number == 7
    [(operation, asked)] = client.asked
    assert operation == "GetItem"
    assert asked == {"TableName": "things", "Key": {"PK": {"S": "a"}, "SK": {"S": "b"}}, "ConsistentRead": consistent}


def test_an_item_is_stored_where_a_condition_holds() -> None:
    client, item, values = table(None), OursItem("a", "b", number=7), {":least": {"N": "3"}}
    assert item.put_where("number > :least", values)
    [(operation, asked)] = client.asked
    assert operation == "PutItem"
    assert asked["Item"] == item.serialize()
    assert (asked["ConditionExpression"], asked["ExpressionAttributeValues"]) == ("number > :least", values)
    refusing("ConditionalCheckFailedException")
    assert not item.put_where("number > :least", values)


@pytest.mark.parametrize(
    ("code", "raised"),
    [("ThrottlingException", TemporarilyUnavailableError), ("ValidationException", ClientError)],
)
def test_an_item_of_which_nobody_knows_whether_it_is_stored_is_not_said_to_be(
    code: str, raised: type[Exception]
) -> None:
    refusing(code)
    with pytest.raises(raised):
        OursItem("a", "b", number=7).put_where("number > :least", {":least": {"N": "3"}})
    with pytest.raises(raised):
        OursItem.get("a", "b")


def test_an_item_that_is_not_there_does_not_exist() -> None:
    table(None)
    with pytest.raises(OursItem.DoesNotExist):
        OursItem.get("a", "b")

"""The items of our tables: PynamoDB's models, with a shorter way into DynamoDB's shape and out of it.

PynamoDB asks a descriptor for every single value, looks for maps and discriminators that no item of ours has, and tells
listeners of every read that nobody registered. What an item is stays PynamoDB's; so do queries, conditions and updates.

An attribute here is named as it is stored, and its default is a plain value, the same for every item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Self, cast

from botocore.exceptions import ClientError
from pynamodb.exceptions import AttributeNullError
from pynamodb.models import Model

Stored = dict[str, dict[str, Any]]
"""An item in DynamoDB's own shape: each attribute's value under its type."""

_KEY = ("PK", "SK")
_CONDITION_FAILED = "ConditionalCheckFailedException"


class StoredItem(Model):
    """What every item of ours is. Its table has the keys `PK` and `SK`, both texts."""

    def __init__(self, *key: str, **values: Any) -> None:
        """`key` is its `PK` and `SK`, where these are not among the values by name."""
        if unknown := values.keys() - self.get_attributes().keys():
            raise ValueError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        self.attribute_values = {**_defaults(type(self)), **values, **dict(zip(_KEY, key, strict=False))}

    @classmethod
    def get(
        cls,
        hash_key: Any,
        range_key: Any = None,
        consistent_read: bool = False,  # noqa: FBT001, FBT002 - PynamoDB's own parameters
        attributes_to_get: Sequence[str] | None = None,
    ) -> Self:
        """The item. Raises DoesNotExist, and TemporarilyUnavailableError where DynamoDB gave no answer."""
        if attributes_to_get is not None:
            raise ValueError("an item is read whole")
        asked = {
            "TableName": cls.Meta.table_name,
            "Key": {"PK": {"S": hash_key}, "SK": {"S": range_key}},
            "ConsistentRead": consistent_read,
        }
        if found := cls._call("GetItem", asked).get("Item"):
            return cls.from_raw_data(found)
        raise cls.DoesNotExist

    def put_where(self, condition: str, values: Mapping[str, Any]) -> bool:
        """Store the item where the low-level condition holds, and say whether it did. Raises TemporarilyUnavailableError."""
        asked = {
            "TableName": self.Meta.table_name,
            "Item": self.serialize(),
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
        try:
            self._call("PutItem", asked)
        except ClientError as error:
            if error.response["Error"]["Code"] != _CONDITION_FAILED:
                raise
            return False
        return True

    @classmethod
    def _call(cls, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        return cls._get_connection().connection._make_api_call(operation, asked)  # noqa: SLF001 - as PynamoDB itself does

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """The item that DynamoDB's shape says; what it holds beyond this model is left out."""
        item = cls()
        values = item.attribute_values
        for name, attribute in cls.get_attributes().items():
            stored = data.get(name)
            if stored and "NULL" not in stored:
                values[name] = attribute.deserialize(attribute.get_value(stored))
        return item

    def serialize(self, null_check: bool = True) -> Stored:  # noqa: FBT001, FBT002 - PynamoDB's own parameter
        """The item in DynamoDB's shape, without what it has not. Raises AttributeNullError where that must be there."""
        values, item = self.attribute_values, cast("Stored", {})
        for name, attribute in self.get_attributes().items():
            value = values.get(name)
            stored = None if value is None else attribute.serialize(value)
            if stored is not None:
                item[name] = {attribute.attr_type: stored}
            elif null_check and not attribute.null:
                raise AttributeNullError(name)
        return item


@cache
def _defaults(model: type[StoredItem]) -> Mapping[str, Any]:
    return {
        name: attribute.default for name, attribute in model.get_attributes().items() if attribute.default is not None
    }

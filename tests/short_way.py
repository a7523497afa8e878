"""The short way to moto's DynamoDB: what the tests ask of items is answered before botocore signs, sends and reads it.

The long way (a signature, headers, hooks, and a serialiser that tries six spellings of every member) takes five times as
long as the operation itself. Parameters are validated and written by botocore as ever, and moto's own handler answers:
only what lies between them is left out. What is refused goes the long way, which says so in full; so does every other
operation and service. `test_short_way.py` holds both ways against each other.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import botocore.handlers
import moto.core.models
from botocore.parsers import create_parser
from moto.core.config import default_user_config
from moto.core.models import DEFAULT_ACCOUNT_ID, botocore_stubber
from moto.core.parse import JSONParser
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

HOST = re.compile(r"https://(?:\d+\.ddb|dynamodb)\.([a-z0-9-]+)\.amazonaws\.com/")
METHODS = {
    "BatchGetItem": "batch_get_item",
    "BatchWriteItem": "batch_write_item",
    "CreateTable": "create_table",
    "DeleteItem": "delete_item",
    "GetItem": "get_item",
    "PutItem": "put_item",
    "Query": "query",
    "Scan": "scan",
    "TransactGetItems": "transact_get_items",
    "TransactWriteItems": "transact_write_items",
    "UpdateItem": "update_item",
}
ANSWERED = SimpleNamespace(status_code=200, headers={})
_READER = create_parser("json")


def take() -> None:
    """Every client that is opened from now on goes the short way while moto stands in for AWS."""
    botocore.handlers.BUILTIN_HANDLERS.append(("before-call", answer, botocore.handlers.REGISTER_LAST))
    DynamoDBBackend.transact_write_items = _transact  # type: ignore[method-assign]
    # One session reads botocore's megabytes of endpoints and models; moto would have each test read them again.
    default_user_config.setdefault("core", {})["reset_boto3_session"] = False
    # Nobody here speaks to AWS through `requests`; patching it anew costs every test 20 ms.
    moto.core.models.RESPONSES_METHODS.clear()


def answer(model: Any, params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]] | None:
    """What `before-call` asks for: the response and what it says; None where the call is to go on."""
    method = METHODS.get(model.name)
    host = HOST.match(params["url"]) if method and botocore_stubber.enabled else None
    if not method or not host or model.service_model.service_name != "dynamodb":
        return None
    handler = DynamoHandler()
    handler.region, handler.current_account = host[1], DEFAULT_ACCOUNT_ID
    try:
        handler.body = JSONParser(model)._parse_shape(model.input_shape, json.loads(params["body"]))
        result = getattr(handler, method)().result
    except Exception:  # noqa: BLE001 - whatever it is, the long way comes to it again, and says it
        return None
    said = json.loads(json.dumps(result, default=_as_sent))
    parsed = _READER._parse_shape(model.output_shape, said)
    return ANSWERED, parsed | {"ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}}


def _as_sent(value: bytes | datetime) -> str | float:
    return value.timestamp() if isinstance(value, datetime) else base64.b64encode(value).decode()


_moto_transacts = DynamoDBBackend.transact_write_items


def _transact(backend: DynamoDBBackend, items: list[dict[str, Any]]) -> None:
    with _undone_when_refused(backend, items):
        _moto_transacts(backend, items)


@contextmanager
def _undone_when_refused(backend: DynamoDBBackend, items: Sequence[Mapping[str, Any]]) -> Iterator[None]:
    """Put back what a refused transaction has changed; moto would copy all of a table for it, once for every write."""
    before = [_found(backend, write) for item in items for write in item.values()]
    Table.__deepcopy__ = lambda table, _memo: table
    try:
        yield
    except Exception:
        for table, hash_key, range_key, item in before:
            table.delete_item(hash_key, range_key)
            if item:
                table.items[hash_key][range_key] = item
        raise
    finally:
        del Table.__deepcopy__


def _found(backend: DynamoDBBackend, write: Mapping[str, Any]) -> tuple[Any, DynamoType, DynamoType, Any]:
    """The table, the key and a copy of the item that a transaction is about to write; all tables here have both keys."""
    table = backend.get_table(write["TableName"])
    hash_key, range_key = backend.get_keys_value(table, write.get("Key") or write["Item"])
    return table, hash_key, range_key, deepcopy(table.get_item(hash_key, range_key))

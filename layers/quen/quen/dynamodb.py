"""DynamoDB as every store uses it: one client for all PynamoDB models, and one transaction per use case.

PynamoDB gives models, reads and queries. A use case commits through `commit`, which sends one TransactWriteItems on the
same client, in the order it was given, and says by name which write was refused: PynamoDB's own transactions re-order
their writes and lose the names.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, cast

from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.session import Session, get_session
from pynamodb.attributes import Attribute
from pynamodb.connection.base import Connection
from pynamodb.constants import NUMBER
from pynamodb.models import Model

from quen.errors import TemporarilyUnavailableError
from quen.log_lines import name_entries
from quen.writes import Item, Refusal, TransactionRefusedError, Write

# What is imported so far stays for as long as the process does. Without this a full collection walks through all of
# botocore some modules later, and takes a fifth of a cold start to find nothing.
gc.freeze()

WRITES_MAX = 100
__all__ = [
    "IntAttribute",
    "Refusal",
    "TransactionRefusedError",
    "Write",
    "bind",
    "commit",
    "delete",
    "open_client",
    "put",
    "shared_session",
]

CONNECT_TIMEOUT_SECONDS = 1
READ_TIMEOUT_SECONDS = 2
UNREPEATABLE_READ_TIMEOUT_SECONDS = 10
ATTEMPTS_MAX = 3

# Nobody answered, or not to the end. Any other failure of botocore's own (no credentials, a parameter that cannot be) is
# a defect, and no second try mends it.
UNANSWERED = (NoConnectionError, HTTPClientError, IncompleteReadError)

_CONFLICTS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_RETRYABLE = frozenset({"TransactionConflictException", "TransactionInProgressException"})


class IntAttribute(Attribute[int]):
    """An integer. PynamoDB's own NumberAttribute is typed as a float, and points are never that."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        """The decimal digits."""
        return str(int(value))

    def deserialize(self, value: str) -> int:
        """The integer; a fraction is a defect of what wrote it, and raises ValueError."""
        return int(value)


class SharedConnection(Connection):
    """The process's one botocore client behind every model: a client each would cost 50 ms of start-up.

    A call that got no usable answer (throttled, 5xx, timed out) raises TemporarilyUnavailableError.
    """

    def __init__(self, client: BaseClient) -> None:
        super().__init__()
        self._client = cast("Any", client)

    def _make_api_call(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        try:
            return cast("dict[str, Any]", self.client._make_api_call(operation_name, operation_kwargs))  # noqa: SLF001 - as PynamoDB itself does
        except ClientError as error:
            raise unavailable_or(error) from error
        except UNANSWERED as error:
            raise TemporarilyUnavailableError from error


@cache
def shared_session() -> Session:
    """The process's one session: each reads botocore's megabytes of endpoints and service models for itself.

    Opening clients of it is not thread-safe; a function opens its own before it answers.
    """
    return get_session()


def open_client(
    region: str | None = None, endpoint: str | None = None, *, service: str = "dynamodb", is_repeatable: bool = True
) -> BaseClient:
    """A client whose calls end well within API Gateway's 29 seconds.

    `is_repeatable` says that a call may be made twice; a message may not, so its client waits longer and never retries.
    """
    config = Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS if is_repeatable else UNREPEATABLE_READ_TIMEOUT_SECONDS,
        retries={"total_max_attempts": ATTEMPTS_MAX if is_repeatable else 1, "mode": "standard"},
        tcp_keepalive=True,
    )
    return shared_session().create_client(service, region_name=region, endpoint_url=endpoint, config=config)


def bind(models: Iterable[type[Model]], table_name: str, client: BaseClient) -> None:
    """Give these models their table and the process's client; a store does it when it is made."""
    for model in models:
        model.Meta.table_name = table_name
        model._connection = None  # noqa: SLF001 - PynamoDB has no public way to share a client
        table = model._get_connection()  # noqa: SLF001 - the same
        shared = SharedConnection(client)
        shared.add_meta_table(table.get_meta_table())
        table.connection = shared


def put(name: str, item: Model, *, condition: str = "", values: Item | None = None, entry_id: str = "") -> Write:
    """A Put of a PynamoDB item. `condition` is a low-level expression, `values` its low-level values; `entry_id`: see Write."""
    parameters: dict[str, Any] = {"TableName": item.Meta.table_name, "Item": item.serialize()}
    return Write(name, "Put", parameters | _conditioned(condition, values), entry_id)


def delete(name: str, table_name: str, key: Item, *, condition: str = "", values: Item | None = None) -> Write:
    """A Delete by low-level key."""
    return Write(name, "Delete", {"TableName": table_name, "Key": key} | _conditioned(condition, values))


def commit(client: BaseClient, writes: Sequence[Write]) -> None:
    """All of it or nothing; the entries that it adds are named in the log's line.

    Raises TransactionRefusedError where a condition failed or another transaction was in the way, and
    TemporarilyUnavailableError where DynamoDB did not answer: then it may or may not have happened, and only the
    caller's own retry, with the same claim, can tell.
    """
    if len(writes) > WRITES_MAX:
        raise ValueError(f"a transaction holds {WRITES_MAX} writes, not {len(writes)}")
    items = [{write.operation: dict(write.parameters)} for write in writes]
    try:
        cast("Any", client).transact_write_items(TransactItems=items)
    except ClientError as error:
        raise _translated(error, writes) from error
    except UNANSWERED as error:
        raise TemporarilyUnavailableError from error
    name_entries(write.entry_id for write in writes if write.entry_id)


def _conditioned(condition: str, values: Item | None) -> dict[str, Any]:
    if not condition:
        return {}
    extra: dict[str, Any] = {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    return extra | ({"ExpressionAttributeValues": values} if values else {})


def _translated(error: ClientError, writes: Sequence[Write]) -> Exception:
    response = cast("dict[str, Any]", error.response)
    code = response["Error"]["Code"]
    if code == "TransactionCanceledException":
        reasons = response.get("CancellationReasons", [])
        refusals = {
            write.name: Refusal(reason["Code"], reason.get("Item"))
            for write, reason in zip(writes, reasons, strict=False)
            if reason.get("Code") == "ConditionalCheckFailed"
        }
        conflict = any(reason.get("Code") in _CONFLICTS for reason in reasons)
        return TransactionRefusedError(refusals, conflict=conflict) if refusals or conflict else error
    if code in _RETRYABLE:
        return TransactionRefusedError(conflict=True)
    return unavailable_or(error)


def unavailable_or(error: ClientError) -> Exception:
    """What a failed call means to the caller: "try again" for throttles and 5xx, the error itself for our own mistakes."""
    response = cast("dict[str, Any]", error.response)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    throttled = response["Error"]["Code"] in {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
    }
    return TemporarilyUnavailableError() if throttled or status >= 500 else error

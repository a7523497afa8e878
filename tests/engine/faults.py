"""A DynamoDB client that fails on purpose at chosen calls, each in one of several ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

Fault = Callable[[Callable[[], Any], str], Any]


class CrashError(BaseException):
    """The process dies here: nothing catches it, as nothing catches a killed Lambda."""


def throttle(_call: Callable[[], Any], operation: str) -> Any:
    raise _client_error("ProvisionedThroughputExceededException", 400, operation)


def internal_error(_call: Callable[[], Any], operation: str) -> Any:
    raise _client_error("InternalServerError", 500, operation)


def timeout_after_commit(call: Callable[[], Any], _operation: str) -> Any:
    call()
    raise ReadTimeoutError(endpoint_url="http://dynamodb.test")


def crash_before(_call: Callable[[], Any], _operation: str) -> Any:
    raise CrashError


def crash_after(call: Callable[[], Any], _operation: str) -> Any:
    call()
    raise CrashError


def transaction_conflict(call: Callable[[], Any], operation: str) -> Any:
    """What DynamoDB says to a transaction where another one holds an item; no emulator does. A read goes on."""
    if operation != "TransactWriteItems":
        return call()
    error = _client_error("TransactionCanceledException", 400, operation)
    error.response["CancellationReasons"] = [{"Code": "TransactionConflict"}]  # type: ignore[typeddict-unknown-key]
    raise error


FAULTS: dict[str, Fault] = {
    "throttle": throttle,
    "500": internal_error,
    "timeout after commit": timeout_after_commit,
    "crash before": crash_before,
    "crash after": crash_after,
}


class FaultyClient:
    """Passes every call on but those that meet a fault; `calls` counts them since it was armed."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._faults: Mapping[int, Fault] = {}
        self.calls = 0

    def arm(self, faults: Mapping[int, Fault]) -> None:
        """From now on the n-th call (1, 2, 3 …) meets the n-th fault, where there is one."""
        self._faults = faults
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **parameters: Any) -> Any:
        return self._make_api_call("TransactWriteItems", parameters)

    def _make_api_call(self, operation: str, parameters: dict[str, Any]) -> Any:
        self.calls += 1
        call = lambda: self._client._make_api_call(operation, parameters)  # noqa: E731
        fault = self._faults.get(self.calls)
        return fault(call, operation) if fault else call()


def _client_error(code: str, status: int, operation: str) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, operation)

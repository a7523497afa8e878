"""A DynamoDB client that fails on purpose at one chosen call, in one of five ways."""

from __future__ import annotations

from collections.abc import Callable
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


def transaction_conflict(_call: Callable[[], Any], operation: str) -> Any:
    """What DynamoDB says where another transaction holds an item; no emulator does."""
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
    """Passes every call on but the `at`-th (1, 2, 3 …), which meets the fault; counts the calls, or those of one operation."""

    def __init__(self, client: Any, at: int = 0, fault: Fault = internal_error, *, only: str = "") -> None:
        self._client = client
        self._fault = fault
        self._only = only
        self.at = at
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **parameters: Any) -> Any:
        return self._make_api_call("TransactWriteItems", parameters)

    def _make_api_call(self, operation: str, parameters: dict[str, Any]) -> Any:
        self.calls += operation == self._only or not self._only
        is_meant = self.calls == self.at and operation == (self._only or operation)
        call = lambda: self._client._make_api_call(operation, parameters)  # noqa: E731
        return self._fault(call, operation) if is_meant else call()


def _client_error(code: str, status: int, operation: str) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, operation)

"""What a call that fails means: "try again" where DynamoDB did not answer, a defect where we asked wrongly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import GetError
from pynamodb.models import Model

from quen.dynamodb import bind, commit
from quen.errors import TemporarilyUnavailableError
from quen.writes import Write

URL = "https://dynamodb.example.com"
WRITE = Write("account", "Delete", {"TableName": "things", "Key": {"PK": {"S": "1"}}})
UNANSWERED = [
    EndpointConnectionError(endpoint_url=URL),
    ConnectTimeoutError(endpoint_url=URL),
    ReadTimeoutError(endpoint_url=URL),
    ConnectionClosedError(endpoint_url=URL),
]
OURS = [NoCredentialsError(), ParamValidationError(report="Key: missing")]


class ThingItem(Model):
    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)


class BrokenClient:
    """A client whose every call fails in one way."""

    _request_signer = None  # PynamoDB looks there for credentials

    def __init__(self, error: Exception) -> None:
        self._error = error

    def transact_write_items(self, **_: Any) -> None:
        raise self._error

    def _make_api_call(self, _operation: str, _arguments: Any) -> None:
        raise self._error


def read(error: Exception) -> None:
    client: Any = BrokenClient(error)
    bind((ThingItem,), "things", client)
    try:
        ThingItem.get("1")
    except GetError as failed:  # PynamoDB's own wrapping, of what is not ours
        raise failed.cause or failed from failed


def write(error: Exception) -> None:
    client: Any = BrokenClient(error)
    commit(client, [WRITE])


@pytest.mark.parametrize("call", [read, write])
@pytest.mark.parametrize("error", UNANSWERED, ids=lambda error: type(error).__name__)
def test_no_answer_means_try_again_and_keeps_its_cause(call: Callable[[Exception], None], error: BotoCoreError) -> None:
    with pytest.raises(TemporarilyUnavailableError) as refused:
        call(error)
    assert refused.value.__cause__ is error


@pytest.mark.parametrize("call", [read, write])
@pytest.mark.parametrize("error", OURS, ids=lambda error: type(error).__name__)
def test_a_call_that_could_never_be_made_is_a_defect_of_ours(
    call: Callable[[Exception], None], error: BotoCoreError
) -> None:
    with pytest.raises(type(error)) as raised:
        call(error)
    assert raised.value is error


@pytest.mark.parametrize("call", [read, write])
@pytest.mark.parametrize(
    ("code", "status", "is_temporary"),
    [
        ("ThrottlingException", 400, True),
        ("InternalServerError", 500, True),
        ("AccessDeniedException", 400, False),
        ("ValidationException", 400, False),
    ],
)
def test_an_answer_is_judged_by_its_code(
    call: Callable[[Exception], None], code: str, status: int, is_temporary: bool
) -> None:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    error = ClientError(answer, "GetItem")
    with pytest.raises(TemporarilyUnavailableError if is_temporary else ClientError):
        call(error)

"""`quen ledger` where AWS refuses, does not answer, or knows nobody of that name: one sentence, and no verdict."""

from __future__ import annotations

import argparse
from types import MappingProxyType
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from local.commands.ledger import run
from local.connection import aws_told
from local.errors import LocalError
from quen.errors import TemporarilyUnavailableError

DENIED = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")
LOST = ConnectTimeoutError(endpoint_url="http://s3")


REFUSALS = {
    "denied": (DENIED, "AWS refused: .*AccessDenied.*GetObject"),
    "no connection": (LOST, "AWS refused: .*http://s3"),
    "throttled": (TemporarilyUnavailableError(), "did not answer"),
}


@pytest.mark.parametrize(("error", "said"), REFUSALS.values(), ids=REFUSALS)
def test_what_aws_refuses_is_said_in_one_sentence(error: Exception, said: str) -> None:
    with pytest.raises(LocalError, match=said), aws_told():
        raise error


class ForbiddenStack:
    """Nobody may read its tables."""

    tables = MappingProxyType({"ledger": "ledger", "program": "program"})

    def open_dynamodb(self) -> Any:
        raise DENIED


@pytest.mark.parametrize("action", ["verify", "archived"])
def test_a_ledger_that_may_not_be_read_is_neither_sound_nor_unsound(action: str) -> None:
    arguments = argparse.Namespace(action=action, member="mem_1", on=None, json=False)
    with pytest.raises(LocalError, match="AWS refused"):
        run(ForbiddenStack(), arguments)  # type: ignore[arg-type] # as much of a stack as is asked for

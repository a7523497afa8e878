"""The nightly proof through the deployed stack: its schedule's function, its queue, its rights, its result."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.callers import open_staff
from local.commands.ledger import open_verifications
from local.connection import aws_client
from local.running_stack import RunningStack
from local.stack import STACK_NAME
from quen.client import Answer
from sample_events import sample_event

pytestmark = pytest.mark.e2e
WAIT_SECONDS_MAX = 120


def test_the_schedule_proves_the_ledger_and_the_result_is_shown(connection: dict[str, Any], data: Path) -> None:
    assert connection
    stack = RunningStack.load(data)
    event = sample_event("verify_ledger", "start") | {"time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    started = aws_client("lambda", stack.aws_endpoint).invoke(
        FunctionName=f"{STACK_NAME}-verify-ledger-start", Payload=json.dumps(event).encode()
    )
    assert "FunctionError" not in started, started["Payload"].read()
    shown = wait_for_result(stack)
    assert (shown["is_sound"], shown["flaws"]) == (True, [])
    assert shown["members"] >= 3
    by_hand = open_verifications(stack).verify_all()
    assert by_hand.is_sound
    assert by_hand.baseline
    assert (by_hand.baseline.on.isoformat(), by_hand.baseline.is_same) == (shown["on"], True)


def wait_for_result(stack: RunningStack) -> dict[str, Any]:
    staff = open_staff(stack)
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    try:
        while True:
            answer: Answer = staff.request("GET", "/v1/ledger/verification")
            if answer.status == 200 and answer.document["on"]:
                shown: dict[str, Any] = answer.document
                return shown
            assert time.monotonic() < deadline, staff.request("GET", "/v1/jobs/verify-ledger/runs").document
            time.sleep(0.5)
    finally:
        staff._transport.close()

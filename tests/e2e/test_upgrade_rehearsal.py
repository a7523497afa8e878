"""A shop that was opened by the last released version, and goes on under this one: stack, data directory and all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from local.callers import open_member, open_partner
from local.command import main
from local.commands.ledger import open_verifications
from local.connection import FILE_NAME, load_connection, write_private
from local.emulator import PROJECT, STACK_PYTHON, free_port
from local.running_stack import RunningStack
from local.stack import LocalStack

pytestmark = [pytest.mark.e2e, pytest.mark.long]
RELEASED = "v0.7.0"
STARTS_MAX = 3
STOP_SECONDS_MAX = 120


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """That version's files, in a folder of their own."""
    packed = subprocess.run(["git", "archive", RELEASED], cwd=PROJECT, capture_output=True, check=False)
    if packed.returncode:
        pytest.skip(f"this copy of the repository has no tag {RELEASED}")
    folder = tmp_path / "released"
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


@contextmanager
def served_by(folder: Path, data: Path, port: int) -> Iterator[None]:
    """`quen serve` of that version, until it is told to stop and has kept its data."""
    sources = [str(folder / part) for part in ("layers/quen", "functions", "infra")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sources), "QUEN_STACK_PYTHON": str(STACK_PYTHON)}
    command = [sys.executable, "-m", "local.command", "serve", "--port", str(port), "--data", str(data), "--json"]
    for _ in range(STARTS_MAX):
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        if line := process.stdout.readline():
            break
        process.wait()  # its first request took too long, on a busy machine; what it has deployed stays
    assert line, "it did not start"
    try:
        assert json.loads(line)["ready"]
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(STOP_SECONDS_MAX)
        process.stdout.close()


def load_released(data: Path) -> RunningStack:
    """That version's stack for today's commands, which expect an archive; it has none."""
    write_private(data / FILE_NAME, {"archive_bucket": ""} | load_connection(data))
    return RunningStack.load(data)


def purchase(purchase_id: str, amount: int) -> dict[str, Any]:
    return {
        "purchase_id": purchase_id,
        "member": {"phone": "+84901000001"},
        "occurred_at": "2026-11-20T05:00:00Z",
        "total": {"amount": amount, "currency": "VND"},
    }


def shown_in_old_entries(stack: RunningStack) -> int:
    """How many members the nightly archiving would find, were everything old."""
    return sum(
        page["Count"]
        for page in stack.open_dynamodb()
        .get_paginator("scan")
        .paginate(TableName=stack.tables["ledger"], IndexName="OldEntries")
    )


def test_a_data_directory_of_the_last_version_goes_on_under_this_one(released: Path, tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    with served_by(released, data, port), load_released(data) as old:
        with open_partner(old) as till:
            bought = till.record_purchase(purchase("OLD-1", 2_500_000))
            assert bought.status == 201, bought.document
            held = till.reserve({"member": {"phone": "+84901000001"}, "reward_id": "free-coffee"}, "old-1").document
        before = open_verifications(old).verify_all()
        assert before.is_sound
        account = open_member(old).request("GET", "/v1/me/account").document

    with LocalStack(data, port), RunningStack.load(data) as new, open_partner(new) as till:
        found = open_verifications(new).verify_all()
        assert found.is_sound
        assert (found.root, found.totals) == (before.root, before.totals)
        assert main(["upgrade", "--data", str(data)]) == 0
        assert shown_in_old_entries(new) == found.members
        shown = open_member(new).request("GET", "/v1/me/account").document
        assert shown["points"] == account["points"]
        again = till.record_purchase(purchase("OLD-1", 2_500_000))
        assert (again.document, again.is_replay) == (bought.document, True)
        assert till.redeem(held["redemption_id"]).document["state"] == "redeemed"
        back = {"return_id": "NEW-1", "occurred_at": "2026-11-20T06:00:00Z", "amount": purchase("", 500_000)["total"]}
        assert till.record_return("OLD-1", back).status == 201
        assert till.record_purchase(purchase("NEW-1", 90_000)).status == 201
        assert open_verifications(new).verify_all().is_sound

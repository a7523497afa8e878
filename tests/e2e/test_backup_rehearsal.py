"""A backup of one running stack, restored into another: members and tills go on there, and nobody is told anything twice."""

from __future__ import annotations

import base64
import json
import time
import urllib.request
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from local.callers import open_partner
from local.command import main
from local.commands.ledger import open_verifications
from local.emulator import free_port
from local.running_stack import PartnerKey, RunningStack
from local.stack import LocalStack
from quen.archive.service import Archiving
from quen.archive.store import ArchiveStore
from quen.client import PartnerClient
from quen.ledger.items import SHARDS

pytestmark = [pytest.mark.e2e, pytest.mark.long]
STREAM_SECONDS = 10


def purchase(purchase_id: str, amount: int = 300_000) -> dict[str, Any]:
    return {
        "purchase_id": purchase_id,
        "member": {"phone": "+84901000002"},
        "occurred_at": "2026-11-20T05:00:00Z",
        "total": {"amount": amount, "currency": "VND"},
    }


def mails(stack: RunningStack) -> int:
    with urllib.request.urlopen(f"{stack.aws_endpoint}/_ministack/ses/messages", timeout=10) as answer:
        return sum(len(sent) for sent in json.load(answer)["messages"].values())


def till_of(key: PartnerKey, stack: RunningStack) -> PartnerClient:
    """The first stack's till, at the second one's address."""
    there = replace(key, authority=stack.partner.authority, path_prefix=stack.partner.path_prefix)
    assert base64.b64decode(key.secret)
    return open_partner(replace(stack, partner=there))


def archive_all(stack: RunningStack) -> None:
    """All entries but each member's last go to the archive, as on a day when everything is old."""
    store, objects = ArchiveStore(stack.open_dynamodb(), stack.tables["ledger"]), stack.open_objects()
    members = [who for shard in range(SHARDS) for who in store.list_old(shard, date.max, None, 1000).member_ids]
    day, archiving = datetime.now(UTC).date() + timedelta(days=2), Archiving(store, objects)
    done = [archiving.archive(who, day, ZoneInfo("UTC"), "run_1", is_recovering=False) for who in members]
    assert sum(archived.volumes for archived in done) > 0


def test_what_one_stack_backed_up_goes_on_in_another(connection: dict[str, Any], data: Path, tmp_path: Path) -> None:
    assert connection
    backup, secrets, elsewhere = tmp_path / "backup", tmp_path / "secrets.json", tmp_path / "second"
    with RunningStack.load(data) as first, open_partner(first) as till:
        bought = till.record_purchase(purchase("KEPT-1"))
        assert bought.status == 201
        archive_all(first)
        before = open_verifications(first).verify_all()
        assert main(["backup", "create", str(backup), "--secrets", str(secrets), "--data", str(data)]) == 0
        assert till.record_purchase(purchase("LOST-1")).status == 201  # after the backup
        key = first.partner
    where = ["--data", str(elsewhere), "--secrets", str(secrets), "--empty"]
    port = free_port()
    with LocalStack(elsewhere, port):
        assert main(["backup", "restore", str(backup), *where]) == 1  # its functions know another master key
    with LocalStack(elsewhere, port), RunningStack.load(elsewhere) as second:
        time.sleep(STREAM_SECONDS)  # what its own seeds have to say is said
        told = mails(second)
        assert main(["backup", "restore", str(backup), *where]) == 0
        restored = open_verifications(second).verify_all()
        assert (restored.root, restored.entries) == (before.root, before.entries)
        with till_of(key, second) as there:
            again = there.record_purchase(purchase("KEPT-1"))
            assert (again.document, again.is_replay) == (bought.document, True)
            assert not there.record_purchase(purchase("LOST-1")).is_replay
            assert there.record_purchase(purchase("NEW-1")).status == 201
        time.sleep(STREAM_SECONDS)
        assert mails(second) == told
        assert open_verifications(second).verify_all().is_sound

"""Everything that the recorded life has stored, backed up and restored by the emulator's DynamoDB: item for item the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local.backup_archive import FolderObjects
from local.backup_making import scan, take
from local.backup_places import TABLES, Place
from local.backup_restoring import ITEMS_AT_ONCE, restore
from local.connection import aws_client
from local.emulator import Emulator, free_port
from local.errors import LocalError
from tables import create_tables
from upgrade.recorded import read

pytestmark = [pytest.mark.engine, pytest.mark.long]


def items(place: Place, name: str) -> list[dict[str, Any]]:
    """A table without what the check and the restore write."""
    found = [item for item in scan(place, name) if item["PK"]["S"] not in {"STREAM", "VERIFICATION"}]
    return sorted(found, key=lambda item: (item["PK"]["S"], item["SK"]["S"]))


def test_a_life_is_restored_item_for_item(tmp_path: Path) -> None:
    with Emulator(free_port(), tmp_path) as emulator:
        tables, vault = aws_client("dynamodb", emulator.endpoint), aws_client("secretsmanager", emulator.endpoint)
        objects = FolderObjects(tmp_path / "bucket")
        first, second = (
            Place(name, create_tables(tables), tables, vault, objects, "bucket", is_local=True)
            for name in ("one", "two")
        )
        for place, key in ((first, "m" * 64), (second, "x" * 64)):
            vault.create_secret(Name=place.master_key_name, SecretString=key)
        for name, recorded in read("v0.7.0").tables.items():
            for start in range(0, len(recorded), ITEMS_AT_ONCE):
                puts = [{"PutRequest": {"Item": item}} for item in recorded[start : start + ITEMS_AT_ONCE]]
                tables.batch_write_item(RequestItems={first.tables[name]: puts})
        manifest = take(first, tmp_path / "backup", tmp_path / "secrets.json")
        with pytest.raises(LocalError, match="has the backup's secrets now"):
            restore(second, tmp_path / "backup", secrets=tmp_path / "secrets.json")
        restored = restore(second, tmp_path / "backup", secrets=tmp_path / "secrets.json")
        assert restored.root == manifest.root
        assert {name for name, shown in restored.indexed.items() if not shown} == {"OldEntries"}  # v0.7.0 had none
        for name in TABLES:
            assert items(second, name) == items(first, name)

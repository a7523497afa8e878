"""What a backup's files say, and which of them this code reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.backup_files import MANIFEST, code_version, digest_of, read_manifest
from local.errors import LocalError

SAID = {"taken_at": "2026-11-26T03:00:00Z", "stack": "quen", "items": {}, "key_check": "", "format": 1}


def said(folder: Path, **changes: Any) -> Path:
    (folder / MANIFEST).write_text(json.dumps(SAID | changes))
    return folder


def test_a_backup_of_a_later_format_is_called_that_whatever_it_says_beside(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="has format 2; this version reads 1"):
        read_manifest(said(tmp_path, format=2, regions=["ap-southeast-1"]))


@pytest.mark.parametrize("version", ["1.0.0", "0.10.0", f"{code_version()}.1"])
def test_what_a_later_version_has_stored_is_not_restored_by_an_earlier_one(tmp_path: Path, version: str) -> None:
    with pytest.raises(LocalError, match=f"is of version {version}, this is {code_version()}"):
        read_manifest(said(tmp_path, version=version))


@pytest.mark.parametrize("version", ["", "0.7.0", code_version()])
def test_a_backup_of_this_version_or_an_earlier_one_is_read(tmp_path: Path, version: str) -> None:
    assert read_manifest(said(tmp_path, version=version)).version == version


@pytest.mark.parametrize("damage", [{"format": "x"}, {"version": "later"}, {"surprise": 1}])
def test_what_is_no_manifest_is_said_to_be_none(tmp_path: Path, damage: dict[str, Any]) -> None:
    with pytest.raises(LocalError, match="format x" if damage == {"format": "x"} else "missing or damaged"):
        read_manifest(said(tmp_path, **damage))


def test_items_have_the_same_digest_in_whatever_order_they_and_their_sets_come() -> None:
    one = {"PK": {"S": "A"}, "rights": {"SS": ["read", "write"]}, "raw": {"B": b"\0"}}
    same = {"raw": {"B": b"\0"}, "rights": {"SS": ["write", "read"]}, "PK": {"S": "A"}}
    other = {"PK": {"S": "B"}}
    assert digest_of([one, other]) == digest_of([other, same])
    assert digest_of([one, one]) != digest_of([one]) != digest_of([other])

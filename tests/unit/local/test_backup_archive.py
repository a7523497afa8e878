"""A backup's part of the archive: what the ledger reaches is copied, and what is not as it was written is not taken for it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.backup_archive import FolderObjects, bringing, copy_archive
from local.backup_files import Item
from local.errors import LocalError
from quen.archive.model import Volume, packed_volume
from quen.ledger.items import CHECKPOINT
from quen.ledger.model import Sealed
from unit.archive.fakes import MemoryObjects


def stored(objects: MemoryObjects, member_id: str, volumes: int) -> Item:
    """Put so many volumes of a member, one entry each; answers the checkpoint's item."""
    key = ""
    for first in range(1, volumes + 1):
        volume = Volume(member_id, first, [Sealed(f'{{"sequence":{first}}}', "hash")], key)
        key = volume.key
        objects.put(key, packed_volume(volume))
    return {"PK": {"S": f"MEMBER#{member_id}"}, "SK": {"S": CHECKPOINT}, "key": {"S": key}}


def test_every_object_that_a_checkpoint_reaches_is_copied_and_no_other(tmp_path: Path) -> None:
    bucket, again = MemoryObjects(), MemoryObjects()
    account: Item = {"PK": {"S": "MEMBER#mem_1"}, "SK": {"S": "ACCOUNT"}}
    ledger = [account, stored(bucket, "mem_1", 3), stored(bucket, "mem_2", 1)]
    reached = dict(bucket.stored)
    stored(bucket, "mem_3", 1)  # its checkpoint was not written
    files = FolderObjects(tmp_path / "backup")
    assert copy_archive(ledger, bucket, files) == 4
    assert copy_archive(ledger, files, again) == copy_archive(ledger, files, again) == 4
    assert again.stored == reached


@pytest.mark.parametrize("which", [0, 1, 2], ids=["oldest", "between", "newest"])
@pytest.mark.parametrize(
    ("bend", "told"),
    [
        (Path.unlink, "is missing"),
        (lambda path: path.write_bytes(b"not gzip"), "cannot be read"),
        (lambda path: path.write_bytes(gzip.compress(b"{}\n")), "was changed"),
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), "was changed"),
    ],
    ids=["missing", "damaged", "exchanged", "cut"],
)
def test_an_object_that_is_not_what_was_written_is_named(
    tmp_path: Path, which: int, bend: Callable[[Path], Any], told: str
) -> None:
    bucket, files = MemoryObjects(), FolderObjects(tmp_path)
    ledger = [stored(bucket, "mem_1", 3)]
    copy_archive(ledger, bucket, files)
    path = sorted(tmp_path.rglob("*.gz"))[which]
    bend(path)
    with pytest.raises(LocalError, match=f"{path.name} {told}"):
        copy_archive(ledger, files, MemoryObjects())


def test_a_name_that_is_none_of_the_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{}")
    item = {"PK": {"S": "MEMBER#mem_1"}, "SK": {"S": CHECKPOINT}, "key": {"S": "secrets.json"}}
    with pytest.raises(LocalError, match="not the name of an archived object"):
        copy_archive([item], FolderObjects(tmp_path), MemoryObjects())


def test_the_command_that_brings_an_archive_names_both_buckets() -> None:
    assert bringing("old", "new") == "aws s3 sync s3://old/entries/ s3://new/entries/"

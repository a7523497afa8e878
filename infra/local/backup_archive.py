"""A backup's part of the archive: every object that the ledger reaches, as a file by the name that it has in the bucket.

entries/<member>/<first>-<last>-<SHA-256 of its text>.ndjson.gz     what `aws s3 sync` brings as well

A checkpoint names the newest object of a member, each object the one before it, and each name the text that it stands for. So
the ledger's own file says which objects there must be and what is in them: the manifest counts them and digests none.

An object is there before a checkpoint names it, and is never changed or deleted. So the objects are copied after the tables
were read, whatever is archived meanwhile: there may be more of them than the tables know, never fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from local.backup_files import Item, Manifest, read_items
from local.backup_places import Place
from local.errors import LocalError
from quen.archive.model import PREFIX, BadVolumeError, unpacked_volume
from quen.archive.service import Objects
from quen.ledger.items import CHECKPOINT


class FolderObjects:
    """A backup's folder as a bucket: see `quen.archive.service.Objects`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, data: bytes) -> None:
        """Keep an object, or the same once more."""
        (self._folder / PREFIX).mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / key
        path.parent.mkdir(exist_ok=True, mode=0o700)
        path.write_bytes(data)

    def find(self, key: str) -> bytes | None:
        """The object, or None where there is none."""
        try:
            return (self._folder / key).read_bytes()
        except FileNotFoundError:
            return None


def copy_archive(ledger: Iterable[Item], source: Objects, target: Objects) -> int:
    """Copy every object that the ledger's items reach; answers how many. Raises LocalError where one is missing or altered."""
    count = 0
    for newest in newest_names(ledger):
        for key, data in _chain(newest, source):
            target.put(key, data)
            count += 1
    return count


def check_archive(folder: Path, manifest: Manifest) -> None:
    """Raises LocalError where one of a backup's own objects is missing or altered, or there are not as many as it says."""
    if manifest.objects is None and not (folder / PREFIX).is_dir():
        return
    source = FolderObjects(folder)
    count = sum(1 for newest in newest_names(read_items(folder, "ledger")) for _ in _chain(newest, source))
    if manifest.objects not in (None, count):
        raise LocalError(f"the backup says {manifest.objects} archived objects, and its ledger reaches {count}.")


def restore_archive(place: Place, folder: Path, manifest: Manifest) -> int | None:
    """Put a backup's objects into the place's bucket; answers how many, None for an export whose objects go from bucket to
    bucket: of those it looks for one, and the proof of the ledger reads all.

    Raises LocalError where an object is missing or altered.
    """
    ledger = read_items(folder, "ledger", manifest.digests.get("ledger", ""))
    if manifest.objects is None and not (folder / PREFIX).is_dir():
        _check_brought(place, manifest, ledger)
        return None
    return copy_archive(ledger, FolderObjects(folder), place.objects)


def newest_names(ledger: Iterable[Item]) -> Iterator[str]:
    """The name of each member's newest object, of those who have any."""
    return (item["key"]["S"] for item in ledger if item["SK"]["S"] == CHECKPOINT)


def bringing(source: str, target: str) -> str:
    """The command that copies one stack's archive into another's bucket."""
    return f"aws s3 sync s3://{source}/{PREFIX} s3://{target}/{PREFIX}"


def _chain(newest: str, source: Objects) -> Iterator[tuple[str, bytes]]:
    """A member's objects, from the newest back to the first. It ends: a name holds the digest of the one before."""
    key = newest
    while key:
        data = source.find(key)
        if data is None:
            raise LocalError(f"the archived object {key} is missing; without it a member's history is not whole.")
        try:
            before = unpacked_volume(key, data).before
        except BadVolumeError as bad:
            raise LocalError(f"{bad.what}; without it a member's history is not whole.") from None
        yield key, data
        key = before


def _check_brought(place: Place, manifest: Manifest, ledger: Iterable[Item]) -> None:
    newest = next(newest_names(ledger), None)
    if newest and place.objects.find(newest) is None:
        raise LocalError(
            f"the archive is not in the bucket of {place.stack} yet: {bringing(manifest.archive, place.archive_bucket)}"
        )

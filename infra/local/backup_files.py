"""A backup as files: one of lines for each table, as DynamoDB exports them, old entries, and one that says what all of it is.

backup.json             when, of which stack and version, how many items, the ledger's root, which master key
<table>/*.json.gz       lines of {"Item": …} in DynamoDB's JSON: what ExportTableToPointInTime writes, and ImportTable reads
entries/*               the archive's objects: see `local.backup_archive`
secrets.json            apart from the others, where it was asked for: the master key and partners' secrets
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from local.connection import write_private
from local.emulator import PROJECT
from local.errors import LocalError
from quen.keys import KeyRing

MANIFEST, FORMAT = "backup.json", 1
IN_FORCE = ("PROGRAM", "CURRENT")
"""Which program is in force: without it a stack does nothing."""
_SETS = frozenset({"SS", "NS", "BS"})
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is. `items` and `digests` (SHA-256 of the file's lines) are by table; `root` is the ledger's, `key_check`
    tells one master key from another and nothing of it. `objects` counts those of the archive, `archive` is their bucket.
    Of an export, which nobody has read, root and digests are empty and `objects` is None. `version` is that of the code.
    """

    taken_at: str
    stack: str
    items: dict[str, int]
    key_check: str
    digests: dict[str, str] = field(default_factory=dict)
    root: str = ""
    objects: int | None = None
    archive: str = ""
    totals: dict[str, int] = field(default_factory=dict)
    version: str = ""
    format: int = FORMAT


def code_version() -> str:
    """The version of this code, for example `0.8.0`."""
    document = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    return str(document["project"]["version"])


def key_check_of(master_key: bytes) -> str:
    """The same for the same key."""
    return KeyRing(master_key).hash("backup", "check")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """The last file of a backup: without it there is none."""
    write_private(folder / MANIFEST, asdict(manifest))


def read_manifest(folder: Path) -> Manifest:
    """Raises LocalError where there is no whole backup, or one of a later format or version than this code's."""
    try:
        document = json.loads((folder / MANIFEST).read_text("utf-8"))
        # First of all: a later format may say more than this code knows.
        if document["format"] != FORMAT:
            raise LocalError(f"the backup in {folder} has format {document['format']}; this version reads {FORMAT}.")
        manifest = Manifest(**document)
        is_later = _ordered(manifest.version) > _ordered(code_version())
    except (OSError, ValueError, TypeError, KeyError):
        raise LocalError(f"there is no whole backup in {folder}: {MANIFEST} is missing or damaged.") from None
    if is_later:
        raise LocalError(
            f"the backup in {folder} is of version {manifest.version}, this is {code_version()}; what a later version has "
            f"stored, only that one or a later one reads."
        )
    return manifest


def write_items(folder: Path, table: str, items: Iterable[Item]) -> tuple[int, str]:
    """One table's lines; answers how many, and their digest."""
    place = folder / table
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    count, digest = 0, hashlib.sha256()
    with gzip.open(place / "items.json.gz", "wb") as file:
        for item in items:
            line = json.dumps({"Item": encoded(item)}, ensure_ascii=False, sort_keys=True).encode() + b"\n"
            digest.update(line)
            file.write(line)
            count += 1
    return count, digest.hexdigest()


def read_items(folder: Path, table: str, digest: str = "") -> Iterator[Item]:
    """One table's items, the digest proven at their end. Raises LocalError where the file is not what was written."""
    found = hashlib.sha256()
    files = sorted((folder / table).rglob("*.gz"))
    if not files:
        raise LocalError(f"the backup in {folder} has no file of {table}.")
    for path in files:
        with gzip.open(path, "rb") as file:
            for line in file:
                found.update(line)
                yield decoded(json.loads(line)["Item"])
    if digest and found.hexdigest() != digest:
        raise LocalError(f"the file of {table} in {folder} is not the one that was written.")


def encoded(item: Item) -> Item:
    """As a file holds it: bytes in base64, as DynamoDB writes them."""
    return {name: {kind: _text(kind, value) for kind, value in typed.items()} for name, typed in item.items()}


def decoded(item: Item) -> Item:
    """As the client takes it."""
    return {name: {kind: _bytes(kind, value) for kind, value in typed.items()} for name, typed in item.items()}


def digest_of(items: Iterable[Item]) -> str:
    """The same for the same items, in whatever order they and the members of their sets come."""
    total = 0
    for item in items:
        text = json.dumps(_without_order(encoded(item)), sort_keys=True)
        total += int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    return f"{total:x}"


def key_of(item: Item) -> tuple[str, str]:
    """Where it stands in its table."""
    return item["PK"]["S"], item["SK"]["S"]


def write_secrets(path: Path, master_key: bytes, partners: dict[str, str]) -> None:
    """What opens everything: readable by its owner alone, and to be kept where the tables' files are not."""
    write_private(path, {"master_key": master_key.decode(), "partners": partners})


def read_secrets(path: Path) -> tuple[str, dict[str, str]]:
    """The master key, and partners' secrets by the end of their names. Raises LocalError."""
    try:
        document = json.loads(path.read_text("utf-8"))
        return str(document["master_key"]), dict(document["partners"])
    except (OSError, ValueError, KeyError, TypeError):
        raise LocalError(f"{path} holds no secrets of a backup.") from None


def _without_order(item: Item) -> Item:
    return {
        name: {kind: sorted(value) if kind in _SETS else value for kind, value in typed.items()}
        for name, typed in item.items()
    }


def _ordered(version: str) -> tuple[int, ...]:
    """So that 0.10 is later than 0.9; of a backup that names none, nothing."""
    return tuple(map(int, version.split("."))) if version else ()


def _text(kind: str, value: Any) -> Any:
    # Quen stores bytes as whole attributes only, never inside of maps and lists.
    return base64.b64encode(value).decode("ascii") if kind == "B" else value


def _bytes(kind: str, value: Any) -> Any:
    return base64.b64decode(value) if kind == "B" else value

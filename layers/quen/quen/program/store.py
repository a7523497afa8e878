"""Program versions in DynamoDB, table Program.

    item        PK         SK                     holds
    current     PROGRAM    CURRENT                every version's number and beginning, and the highest number
    version     PROGRAM    VERSION#<6 digits>     the document's canonical text, from when, by whom; written once

    access                        how                                                       read units
    which versions there are      get PROGRAM/CURRENT, consistent                           1
    one version                   get PROGRAM/VERSION#<n>, consistent                       1 per 4 KB
    versions, newest first        query PROGRAM, VERSION# backwards, without the text       1 per 4 KB of items
    a new version                 one transaction: VERSION#<n> if absent, CURRENT if its highest number is as read, others

CURRENT lists the newest versions only: a receipt older than all of them goes by the oldest one listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from botocore.client import BaseClient
from pynamodb.attributes import ListAttribute, UnicodeAttribute

from quen.dynamodb import IntAttribute, bind, commit, put
from quen.errors import ConflictRetryError, NotFoundError
from quen.instants import format_instant, parse_instant
from quen.program.model import VersionMark
from quen.program.service import StoredVersion
from quen.stored_items import StoredItem
from quen.writes import TransactionRefusedError, Write

MARKS_MAX = 500
VERSION_MAX = 999_999

_PARTITION = "PROGRAM"
_WITHOUT_TEXT = ("version", "effective_from", "recorded_at", "actor")


class CurrentItem(StoredItem):
    """Which versions there are. A mark is `<effective_from> <version>`."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True, default=_PARTITION)
    SK = UnicodeAttribute(range_key=True, default="CURRENT")
    version = IntAttribute()
    marks = ListAttribute(of=UnicodeAttribute)


class VersionItem(StoredItem):
    """One version of the document."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True, default=_PARTITION)
    SK = UnicodeAttribute(range_key=True)
    version = IntAttribute()
    effective_from = UnicodeAttribute()
    recorded_at = UnicodeAttribute()
    actor = UnicodeAttribute()
    text = UnicodeAttribute(null=True)


class ProgramStore:
    """The ProgramVersions of a stack; see `quen.program.service.ProgramVersions` for what each method promises."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        bind((CurrentItem, VersionItem), table_name, client)
        self._client = client

    def load_marks(self) -> tuple[VersionMark, ...]:
        """Every version there is, oldest first."""
        try:
            item = CurrentItem.get(_PARTITION, "CURRENT", consistent_read=True)
        except CurrentItem.DoesNotExist:
            return ()
        return tuple(_mark(text) for text in cast("list[str]", item.marks))

    def load_version(self, version: int) -> StoredVersion:
        """One version with its text. Raises NotFoundError."""
        try:
            return _version(VersionItem.get(_PARTITION, _sort_key(version), consistent_read=True))
        except VersionItem.DoesNotExist:
            raise NotFoundError("The program has no such version.") from None

    def add_version(self, version: StoredVersion, marks: Sequence[VersionMark], others: Sequence[Write] = ()) -> None:
        """The version, the list that names it and the others, all or nothing."""
        listed = [*marks, VersionMark(version.version, version.effective_from)][-MARKS_MAX:]
        current = CurrentItem(version=version.version, marks=[_mark_text(mark) for mark in listed])
        highest = max((mark.version for mark in marks), default=None)
        condition = "attribute_not_exists(PK)" if highest is None else "version = :highest"
        values = None if highest is None else {":highest": {"N": str(highest)}}
        item = VersionItem(
            SK=_sort_key(version.version),
            version=version.version,
            effective_from=format_instant(version.effective_from),
            recorded_at=format_instant(version.recorded_at),
            actor=version.actor,
            text=version.text,
        )
        writes = [
            put("version", item, condition="attribute_not_exists(PK)"),
            put("current", current, condition=condition, values=values),
            *others,
        ]
        try:
            commit(self._client, writes)
        except TransactionRefusedError:
            raise ConflictRetryError("Another version of the program was written meanwhile.") from None

    def list_versions(self, before: int | None, limit: int) -> list[StoredVersion]:
        """Versions without their text, newest first."""
        last = before - 1 if before is not None else VERSION_MAX
        if last < 1:
            return []
        found = VersionItem.query(
            _PARTITION,
            VersionItem.SK.between(_sort_key(0), _sort_key(last)),
            scan_index_forward=False,
            limit=limit,
            consistent_read=True,
            attributes_to_get=list(_WITHOUT_TEXT),
        )
        return [_version(item) for item in found]


def _version(item: VersionItem) -> StoredVersion:
    return StoredVersion(
        version=item.version,
        effective_from=parse_instant(item.effective_from),
        recorded_at=parse_instant(item.recorded_at),
        actor=item.actor,
        text=item.text or "",
    )


def _sort_key(version: int) -> str:
    return f"VERSION#{version:06d}"


def _mark(text: str) -> VersionMark:
    effective_from, _, version = text.partition(" ")
    return VersionMark(int(version), parse_instant(effective_from))


def _mark_text(mark: VersionMark) -> str:
    return f"{format_instant(mark.effective_from)} {mark.version}"

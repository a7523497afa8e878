"""Program versions in memory, with the promises of the real store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from quen.errors import ConflictRetryError, NotFoundError
from quen.program.model import VersionMark
from quen.program.service import StoredVersion
from quen.writes import Write


class InMemoryVersions:
    """Counts its reads, so that a test can tell what was cached."""

    def __init__(self) -> None:
        self.versions: dict[int, StoredVersion] = {}
        self.written: list[Write] = []
        self.marks_read = 0
        self.versions_read = 0

    def load_marks(self) -> tuple[VersionMark, ...]:
        self.marks_read += 1
        return tuple(VersionMark(one.version, one.effective_from) for one in self.versions.values())

    def load_version(self, version: int) -> StoredVersion:
        self.versions_read += 1
        if version not in self.versions:
            raise NotFoundError
        return self.versions[version]

    def add_version(self, version: StoredVersion, marks: Sequence[VersionMark], others: Sequence[Write] = ()) -> None:
        if len(marks) != len(self.versions) or version.version in self.versions:
            raise ConflictRetryError
        self.written += others
        self.versions[version.version] = version

    def list_versions(self, before: int | None, limit: int) -> list[StoredVersion]:
        numbers = sorted((one for one in self.versions if before is None or one < before), reverse=True)
        return [replace(self.versions[number], text="") for number in numbers[:limit]]


class StoppedClock:
    """Stands still until it is moved."""

    def __init__(self, instant: datetime = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def advance(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)

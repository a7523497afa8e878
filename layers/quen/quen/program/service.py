"""Programs: which version is in force, and how the next one comes to be.

A version is written once and never changed. It is in force from its `effective_from` until another version's, so that a
late receipt goes by the rules of its day, and a change can be prepared before it counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from msgspec import Struct

from quen.clock import Clock
from quen.errors import NotFoundError, ValidationFailedError
from quen.instants import format_second
from quen.program.compiled import canonical_text, compile_program
from quen.program.continuity import check_currency, check_tiers
from quen.program.model import Program, VersionMark, version_at
from quen.writes import Write

CACHE_SECONDS = 60
COMPILED_MAX = 16


class StoredVersion(Struct, frozen=True):
    """One version as it is kept: `text` is the canonical JSON of the document, `actor` who wrote it."""

    version: int
    effective_from: datetime
    recorded_at: datetime
    actor: str
    text: str = ""


class PreparedVersion(Struct, frozen=True):
    """What a document would become: that version, from then on. `before` is what would be in force then without it, and
    `marks` are all versions that there are.
    """

    version: int
    effective_from: datetime
    text: str
    before: StoredVersion | None
    marks: tuple[VersionMark, ...]

    @property
    def is_unchanged(self) -> bool:
        """Whether it is what would be in force anyway."""
        return self.before is not None and self.before.text == self.text


class ProgramVersions(Protocol):
    """Where the versions are kept. Every method may raise TemporarilyUnavailableError."""

    def load_marks(self) -> tuple[VersionMark, ...]:
        """Every version there is, oldest first, read consistently; empty before the first document."""
        ...

    def load_version(self, version: int) -> StoredVersion:
        """One version with its text. Raises NotFoundError."""
        ...

    def add_version(self, version: StoredVersion, marks: Sequence[VersionMark], others: Sequence[Write] = ()) -> None:
        """Write the version that follows these marks, and in the same transaction the others.

        Raises ConflictRetryError where another version came first.
        """
        ...

    def list_versions(self, before: int | None, limit: int) -> list[StoredVersion]:
        """Versions without their text, newest first, from the one before that number on."""
        ...


class Programs:
    """The stack's program. `wall` times the cache: what is in force is looked up anew every `cache_seconds`.

    A sandbox, where a document is written and used within a second, gives a shorter time, and its documents need not keep
    what members may have.
    """

    def __init__(
        self,
        versions: ProgramVersions,
        wall: Clock,
        *,
        cache_seconds: int = CACHE_SECONDS,
        is_sandbox: bool = False,
    ) -> None:
        self._versions = versions
        self._is_sandbox = is_sandbox
        self._wall = wall
        self._cache_time = timedelta(seconds=cache_seconds)
        self._marks: tuple[VersionMark, ...] = ()
        self._marks_read_at: datetime | None = None
        self._compiled: dict[int, Program] = {}

    def current(self, now: datetime) -> Program:
        """The program in force now. Raises NotFoundError before the first document."""
        return self.at(now)

    def at(self, occurred_at: datetime) -> Program:
        """The program that was in force when something happened; before its beginning, its first version."""
        return self._program(_in_force(self._known_marks(), occurred_at))

    def version(self, number: int) -> Program:
        """A certain version, for what was decided by it. Raises NotFoundError."""
        return self._program(number)

    def document(self, now: datetime, version: int | None = None) -> dict[str, Any]:
        """The document in force, or a certain version of it, read afresh: its members, `version` and `effective_from`.

        It can be changed and given to `replace` as it is. Raises NotFoundError.
        """
        chosen = version if version is not None else _in_force(self._versions.load_marks(), now)
        return _shown(self._versions.load_version(chosen))

    def replace(
        self,
        source: str | bytes | Mapping[str, Any],
        *,
        actor: str,
        now: datetime,
        others: Callable[[Mapping[str, Any], Mapping[str, Any]], Sequence[Write]] = lambda _before, _after: (),
    ) -> dict[str, Any]:
        """Make a document the program: the new version as `document` shows it; an unchanged one stays what it is.

        `source` is YAML or JSON text or parsed values. Its `effective_from` says from when it counts: at once, where it
        says nothing. A document as it was read, with its `version`, may be given as it is, an earlier one too: its past
        `effective_from` then means at once. Raises ValidationFailedError with every fault, and ConflictRetryError where
        another writer was faster; then the program is what it was. `others` are made of the `version` and
        `effective_from` that were (empty before the first document) and are, and written with the new version.
        """
        prepared = self.prepare(source, now)
        if prepared.before is not None and prepared.is_unchanged:
            return _shown(prepared.before)
        before = _mark_shown(prepared.before) if prepared.before else {}
        added = StoredVersion(prepared.version, prepared.effective_from, _second(now), actor, prepared.text)
        self._versions.add_version(added, prepared.marks, others(before, _mark_shown(added)))
        self._marks_read_at = None
        return _shown(added)

    def prepare(self, source: str | bytes | Mapping[str, Any], now: datetime) -> PreparedVersion:
        """The version that `replace` would write of that document; nothing is written. Raises ValidationFailedError with
        every fault.
        """
        from quen.program.document import parse_document  # pydantic is slow to load, and only a write needs it

        parsed = parse_document(source)
        text = canonical_text(parsed.content)
        marks = self._versions.load_marks()
        effective_from = _effective_from(parsed.effective_from, now, is_echo=parsed.read_as is not None)
        before = self._find_in_force(marks, effective_from)
        if before is not None and before.text != text and not self._is_sandbox:
            content = json.loads(before.text)
            check_currency(content, parsed.content)
            check_tiers(content, parsed.content, lambda: map(self._content, marks))
        return PreparedVersion(_next_number(marks), _second(effective_from), text, before, marks)

    def restore(
        self,
        version: int,
        *,
        effective_from: datetime | None,
        actor: str,
        now: datetime,
        others: Callable[[Mapping[str, Any], Mapping[str, Any]], Sequence[Write]] = lambda _before, _after: (),
    ) -> dict[str, Any]:
        """Make the document of an earlier version the program again: a new version, as with `replace`.

        Raises NotFoundError where there is no such version, and what `replace` raises: what is checked today may refuse what
        was once taken.
        """
        content = json.loads(self._versions.load_version(version).text)
        if effective_from is not None:
            content["effective_from"] = format_second(effective_from)
        return self.replace(content, actor=actor, now=now, others=others)

    def list_versions(self, before: int | None = None, limit: int = 20) -> list[dict[str, Any]]:
        """Versions newest first, from the one before that number on: when they count, who wrote them and when."""
        return [
            {
                "version": version.version,
                "effective_from": format_second(version.effective_from),
                "recorded_at": format_second(version.recorded_at),
                "actor": version.actor,
            }
            for version in self._versions.list_versions(before, limit)
        ]

    def _find_in_force(self, marks: Sequence[VersionMark], instant: datetime) -> StoredVersion | None:
        version = version_at(marks, instant)
        return self._versions.load_version(version) if version is not None else None

    def _content(self, mark: VersionMark) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self._versions.load_version(mark.version).text)
        return content

    def _known_marks(self) -> tuple[VersionMark, ...]:
        now = self._wall.now()
        if not self._marks or self._marks_read_at is None or now - self._marks_read_at >= self._cache_time:
            self._marks, self._marks_read_at = self._versions.load_marks(), now
        return self._marks

    def _program(self, version: int) -> Program:
        """The compiled version. A version never changes, so it is kept; the longest known one makes room."""
        if version not in self._compiled:
            stored = self._versions.load_version(version)
            if len(self._compiled) >= COMPILED_MAX:
                del self._compiled[next(iter(self._compiled))]
            self._compiled[version] = compile_program(json.loads(stored.text), version, stored.effective_from)
        return self._compiled[version]


def _in_force(marks: Sequence[VersionMark], instant: datetime) -> int:
    version = version_at(marks, instant)
    if version is None:
        raise NotFoundError("The stack has no program yet.")
    return version


def _effective_from(wanted: datetime | None, now: datetime, *, is_echo: bool) -> datetime:
    if wanted is None or (is_echo and wanted < _second(now)):
        return _second(now)
    if wanted < _second(now):
        sentence = "A version counts from now on or from later: what happened keeps the rules of its day."
        raise ValidationFailedError.at("/effective_from", "in_the_past", sentence)
    return wanted


def _next_number(marks: Sequence[VersionMark]) -> int:
    return max((mark.version for mark in marks), default=0) + 1


def _shown(version: StoredVersion) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(version.text)
    return {**_mark_shown(version), **document}


def _mark_shown(version: StoredVersion) -> dict[str, Any]:
    return {"version": version.version, "effective_from": format_second(version.effective_from)}


def _second(instant: datetime) -> datetime:
    """The instant at which its second began: versions count from whole seconds."""
    return instant.astimezone(UTC).replace(microsecond=0)

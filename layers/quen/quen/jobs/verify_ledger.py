"""The job `verify-ledger`: every history is proven against its account, and the day's root is kept.

It only reads the ledger; its function has no right to write there. What is wrong is told and counted, and the next member
is looked at. A shard is a segment of the ledger's table, a page a stretch of it: the members that begin there, and those
of its documents whose entry is not there. A member is done when proven, so `seen` less `done` is how many are flawed.

Of entries that are archived the checkpoint speaks, every night: it was proven when it was written, and the chain goes on from
it. Themselves they are read once in four weeks, each night those of some members, and where a root reaches back to them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct

from quen.jobs.model import SHARDS, Finding, Page, Run
from quen.jobs.service import Handled
from quen.ledger.documents import DocumentKey
from quen.verification.model import Checked, MemberFlaw, NamedEntry, Verification, is_reread, root_of, settled_by
from quen.verification.service import BASELINE, ROOT, Instants, compared

# A young ledger holds about four items a member (account, welcome, a purchase's two), an old one more: then a page has
# fewer members than the framework allows for, and never more than four times as many.
ITEMS_PER_MEMBER = 4

_MEMBERS, _ENTRIES = "members", "entries"


class LedgerStretch(Protocol):
    """A part of the ledger; `cursor` is None for the last one of its segment."""

    @property
    def member_ids(self) -> Sequence[str]:
        """The members who begin there."""

    @property
    def lost(self) -> Sequence[NamedEntry]:
        """Its documents whose entry is not there."""

    @property
    def cursor(self) -> str | None:
        """Where the next one starts."""


class ProvenLedger(Protocol):
    """The ledger as it is read for its proof, and the days' results."""

    def list_stretch(self, segment: int, segments: int, cursor: str | None, limit: int) -> LedgerStretch:
        """At most `limit` items of the segment from `cursor` on."""

    def list_lost(self, named: Collection[NamedEntry]) -> Sequence[NamedEntry]:
        """Those whose entry is not there."""

    def find_day_before(self, on: date, verified_before: datetime) -> Verification | None:
        """The check that is kept for the latest day before `on`, of those that had been made at that instant."""

    def keep_day(self, verification: Verification) -> None:
        """Keep a day's check for ever, where none is kept for its day, and as the last one, where no later one is."""


class CheckedMembers(Protocol):
    """The check of one member."""

    def check(self, member_id: str, instants: Instants, *, is_whole: bool) -> Checked:
        """Hashes, chain, fold, the document of every entry, and the member's number in each root; what is archived as well
        where `is_whole`.
        """


class DriftReports(Protocol):
    """Where it is told what is wrong."""

    def report_flaw(self, flaw: MemberFlaw, on: date) -> None:
        """One member's history is not what it was written as."""

    def report_result(self, found: Verification) -> None:
        """The day's root, and what no single member can be named for."""


class _LostEntry(Struct, frozen=True):
    """A document whose entry was not there when its page was planned, among the members of that page."""

    named: NamedEntry

    @property
    def text(self) -> str:
        """A JSON list, which no member's id is."""
        return json.dumps([self.named.member_id, self.named.sequence, *self.named.key], ensure_ascii=False)

    @classmethod
    def parse(cls, text: str) -> NamedEntry | None:
        """What `text` wrote; None for the id of a member."""
        if not text.startswith("["):
            return None
        member_id, sequence, partition, sort = json.loads(text)
        return NamedEntry(DocumentKey(partition, sort), member_id, sequence)


class VerifyLedger:
    """Proves the ledger as it stands, and takes the root of all that was recorded up to the run's instant."""

    def __init__(self, ledger: ProvenLedger, members: CheckedMembers, reports: DriftReports) -> None:
        self._ledger = ledger
        self._members = members
        self._reports = reports
        self._before: dict[str, Verification | None] = {}

    def list_members(self, _run: Run, shard: int, cursor: str | None, limit: int) -> Page:
        """The next stretch of the shard's segment."""
        stretch = self._ledger.list_stretch(shard, SHARDS, cursor, limit * ITEMS_PER_MEMBER)
        return Page([*stretch.member_ids, *(_LostEntry(named).text for named in stretch.lost)], stretch.cursor)

    def handle(self, run: Run, member_id: str, *, is_recovering: bool) -> Handled:  # noqa: ARG002 - reading has no past
        """Check the member; what is read is the same however often it is read."""
        if named := _LostEntry.parse(member_id):
            return self._handle_lost(run, named)
        checked = self._members.check(member_id, self._instants(run), is_whole=is_reread(member_id, run.on))
        totals = {_MEMBERS: 1, _ENTRIES: checked.entries, **checked.totals}
        return Handled(
            was_done=checked.flaw is None,
            totals=totals,
            heads=checked.heads,
            findings=self._found(run, checked.flaw) if checked.flaw else (),
        )

    def conclude(self, run: Run) -> None:
        """Keep the day's result. It is made of the run alone, so that a second time changes nothing."""
        counts = run.counts
        flaws = tuple(MemberFlaw(found.member_id, found.sequence, found.what) for found in counts.findings)
        found = Verification(
            verified_at=run.finished_at or run.started_at,
            members=counts.totals.get(_MEMBERS, 0),
            entries=counts.totals.get(_ENTRIES, 0),
            flaws=flaws,
            totals=_lines(counts.totals),
            root=root_of(counts.heads.get(ROOT, 0)),
            as_of=settled_by(run.as_of, run.started_at),
            on=run.on,
            baseline=compared(self._day_before(run), counts.heads.get(BASELINE, 0)),
        )
        self._ledger.keep_day(found)
        self._reports.report_result(found)

    def _handle_lost(self, run: Run, named: NamedEntry) -> Handled:
        if not self._ledger.list_lost([named]):
            return Handled(was_done=True)
        return Handled(was_done=False, findings=self._found(run, named.flaw))

    def _found(self, run: Run, flaw: MemberFlaw) -> tuple[Finding]:
        self._reports.report_flaw(flaw, run.on)
        return (Finding(flaw.member_id, flaw.sequence, flaw.what),)

    def _instants(self, run: Run) -> Instants:
        instants: dict[str, datetime | None] = {ROOT: settled_by(run.as_of, run.started_at)}
        before = self._day_before(run)
        return instants | {BASELINE: before.as_of} if before else instants

    def _day_before(self, run: Run) -> Verification | None:
        """The day that this run compares with: the same for all of its pages, whatever is kept while it works."""
        if run.key not in self._before:
            self._before[run.key] = self._ledger.find_day_before(run.on, run.started_at)
        return self._before[run.key]


def _lines(totals: Mapping[str, int]) -> dict[str, int]:
    """The ledger accounts among the totals."""
    return {name: total for name, total in totals.items() if name not in {_MEMBERS, _ENTRIES}}

"""Runs of scheduled jobs as values: which days need one, how far each shard is, and what it has come to.

A run's work is cut into shards, a shard into pages. A page is planned (its members written into the run) before it is
worked, and counted in the very write that plans the next one. Whoever stops in between, and however often a queue
delivers the same message, the run ends in the same state with the same counts. Nothing here reads a clock or a table.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from msgspec.structs import replace

from quen.business_days import day_end, day_start, local_day

SHARDS = 8
CATCH_UP_DAYS_MAX = 31
PAGE_MEMBERS = 25
FAILURES_PER_SHARD_MAX = 100
FINDINGS_KEPT_MAX = 20
QUIET_SECONDS_MAX = 30 * 60
BLOCKING_SECONDS_MAX = 6 * 3600

SCHEDULE = "schedule"

RunState = Literal["running", "finished", "failed"]


class Finding(Struct, frozen=True):
    """Something that a job found wrong with a member's history, at that sequence, and left as it was."""

    member_id: str
    sequence: int
    what: str


class Counts(Struct, frozen=True):
    """Members looked at, members for whom something was done, and the points that this moved.

    `totals` and `heads` are what a job counts besides, added name by name: numbers for people, and numbers of thousands
    of bits that only a sum is taken of. Of all `findings` the first FINDINGS_KEPT_MAX are kept.
    """

    seen: int = 0
    done: int = 0
    points: int = 0
    totals: Mapping[str, int] = field(default_factory=dict)
    heads: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.seen + other.seen,
            self.done + other.done,
            self.points + other.points,
            added(self.totals, other.totals),
            added(self.heads, other.heads),
            (*self.findings, *other.findings)[:FINDINGS_KEPT_MAX],
        )


def added(one: Mapping[str, int], other: Mapping[str, int]) -> Mapping[str, int]:
    """The sum of both, name by name, in the order of the names."""
    if not one or not other:
        return one or other
    return {name: one.get(name, 0) + other.get(name, 0) for name in sorted({*one, *other})}


class Page(Struct, frozen=True):
    """Members to be worked, and where the next page starts (None: there is none)."""

    member_ids: Sequence[str]
    cursor: str | None


class Tally(Struct, frozen=True):
    """What working a page came to: its counts, and the members that failed."""

    counts: Counts = Counts()
    failed: tuple[str, ...] = ()


class Progress(Struct, frozen=True):
    """How far one shard of a run is.

    `pages` have been planned, the last of them is `plan`, and the next one starts at `cursor`. A member that fails is
    *parked* until its own message is in the queue, then *failed* until that message succeeds. `touched_at` is real time
    (seconds since 1970), the last sign of life.
    """

    pages: int = 0
    plan: tuple[str, ...] = ()
    cursor: str | None = None
    counts: Counts = Counts()
    parked: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    ended_at: datetime | None = None
    touched_at: int = 0

    @property
    def unresolved(self) -> tuple[str, ...]:
        """Members for whom the work could not be done yet."""
        return (*self.parked, *self.failed)

    @property
    def is_planned_out(self) -> bool:
        """Whether no page comes after the planned one."""
        return self.pages > 0 and self.cursor is None

    def stepped(self, tally: Tally, following: Page | None, now: datetime, touched_at: int) -> Progress:
        """The planned page is counted and `following` is planned; where nothing follows, the shard has ended."""
        counted = replace(
            self, counts=self.counts + tally.counts, parked=(*self.parked, *tally.failed), touched_at=touched_at
        )
        if following is None:
            return replace(counted, plan=(), cursor=None, ended_at=now)
        return replace(counted, pages=self.pages + 1, plan=tuple(following.member_ids), cursor=following.cursor)

    def sent(self, member_ids: Collection[str], touched_at: int) -> Progress:
        """These parked members have messages of their own now."""
        moved = tuple(member for member in self.parked if member in member_ids)
        parked = tuple(member for member in self.parked if member not in member_ids)
        return replace(self, parked=parked, failed=(*self.failed, *moved), touched_at=touched_at)

    def resolved(self, member_id: str, counts: Counts, touched_at: int) -> Progress:
        """That member's own message succeeded."""
        return replace(
            self,
            counts=self.counts + counts,
            parked=tuple(member for member in self.parked if member != member_id),
            failed=tuple(member for member in self.failed if member != member_id),
            touched_at=touched_at,
        )


def fresh_shards(touched_at: int) -> tuple[Progress, ...]:
    """A run's shards before anything is done."""
    return (Progress(touched_at=touched_at),) * SHARDS


class Run(Struct, frozen=True):
    """One run of a job for one business day. What it has come to is told by its shards, and by nothing else.

    The day's own run (`is_claim`) is the one that the schedule asks for, once; a dry run and a repeated run stand beside
    it. `as_of` is the instant up to which time has passed for this run; `started_by` is `schedule` or a person.
    """

    job: str
    on: date
    run_id: str
    as_of: datetime
    started_at: datetime
    started_by: str
    dry_run: bool = False
    is_claim: bool = True
    claimed_at: int = 0
    shards: tuple[Progress, ...] = field(default_factory=lambda: fresh_shards(0))

    @property
    def key(self) -> str:
        """How the run is named among its job's runs: by its day, and beside the day's own run by its id as well."""
        return self.on.isoformat() if self.is_claim else f"{self.on.isoformat()}#{self.run_id}"

    @property
    def counts(self) -> Counts:
        """All shards together."""
        return sum((progress.counts for progress in self.shards), Counts())

    @property
    def failures(self) -> int:
        """How many members still fail."""
        return sum(len(progress.unresolved) for progress in self.shards)

    @property
    def finished_at(self) -> datetime | None:
        """When the last shard ended; None while one has not."""
        ends = [progress.ended_at for progress in self.shards if progress.ended_at]
        return max(ends) if len(ends) == len(self.shards) else None

    @property
    def state(self) -> RunState:
        """`failed` where all was tried and a member still fails; it becomes `finished` when that is made good."""
        if self.finished_at is None:
            return "running"
        return "failed" if self.failures else "finished"

    def is_quiet(self, now_epoch: int) -> bool:
        """Whether no shard has shown a sign of life for so long that its message must be lost."""
        return now_epoch - max(progress.touched_at for progress in self.shards) > QUIET_SECONDS_MAX

    def is_blocking(self, now_epoch: int) -> bool:
        """Whether later days wait for this run. A run that cannot end does not hold them up for ever."""
        return now_epoch - self.claimed_at <= BLOCKING_SECONDS_MAX


class WorkMessage(Struct, frozen=True):
    """What the queue carries: a shard of a run to go on with, or one member of it to be tried alone."""

    job: str
    run: str
    shard: int
    member_id: str | None = None

    def body(self) -> dict[str, Any]:
        """The message as JSON-able values."""
        fields = {"job": self.job, "run": self.run, "shard": self.shard, "member_id": self.member_id}
        return {name: value for name, value in fields.items() if value is not None}

    @classmethod
    def parse(cls, body: dict[str, Any]) -> WorkMessage:
        """The message that `body` wrote. Raises ValueError for anything else."""
        try:
            message = cls(str(body["job"]), str(body["run"]), int(body["shard"]), body.get("member_id"))
        except (KeyError, TypeError) as error:
            raise ValueError("this is not a job's message") from error
        if not 0 <= message.shard < SHARDS:
            raise ValueError("there is no such shard")
        return message


def oldest_caught_up(today: date) -> date:
    """The first day that a run is still made up for."""
    return today - timedelta(days=CATCH_UP_DAYS_MAX - 1)


def days_to_claim(today: date, runs: Collection[Run], *, ran_before: bool) -> list[date]:
    """The business days up to today that nobody has claimed, oldest first.

    `runs` are those of the days from `oldest_caught_up` on, `ran_before` whether the schedule claimed any day before
    them. The first day of a stack is the first one that its schedule claims: what a person ran for an earlier day is no
    reason to catch up on the days between.
    """
    claimed = {run.on for run in runs if run.is_claim}
    scheduled = [run.on for run in runs if run.is_claim and run.started_by == SCHEDULE and run.on <= today]
    first = oldest_caught_up(today) if ran_before else min(scheduled, default=today)
    days = (first + timedelta(days=number) for number in range((today - first).days + 1))
    return [day for day in days if day not in claimed]


def last_midnight(on: date, instant: datetime, zone: ZoneInfo) -> datetime:
    """Up to when a scheduled run for that day works: 24:00 of a day that is over, 00:00 of one that is not.

    Most of what falls due does so at midnight: within the day a scheduled run would only look in vain at all that falls
    due at the end of it.
    """
    end = day_end(on, zone)
    return end if instant >= end else day_start(on, zone)


def until_now(on: date, instant: datetime, zone: ZoneInfo) -> datetime:
    """Up to when a run that a person asks for works: now, or 24:00 of a day that is over."""
    return min(instant, day_end(on, zone))


def due_by(as_of: datetime, zone: ZoneInfo) -> date:
    """The index day that covers all that has fallen due at `as_of`: the first whose midnight is not before it."""
    day = local_day(as_of, zone)
    return day if day_start(day, zone) == as_of else day + timedelta(days=1)

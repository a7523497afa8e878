"""Use cases of scheduled jobs: claim the days that are due, work a shard, run a day by hand, list the runs.

Everything that moves points goes through the ledger, which does each thing once; a run only decides whom to ask it for,
and counts. Messages say which shard, never where in it: that stands in the run, so a message may come late, twice or
never. A job is one entry of the table of handlers that `Jobs` is given.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from quen.business_days import local_day
from quen.clock import Clock
from quen.errors import ConflictRetryError, NotFoundError, TemporarilyUnavailableError, ValidationFailedError
from quen.ids import new_id
from quen.jobs.kinds import Concluding, LeftToQueue
from quen.jobs.model import (
    FAILURES_PER_SHARD_MAX,
    PAGE_MEMBERS,
    SCHEDULE,
    SHARDS,
    Counts,
    Finding,
    Page,
    Progress,
    Run,
    Tally,
    WorkMessage,
    days_to_claim,
    fresh_shards,
    last_midnight,
    oldest_caught_up,
    until_now,
)
from quen.jobs.telling import FailureReports, tell_page, tell_run
from quen.jobs.views import run_view
from quen.program.model import Program

INLINE_SECONDS = 10
WORK_RESERVE_MILLISECONDS = 15_000
RETRY_ALONE_DELAY_SECONDS = 60
RACES_MAX = 8
LISTED_RUNS = 100

OutOfTime = Callable[[], bool]


class Handled(Struct, frozen=True):
    """What a job did for one member: whether there was anything, the points that it moved, and what it counts besides."""

    was_done: bool
    points: int = 0
    totals: Mapping[str, int] = field(default_factory=dict)
    heads: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def counts(self) -> Counts:
        """As the run counts it."""
        return Counts(1, int(self.was_done), self.points, self.totals, self.heads, self.findings)


class Handler(Protocol):
    """One job: whom a run's shard is about, and what is done for one of them."""

    def list_members(self, run: Run, shard: int, cursor: str | None, limit: int) -> Page:
        """A page of the shard, in an order that stays."""

    def handle(self, run: Run, member_id: str, *, is_recovering: bool) -> Handled:
        """Do it, once however often it is asked; a dry run only says what it would be.

        `is_recovering` says that this run may have done it before and was stopped before it could count: then what the
        run did earlier is told again. Any exception but TemporarilyUnavailableError makes the member a failed one.
        """


class Runs(Protocol):
    """Where runs are kept. Every method may raise TemporarilyUnavailableError."""

    def create(self, run: Run) -> bool:
        """Keep a new run; False where the day is claimed already."""

    def load(self, job: str, key: str) -> Run:
        """The run as it is now. Raises NotFoundError."""

    def replace_progress(self, run: Run, shard: int, after: Progress) -> Run | None:
        """Move one shard on from what `run` shows, and answer the run as it then is; None where it has moved already."""

    def list_from(self, job: str, first: date) -> list[Run]:
        """The runs of that day and later ones, oldest first."""

    def ran_before(self, job: str, day: date) -> bool:
        """Whether the schedule claimed any earlier day."""

    def list_newest(self, job: str, limit: int) -> list[Run]:
        """The runs of the latest days, newest first."""


class WorkQueue(Protocol):
    """The jobs' queues, one each."""

    def send(self, messages: Sequence[WorkMessage], delay_seconds: int = 0) -> None:
        """Queue all of them, all for one job. Raises TemporarilyUnavailableError where one may not be queued."""


class CurrentProgram(Protocol):
    """Which program is in force."""

    def current(self, now: datetime) -> Program:
        """The version in force at that instant. Raises NotFoundError before the first document."""


class RunningFunction(Protocol):
    """What Lambda tells a function of its time."""

    def get_remaining_time_in_millis(self) -> int:
        """How long it may still run."""


class TooManyFailuresError(Exception):
    """So many members of one shard fail that the fault is not theirs."""


class Jobs:
    """Runs jobs. `handlers` makes the one that a job needs; `clock` is the business clock, `wall` the real one, and
    `read_offset` how far the first is ahead.
    """

    def __init__(
        self,
        handlers: Mapping[str, Callable[[], Handler]],
        runs: Runs,
        queue: WorkQueue,
        programs: CurrentProgram,
        reports: FailureReports,
        clock: Clock,
        wall: Clock,
        read_offset: Callable[[], timedelta] = lambda: timedelta(0),
    ) -> None:
        self._handlers = handlers
        self._runs = runs
        self._queue = queue
        self._programs = programs
        self._reports = reports
        self._clock = clock
        self._wall = wall
        self._read_offset = read_offset

    @property
    def names(self) -> Collection[str]:
        """The jobs that there are."""
        return self._handlers.keys()

    def start(self, job: str, event_time: datetime) -> list[dict[str, Any]]:
        """Claim every business day that has begun and has no run yet, and set the oldest one going; say which were claimed.

        `event_time` is the scheduled event's own time; a sandbox's offset is added. Later days follow when the one
        before has ended. A run whose messages got lost is set going again. Before the first program nothing happens.
        """
        self._require(job)
        instant = event_time + self._read_offset()
        try:
            zone = self._programs.current(instant).time_zone
        except NotFoundError:
            return []
        today = local_day(instant, zone)
        oldest = oldest_caught_up(today)
        known = self._runs.list_from(job, oldest)
        days = days_to_claim(today, known, ran_before=self._runs.ran_before(job, oldest))
        opened = [self._opened(job, day, last_midnight(day, instant, zone), SCHEDULE) for day in days]
        claimed = [run for run in opened if self._runs.create(run)]
        self._set_going(job, oldest, {run.key for run in claimed})
        return [run_view(run) for run in claimed]

    def work(self, body: dict[str, Any], out_of_time: OutOfTime) -> None:
        """Handle one message of the queue. It goes back to the queue by itself when `out_of_time` says so.

        Raises what stopped it: then the queue delivers it again, and after some times parks it.
        """
        message = WorkMessage.parse(body)
        run = self._runs.load(message.job, message.run)
        tell_run(run, message.shard)
        if message.member_id is not None:
            return self._conclude(self._work_alone(run, message.shard, message.member_id))
        worked = self._work_shard(run, message.shard, out_of_time, is_recovering=True)
        if worked and worked.state != "running":
            self._conclude(worked)
            if run.finished_at is None:
                self._reports.report_end(worked)
                self._follow_up(worked)
        return None

    def start_run(self, job: str, on: date, *, dry_run: bool, actor: str) -> dict[str, Any]:
        """Run a job for one day now, as far as ten seconds reach; the queue does the rest. Answers the run's record.

        What is left to its queue is not worked here at all, but where it only says what it would do.
        A day that ran before runs again beside it, and does what is left. One that dies between its last count and its
        conclusion stays without it, and is asked for again. Raises NotFoundError for an unknown job,
        ValidationFailedError at /on for a day that has not begun.
        """
        self._require(job)
        now = self._now()
        zone = self._programs.current(now).time_zone
        if on > local_day(now, zone):
            raise ValidationFailedError.at("/on", "not_begun", "A day can be run once it has begun.")
        run = self._opened(job, on, until_now(on, now, zone), actor)
        run = self._planned(replace(run, dry_run=dry_run, is_claim=not dry_run))
        if not self._runs.create(run):
            run = replace(run, is_claim=False)
            self._runs.create(run)
        is_for_queue = isinstance(self._handler(job), LeftToQueue) and not dry_run
        ends_at = self._wall.now() + timedelta(seconds=0 if is_for_queue else INLINE_SECONDS)
        for shard in range(SHARDS):
            worked = self._work_shard(run, shard, lambda: self._wall.now() >= ends_at, is_recovering=False)
            run = worked or self._runs.load(job, run.key)
        self._conclude(run)
        if run.finished_at and not dry_run:
            self._reports.report_end(run)
        return run_view(run)

    def list_runs(self, job: str, limit: int = LISTED_RUNS) -> list[dict[str, Any]]:
        """The job's runs, the latest days first. Raises NotFoundError for an unknown job."""
        self._require(job)
        runs = sorted(self._runs.list_newest(job, limit), key=lambda run: (run.on, run.started_at), reverse=True)
        return [run_view(run) for run in runs]

    def _work_shard(self, run: Run, shard: int, out_of_time: OutOfTime, *, is_recovering: bool) -> Run | None:
        """Work a shard to its end, or put it back into the queue; None where another delivery works it faster.

        `is_recovering`: the page that `run` shows as planned may have been worked before.
        """
        while True:
            if run.shards[shard].parked:
                run = self._send_parked(run, shard)
            progress = run.shards[shard]
            if progress.ended_at:
                return run
            tally = None if out_of_time() else self._work_page(run, progress, out_of_time, is_recovering=is_recovering)
            if tally is None:
                self._queue.send([WorkMessage(run.job, run.key, shard)])
                return run
            counted = self._count(run, shard, tally, self._next_page(run, shard))
            if counted is None:
                return None
            tell_page(run, tally)
            run, is_recovering = counted, False

    def _work_page(self, run: Run, progress: Progress, out_of_time: OutOfTime, *, is_recovering: bool) -> Tally | None:
        """Work every member of the planned page; None where time ran out within it."""
        handler = self._handler(run.job)
        counts, failed = Counts(), []
        for member_id in progress.plan:
            if out_of_time():
                return None
            try:
                counts += handler.handle(run, member_id, is_recovering=is_recovering).counts
            except TemporarilyUnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 - one bad account must not keep the others waiting
                self._reports.report(run, member_id, error)
                counts += Counts(seen=1)
                failed.append(member_id)
        return Tally(counts, tuple(failed))

    def _next_page(self, run: Run, shard: int) -> Page | None:
        progress = run.shards[shard]
        if progress.is_planned_out:
            return None
        page = self._handler(run.job).list_members(run, shard, progress.cursor, PAGE_MEMBERS)
        return page if page.member_ids or page.cursor else None

    def _planned(self, run: Run) -> Run:
        """The new run with the first page of every shard: a day without work is one write."""
        pages = [self._next_page(run, shard) for shard in range(SHARDS)]
        now, epoch = self._now(), self._epoch()
        steps = zip(run.shards, pages, strict=True)
        return replace(run, shards=tuple(progress.stepped(Tally(), page, now, epoch) for progress, page in steps))

    def _count(self, run: Run, shard: int, tally: Tally, following: Page | None) -> Run | None:
        pages = run.shards[shard].pages

        def step(before: Progress) -> Progress | None:
            if before.pages != pages or before.ended_at:
                return None
            after = before.stepped(tally, following, self._now(), self._epoch())
            if len(after.unresolved) > FAILURES_PER_SHARD_MAX:
                raise TooManyFailuresError
            return after

        return self._change(run, shard, step)

    def _send_parked(self, run: Run, shard: int) -> Run:
        """Every member that failed gets a message of its own."""
        parked = run.shards[shard].parked
        alone = [WorkMessage(run.job, run.key, shard, member_id) for member_id in parked]
        self._queue.send(alone, RETRY_ALONE_DELAY_SECONDS)
        return self._change(run, shard, lambda before: before.sent(parked, self._epoch())) or run

    def _work_alone(self, run: Run, shard: int, member_id: str) -> Run:
        """Work one member that failed before; the run as it then is."""
        if member_id not in run.shards[shard].unresolved:
            return run
        try:
            handled = self._handler(run.job).handle(run, member_id, is_recovering=True)
        except Exception as error:
            self._reports.report(run, member_id, error)
            raise
        counts = replace(handled.counts, seen=0)

        def resolve(before: Progress) -> Progress | None:
            is_open = member_id in before.unresolved
            return before.resolved(member_id, counts, self._epoch()) if is_open else None

        resolved = self._change(run, shard, resolve)
        if resolved:
            tell_page(run, Tally(counts))
        return resolved or self._runs.load(run.job, run.key)

    def _conclude(self, run: Run) -> None:
        """A message that comes again concludes again: whoever died after the last count has not done it."""
        if run.state != "finished" or run.dry_run:
            return
        handler: object = self._handler(run.job)
        if isinstance(handler, Concluding):
            handler.conclude(run)

    def _change(self, run: Run, shard: int, change: Callable[[Progress], Progress | None]) -> Run | None:
        """The run with the shard's progress changed; None where `change` finds nothing to change any more."""
        for _ in range(RACES_MAX):
            after = change(run.shards[shard])
            if after is None:
                return None
            if moved := self._runs.replace_progress(run, shard, after):
                return moved
            run = self._runs.load(run.job, run.key)
        raise ConflictRetryError

    def _follow_up(self, ended: Run) -> None:
        """A run has just ended: the next day's turn has come. Who finds it ended calls nobody, or messages would multiply."""
        waiting = self._unfinished(ended.job, oldest_caught_up(ended.on))
        if waiting and waiting[0].shards == fresh_shards(waiting[0].claimed_at):
            self._send_unfinished(waiting[0])

    def _set_going(self, job: str, oldest: date, claimed: set[str]) -> None:
        """Queue what the oldest unfinished run still has to do, where it is new or shows no sign of life."""
        epoch = self._epoch()
        for run in self._unfinished(job, oldest):
            if run.key in claimed or run.is_quiet(epoch):
                self._send_unfinished(run)
            if run.is_blocking(epoch):
                return

    def _unfinished(self, job: str, first: date) -> list[Run]:
        return [run for run in self._runs.list_from(job, first) if run.state == "running"]

    def _send_unfinished(self, run: Run) -> None:
        shards = [shard for shard, progress in enumerate(run.shards) if not progress.ended_at]
        self._queue.send([WorkMessage(run.job, run.key, shard) for shard in shards])

    def _opened(self, job: str, on: date, as_of: datetime, started_by: str) -> Run:
        epoch = self._epoch()
        return Run(
            job=job,
            on=on,
            run_id=new_id("run"),
            as_of=as_of,
            started_at=self._now(),
            started_by=started_by,
            claimed_at=epoch,
            shards=fresh_shards(epoch),
        )

    def _handler(self, job: str) -> Handler:
        """Made for whoever works a run: the one that starts it needs none, nor the rights to make it."""
        self._require(job)
        return self._handlers[job]()

    def _require(self, job: str) -> None:
        if job not in self._handlers:
            raise NotFoundError("There is no such job.")

    def _now(self) -> datetime:
        """The business time in whole seconds, as the ledger stamps its entries."""
        return self._clock.now().replace(microsecond=0)

    def _epoch(self) -> int:
        return int(self._wall.now().timestamp())


def within(remaining_milliseconds: Callable[[], int]) -> OutOfTime:
    """Says that time is out while there is still enough of it to finish a member and put the message back."""
    return lambda: remaining_milliseconds() < WORK_RESERVE_MILLISECONDS

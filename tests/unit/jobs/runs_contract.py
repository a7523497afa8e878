"""What every Runs does: run over the runs in memory and over the store."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from quen.errors import NotFoundError
from quen.jobs.model import Counts, Finding, Page, Progress, Run, Tally, fresh_shards
from quen.jobs.service import Runs

AT = datetime(2026, 12, 1, 1, 2, 3, tzinfo=UTC)


def make_run(on: date = date(2026, 12, 1), **changes: object) -> Run:
    run = Run("expire-points", on, "run_1", AT, AT, "schedule", claimed_at=7, shards=fresh_shards(7))
    return replace(run, **changes)  # type: ignore[arg-type]


class RunsContract:
    """Subclasses give the fixture `runs`."""

    def test_a_run_comes_back_as_it_was_made(self, runs: Runs):
        progress = Progress(2, ("a", "b"), '{"x": "ý"}', Counts(3, 2, 50), ("c",), ("d",), None, 9)
        run = make_run(shards=(progress, replace(progress, ended_at=AT), *fresh_shards(1)[2:]))
        assert runs.create(run)
        assert runs.load(run.job, run.key) == run

    def test_what_a_job_counts_besides_comes_back_as_well(self, runs: Runs):
        findings = (Finding("mem_1", 3, "its hash does not match"), Finding("mem_2", 1, "ý"))
        counts = Counts(3, 1, 0, {"members": 3, "member.active": -7}, {"root": 2**3071 + 5, "baseline": 0}, findings)
        run = make_run(shards=(Progress(2, counts=counts, touched_at=9), *fresh_shards(1)[1:]))
        assert runs.create(run)
        stored = runs.load(run.job, run.key)
        assert stored == run
        after = run.shards[0].stepped(Tally(counts), None, AT, 8)
        moved = runs.replace_progress(stored, 0, after)
        assert moved
        assert moved.counts == counts + counts

    def test_a_day_is_claimed_once(self, runs: Runs):
        assert runs.create(make_run())
        assert not runs.create(make_run(run_id="run_2"))
        assert runs.load("expire-points", "2026-12-01").run_id == "run_1"
        assert runs.create(make_run(run_id="run_2", is_claim=False))
        assert runs.create(make_run(job="birthday-rewards"))

    def test_what_is_not_there_is_not_found(self, runs: Runs):
        with pytest.raises(NotFoundError):
            runs.load("expire-points", "2026-12-01")

    def test_a_shard_moves_on_once_from_what_was_read(self, runs: Runs):
        run = make_run()
        runs.create(run)
        after = run.shards[3].stepped(Tally(Counts(1, 1, 5)), Page(["m"], None), AT, 8)
        assert runs.replace_progress(run, 3, after)
        assert runs.replace_progress(run, 3, after) is None
        other = run.shards[4].stepped(Tally(), None, AT, 8)
        moved = runs.replace_progress(run, 4, other)
        stored = runs.load(run.job, run.key)
        assert moved == stored
        assert (stored.shards[3], stored.shards[4], stored.shards[5]) == (after, other, run.shards[5])

    def test_runs_are_listed_by_day(self, runs: Runs):
        days = [date(2026, 11, 29), date(2026, 11, 30), date(2026, 12, 1)]
        for day in days:
            runs.create(make_run(day))
        beside = make_run(days[1], run_id="run_9", is_claim=False, dry_run=True)
        runs.create(beside)
        runs.create(make_run(date(2026, 12, 2), job="birthday-rewards"))
        assert [run.key for run in runs.list_from("expire-points", days[1])] == [
            "2026-11-30",
            "2026-11-30#run_9",
            "2026-12-01",
        ]
        assert [run.key for run in runs.list_newest("expire-points", 2)] == ["2026-12-01", "2026-11-30#run_9"]

    def test_only_the_schedule_s_runs_make_a_history(self, runs: Runs):
        day = date(2026, 11, 29)
        runs.create(make_run(day, started_by="staff:an"))
        assert not runs.ran_before("expire-points", date(2026, 12, 1))
        runs.create(make_run(date(2026, 11, 28)))
        assert runs.ran_before("expire-points", date(2026, 11, 29))
        assert not runs.ran_before("expire-points", date(2026, 11, 28))
        assert not runs.ran_before("birthday-rewards", date(2026, 12, 1))

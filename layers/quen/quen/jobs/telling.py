"""What is told of a run: in the line of whoever works it, and where it fails or ends."""

from __future__ import annotations

from typing import Protocol

from quen.jobs.model import Run, Tally
from quen.log_lines import add, count, say
from quen.metrics import JOB_MEMBERS_DONE, JOB_MEMBERS_FAILED, Figure


class FailureReports(Protocol):
    """Where it is told that one member's work failed, and that a run has ended."""

    def report(self, run: Run, member_id: str, error: Exception) -> None:
        """Say so, with the reason, without personal data."""

    def report_end(self, run: Run) -> None:
        """Every shard has ended: say what the run came to."""


def tell_run(run: Run, shard: int) -> None:
    """The run, and which part of it."""
    say(job=run.job, run_id=run.run_id, on=run.on.isoformat(), shard=shard)


def tell_page(run: Run, tally: Tally) -> None:
    """A page that was counted. A dry run does nothing, so its numbers are no metrics."""
    counts, failed = tally.counts, len(tally.failed)
    add(seen=counts.seen, done=counts.done, failed=failed, points=counts.points)
    if not run.dry_run:
        count(Figure(JOB_MEMBERS_DONE, counts.done), Figure(JOB_MEMBERS_FAILED, failed))

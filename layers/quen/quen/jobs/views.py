"""How a run is shown: a JSON-able record, the same to staff and in the logs."""

from __future__ import annotations

from typing import Any

from quen.instants import format_instant
from quen.jobs.model import Run


def run_view(run: Run) -> dict[str, Any]:
    """When, for which day, how many members were seen, done and failed, what points that moved, and what else was counted."""
    return {
        "job": run.job,
        "run_id": run.run_id,
        "on": run.on.isoformat(),
        "dry_run": run.dry_run,
        "state": run.state,
        "seen": run.counts.seen,
        "done": run.counts.done,
        "failed": run.failures,
        "points": run.counts.points,
        "totals": dict(run.counts.totals),
        "started_at": format_instant(run.started_at),
        "finished_at": format_instant(run.finished_at) if run.finished_at else None,
        "started_by": run.started_by,
    }

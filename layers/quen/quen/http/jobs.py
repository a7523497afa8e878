"""Runs of jobs in answers: as a run is started, as they are listed, and as the last one of a job."""

from __future__ import annotations

from typing import Literal, TypedDict

from quen.http.answers import Count, Day, Instant


class Run(TypedDict):
    """What a run did so far. `totals` are what a job counts besides, by name."""

    job: str
    run_id: str
    on: Day
    dry_run: bool
    state: Literal["running", "finished", "failed"]
    seen: Count
    done: Count
    failed: Count
    points: int
    totals: dict[str, int]
    started_at: Instant
    finished_at: Instant | None
    started_by: str

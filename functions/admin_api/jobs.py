"""Runs of the scheduled jobs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, TypedDict

from msgspec import Struct

from quen.bootstrap import application
from quen.errors import NotFoundError
from quen.http.answers import Cursor
from quen.http.bodies import Day as DayBody
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Resource
from quen.http.errors import CursorInvalidError
from quen.http.jobs import Run
from quen.http.paging import PageQuery
from quen.staff.model import Action, StaffCaller

jobs: Resource[StaffCaller] = Resource(__name__, recognise_staff)


class RunBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Run the job for that business day; a dry run moves no points."""

    on: DayBody
    dry_run: bool = False


class RunPage(TypedDict):
    """The job's latest runs, newest first."""

    items: list[Run]
    next_cursor: Cursor | None


@jobs.endpoint(
    "POST",
    "/v1/jobs/{job}/runs",
    action=Action.START_JOB_RUN,
    status=201,
    body=RunBody,
    answer=Run,
    errors=(NotFoundError,),
)
def start_run(call: Call[StaffCaller, RunBody], job: str) -> Mapping[str, Any]:
    """Run a job for a day that has begun; what was done already is not done again."""
    app, asked = application(), call.input
    # A run is many transactions, so it is on record before the first of them: as asked for, even where it is refused.
    after = {"on": asked.on.isoformat(), "dry_run": asked.dry_run}
    app.audit.record(call.caller, Action.START_JOB_RUN, f"job:{job}", after=after)
    return app.jobs.start_run(job, asked.on, dry_run=asked.dry_run, actor=call.caller.subject)


@jobs.endpoint(
    "GET",
    "/v1/jobs/{job}/runs",
    action=Action.READ_JOB_RUNS,
    query=PageQuery,
    answer=RunPage,
    errors=(NotFoundError, CursorInvalidError),
)
def list_runs(call: Call[StaffCaller, PageQuery], job: str) -> Mapping[str, Any]:
    """What the job's latest runs did."""
    fetch = partial(_fetch, job)
    return application().cursors.page(call.input, fetch, caller=call.caller.name, listing=f"runs {job}")


def _fetch(job: str, after: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    runs = application().jobs.list_runs(job)
    places = [run["run_id"] for run in runs]
    first = places.index(after) + 1 if after in places else 0
    page = runs[first : first + limit]
    return page, page[-1]["run_id"] if first + limit < len(runs) else None

"""The jobs at a glance, and what of their work is parked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from quen.bootstrap import application
from quen.errors import NotFoundError
from quen.http.answers import Count
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.jobs import Run
from quen.staff.model import Action, StaffCaller

redrives: Resource[StaffCaller] = Resource(__name__, recognise_staff)


class Job(TypedDict):
    """A job, and how many of its messages are `parked` (approximately) because they failed too often. One that no schedule
    starts, such as `messages`, works a queue all day and has no runs.
    """

    job: str
    is_scheduled: bool
    last_run: Run | None
    parked: Count


class JobList(TypedDict):
    """All jobs, by name."""

    items: list[Job]


class Redrive(TypedDict):
    """Of the messages that were `parked` (approximately), so many were `moved` back to their queue; ask again for the rest."""

    job: str
    parked: Count
    moved: Count


@redrives.endpoint("GET", "/v1/jobs", action=Action.READ_JOB_RUNS, answer=JobList)
def list_jobs(_call: Call[StaffCaller, Nothing]) -> Mapping[str, Any]:
    """Every job with its last run, and what of it is parked."""
    return {"items": application().redrives.list_jobs()}


@redrives.endpoint(
    "POST", "/v1/jobs/{job}/redrives", action=Action.REDRIVE_JOB, answer=Redrive, errors=(NotFoundError,)
)
def redrive(call: Call[StaffCaller, Nothing], job: str) -> Mapping[str, Any]:
    """Give what is parked back to the job's queue, once its cause is corrected; what was done already is not done again."""
    app = application()
    # Messages move one by one, so it is on record before the first of them.
    app.audit.record(call.caller, Action.REDRIVE_JOB, f"job:{job}")
    return app.redrives.redrive(job)

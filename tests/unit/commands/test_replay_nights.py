"""A night ends when its jobs have ended, whether at once or through their queue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from local.errors import LocalError
from local.replay_shop import JOB_SECONDS_MAX, ApiNights
from quen.client import Answer

ON = date(1998, 2, 1)


class JobsApi:
    """The admin API's job routes, as a fake Caller: a run is `running` for so many looks, then ends in a state."""

    def __init__(self, looks: int = 0, ends: str = "finished") -> None:
        self._looks = looks
        self._ends = ends
        self.asked: list[tuple[str, str]] = []

    def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, idempotency_key: str | None = None
    ) -> Answer:
        self.asked.append((method, path))
        if method == "POST":
            assert body == {"on": "1998-02-01"}
            return self._answer(self._run())
        self._looks -= 1
        return self._answer({"items": [{"run_id": "run_other", "state": "running"}, self._run()], "next_cursor": None})

    def _run(self) -> dict[str, Any]:
        return {"run_id": "run_1", "state": "running" if self._looks > 0 else self._ends, "failed": 2}

    def _answer(self, document: object) -> Answer:
        return Answer(201, {"content-type": "application/json"}, json.dumps(document).encode())


def nights(api: JobsApi) -> ApiNights:
    return ApiNights(api, clock=None, sleep=lambda _: None)  # type: ignore[arg-type] # these tests move no clock


def test_all_jobs_run_and_nothing_is_asked_twice_when_they_end_at_once() -> None:
    api = JobsApi()
    nights(api).run_jobs(ON)
    assert api.asked == [
        ("POST", f"/v1/jobs/{job}/runs")
        for job in ("expire-points", "review-tiers", "birthday-rewards", "holiday-rewards")
    ]


def test_a_run_that_goes_on_in_its_queue_is_waited_for() -> None:
    api = JobsApi(looks=3)
    nights(api).run_jobs(ON)
    assert [method for method, _ in api.asked] == ["POST", "GET", "GET", "GET", "POST", "POST", "POST"]


def test_a_run_that_fails_or_never_ends_stops_the_replay() -> None:
    with pytest.raises(LocalError, match="expire-points of 1998-02-01 failed for 2 members"):
        nights(JobsApi(ends="failed")).run_jobs(ON)
    with pytest.raises(LocalError, match=f"did not end within {JOB_SECONDS_MAX} s"):
        nights(JobsApi(looks=10**6)).run_jobs(ON)

"""Use cases of parked work: what stands in the queues of the failed, and how it is given back to be tried again.

A message is parked when it failed as often as its queue allows. Whoever corrected the cause redrives it. It is sent before
it is deleted where it was parked: whoever dies in between sends it twice, and every handler does a thing once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Protocol

from quen.clock import Clock
from quen.errors import NotFoundError

REDRIVE_SECONDS = 10
MESSAGES_PER_REDRIVE_MAX = 1_000
LATEST_RUNS = 5


class ParkedMessages(Protocol):
    """What is parked beside each queue. Every method may raise TemporarilyUnavailableError."""

    def count(self, queue: str) -> int:
        """How many messages are parked, approximately."""

    def give_back(self, queue: str, limit: int) -> int:
        """Give some of them back to their queue, at most `limit`; how many. None are found where none is left."""


class RunLists(Protocol):
    """The jobs, and what they did."""

    @property
    def names(self) -> Collection[str]:
        """The jobs that there are."""

    def list_runs(self, job: str, limit: int) -> list[dict[str, Any]]:
        """The job's runs, the latest days first."""


class Redrives:
    """Looks after parked messages. `queues` are those that park, jobs' and others'; `wall` is the real clock."""

    def __init__(self, queues: Collection[str], parked: ParkedMessages, jobs: RunLists, wall: Clock) -> None:
        self._queues = queues
        self._parked = parked
        self._jobs = jobs
        self._wall = wall

    def list_jobs(self) -> list[dict[str, Any]]:
        """Every queue's job by name: the last run of those that a schedule starts, and how many messages are parked."""
        return [
            {
                "job": name,
                "is_scheduled": name in self._jobs.names,
                "last_run": self._last_run(name),
                "parked": self._parked.count(name),
            }
            for name in sorted(self._queues)
        ]

    def redrive(self, job: str) -> Mapping[str, Any]:
        """Give back what is parked, as far as ten seconds reach; what is parked meanwhile waits for the next redrive.

        Answers how many messages were parked (approximately) and how many were given back. Raises NotFoundError where
        there is no such queue.
        """
        if job not in self._queues:
            raise NotFoundError("There is no such job.")
        parked, moved = self._parked.count(job), 0
        ends_at = self._wall.now() + timedelta(seconds=REDRIVE_SECONDS)
        # SQS counts approximately: where it says 0 there may still be some, so it is asked once in any case.
        while moved < min(max(parked, 1), MESSAGES_PER_REDRIVE_MAX):
            some = self._parked.give_back(job, MESSAGES_PER_REDRIVE_MAX - moved)
            moved += some
            if not some or self._wall.now() >= ends_at:
                break
        return {"job": job, "parked": max(parked, moved), "moved": moved}

    def _last_run(self, name: str) -> Mapping[str, Any] | None:
        """The latest of the last few runs that was no dry one, else of all; None where nothing ran, or nothing runs."""
        runs = self._jobs.list_runs(name, LATEST_RUNS) if name in self._jobs.names else []
        return next((run for run in runs if not run["dry_run"]), runs[0] if runs else None)

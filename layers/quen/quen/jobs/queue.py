"""The jobs' queues in SQS, and where failures are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quen.jobs.model import Run, WorkMessage
from quen.jobs.views import run_view
from quen.observability import logger
from quen.queues import send_all


class SqsWorkQueue:
    """One queue for each job. `client` is botocore's for SQS, `urls` go by the job's name."""

    def __init__(self, client: Any, urls: Mapping[str, str]) -> None:
        self._client = client
        self._urls = urls

    def send(self, messages: Sequence[WorkMessage], delay_seconds: int = 0) -> None:
        """Queue all of them, all for one job. Raises TemporarilyUnavailableError where one may not be queued."""
        if messages:
            url = self._urls[messages[0].job]
            send_all(self._client, url, [message.body() for message in messages], delay_seconds=delay_seconds)


class LoggedFailures:
    """Tells failures in the log, where the alarm on parked messages sends its reader."""

    def report(self, run: Run, member_id: str, error: Exception) -> None:
        """One line with the member's id, which is no personal data, and the trace."""
        logger().error(
            "A member's work failed; it is tried again alone",
            extra={"job": run.job, "run_id": run.run_id, "on": run.on.isoformat(), "member_id": member_id},
            exc_info=error,
        )

    def report_end(self, run: Run) -> None:
        """One line with the run's counts."""
        shown = run_view(run)
        counted = ("job", "run_id", "on", "state", "seen", "done", "failed", "points", "started_at", "finished_at")
        logger().info("run", extra={name: shown[name] for name in counted})

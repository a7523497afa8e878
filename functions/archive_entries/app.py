"""The scheduled job `archive-entries`: every hour `start` claims the days that are due, and `work` handles the queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from quen.bootstrap import application
from quen.deliveries import handle_each
from quen.jobs.names import ARCHIVE_ENTRIES
from quen.jobs.service import RunningFunction, within
from quen.log_lines import line
from quen.observability import wordless


@wordless
def start(event: Mapping[str, Any], _context: object) -> None:
    """A scheduled event: its own time says which days have begun, never the clock."""
    with line("start", job=ARCHIVE_ENTRIES) as writing:
        claimed = application().jobs.start(ARCHIVE_ENTRIES, datetime.fromisoformat(event["time"]))
        writing.say(days=[run["on"] for run in claimed])


def work(event: Mapping[str, Any], context: RunningFunction) -> dict[str, Any]:
    """A batch of the job's queue."""
    out_of_time = within(context.get_remaining_time_in_millis)
    return handle_each(event, lambda body: application().jobs.work(body, out_of_time))

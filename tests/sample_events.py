"""The sample events of `events/`, one folder per function: what AWS sends, to be read, sent by hand, and used by the tests."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

EVENTS = Path(__file__).parents[1] / "events"


def sample_event(function: str, name: str) -> dict[str, Any]:
    """The event `events/<function>/<name>.json`."""
    event: dict[str, Any] = json.loads((EVENTS / function / f"{name}.json").read_text("utf-8"))
    return event


def tomorrow() -> date:
    """The demo shop's: a day on which the program that a test sets now is in force, whenever the test is run."""
    return datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date() + timedelta(days=1)


def sample_event_on(day: date, function: str, name: str) -> dict[str, Any]:
    """The sample of a nightly job, which is of 1 December 2026 in Saigon, as it comes on this day."""
    text = json.dumps(sample_event(function, name))
    moved: dict[str, Any] = json.loads(
        text.replace("2026-12-01", f"{day}").replace("2026-11-30T18", f"{day - timedelta(days=1)}T18")
    )
    return moved

"""The sample events of `events/`, one folder per function: what AWS sends, to be read, sent by hand, and used by the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).parents[1] / "events"


def sample_event(function: str, name: str) -> dict[str, Any]:
    """The event `events/<function>/<name>.json`."""
    event: dict[str, Any] = json.loads((EVENTS / function / f"{name}.json").read_text("utf-8"))
    return event

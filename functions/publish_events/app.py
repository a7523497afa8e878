"""Tells the ledger's stream, in its order. What raises brings the whole batch again, and twice told is harmless."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quen.bootstrap import application
from quen.log_lines import line
from quen.observability import wordless


@wordless
def handle(event: Mapping[str, Any], _context: object) -> None:
    """A batch of the stream. It raises where something could not be told: the stream waits, and keeps its order."""
    with line("stream", records=len(event["Records"])) as writing:
        told = application().publisher.publish(event["Records"])
        writing.say(events=told.events, intents=told.intents, unreadable=told.unreadable)

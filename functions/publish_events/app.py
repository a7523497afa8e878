"""Tells the ledger's stream, in its order. What raises brings the whole batch again, and twice told is harmless."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quen.bootstrap import application
from quen.observability import logger


def handle(event: Mapping[str, Any], _context: object) -> None:
    """A batch of the stream. It raises where something could not be told: the stream waits, and keeps its order."""
    told = application().publisher.publish(event["Records"])
    logger().info("Told", extra={"events": told.events, "intents": told.intents, "unreadable": told.unreadable})

"""Tells the ledger's stream, in its order. What raises brings the whole batch again, and twice told is harmless."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quen.bootstrap import application
from quen.errors import TemporarilyUnavailableError
from quen.observability import cause_of, logger, wordless


@wordless
def handle(event: Mapping[str, Any], _context: object) -> None:
    """A batch of the stream. It raises where something could not be told: the stream waits, and keeps its order."""
    try:
        told = application().publisher.publish(event["Records"])
    except TemporarilyUnavailableError as error:
        # Lambda logs what is raised, but not what it was raised from.
        logger().warning("The batch comes again", extra={"code": error.code, "cause": cause_of(error)})
        raise
    logger().info("Told", extra={"events": told.events, "intents": told.intents, "unreadable": told.unreadable})

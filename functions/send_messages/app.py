"""Sends what members are to be told, each message by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quen.bootstrap import application
from quen.deliveries import handle_each
from quen.observability import wordless


@wordless
def handle(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """A batch of the messages' queue."""
    return handle_each(event, application().messages.receive)

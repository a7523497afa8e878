"""Messages and suppressions as staff and members see them: no address, only what a person would recognise theirs by."""

from __future__ import annotations

from typing import Any

from quen.instants import format_instant, format_second
from quen.messages.desk import Suppression
from quen.messages.model import Message


def staff_message_view(message: Message) -> dict[str, Any]:
    """A message, and all that became of it."""
    kind, _, period = message.key.partition(":")
    return {
        "message_id": message.message_id,
        "kind": kind,
        "period": period,
        "state": message.state,
        "channel": message.channel,
        "address_hint": message.address_hint or None,
        "locale": message.locale or None,
        "at": format_instant(message.at) if message.at else None,
        "held_until": format_instant(message.held_until) if message.held_until else None,
        "provider_id": message.provider_id or None,
        "error": message.error or None,
    }


def own_message_view(message: Message) -> dict[str, Any]:
    """A message, as its member sees it."""
    kind, _, _ = message.key.partition(":")
    at = format_second(message.at) if message.at else None
    return {"kind": kind, "channel": message.channel, "state": message.state, "at": at}


def suppression_view(suppression: Suppression) -> dict[str, Any]:
    """A way to a member that is closed."""
    return {
        "channel": suppression.channel,
        "reason": suppression.reason,
        "at": format_second(suppression.at),
        "message_id": suppression.message_id or None,
    }

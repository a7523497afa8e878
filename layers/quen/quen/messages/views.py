"""Messages and suppressions as staff and members see them: no address, only what a person would recognise theirs by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from quen.instants import format_second
from quen.messages.desk import Suppression
from quen.messages.model import Attempt, Message


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
        "at": _shown(message.at),
        "created_at": _shown(message.created_at),
        "held_until": _shown(message.held_until),
        "sent_at": _shown(message.sent_at),
        "delivered_at": _shown(message.delivered_at),
        "complained_at": _shown(message.complained_at),
        "attempts": [_attempt_view(attempt) for attempt in message.attempts],
        "provider_id": message.provider_id or None,
        "error": message.error or None,
        "duplicates": message.duplicates,
        "segments": message.segments or None,
        "price": message.price,
    }


def own_message_view(message: Message) -> dict[str, Any]:
    """A message, as its member sees it."""
    kind, _, _ = message.key.partition(":")
    return {"kind": kind, "channel": message.channel, "state": message.state, "at": _shown(message.at)}


def suppression_view(suppression: Suppression) -> dict[str, Any]:
    """A way to a member that is closed."""
    return {
        "channel": suppression.channel,
        "reason": suppression.reason,
        "at": format_second(suppression.at),
        "message_id": suppression.message_id,
    }


def _attempt_view(attempt: Attempt) -> dict[str, Any]:
    return {
        "channel": attempt.channel,
        "outcome": attempt.outcome,
        "at": format_second(attempt.at),
        "code": attempt.code or None,
    }


def _shown(instant: datetime | None) -> str | None:
    return format_second(instant) if instant else None

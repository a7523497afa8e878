"""What the shop does by itself or lets others do, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from quen.program.model import AdjustmentPolicy, MessagePolicy


def adjustments_of(adjustments: Mapping[str, Any]) -> AdjustmentPolicy:
    """What staff may give or take."""
    return AdjustmentPolicy(
        limits=adjustments.get("limits", {}),
        approval_above=adjustments.get("approval_above"),
        reason_codes=tuple(adjustments.get("reason_codes", ())),
    )


def messages_of(messages: Mapping[str, Any]) -> MessagePolicy:
    """How members are written to."""
    quiet = messages.get("quiet_hours")
    return MessagePolicy(
        from_email=messages.get("from_email"),
        sender_id=messages.get("sender_id"),
        quiet_from=time.fromisoformat(quiet["from"]) if quiet else None,
        quiet_to=time.fromisoformat(quiet["to"]) if quiet else None,
    )

"""What an entry tells of a paid membership. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quen.ledger.model import Entry
from quen.memberships.views import change_view

_TYPES: Mapping[str, str] = {
    "trial_started": "membership.trial_started",
    "paid": "membership.paid",
    "payment_failed": "membership.payment_failed",
    "payment_due": "membership.payment_due",
    "past_due": "membership.past_due",
    "canceled": "membership.canceled",
    "resumed": "membership.resumed",
    "ended": "membership.ended",
    "refunded": "membership.refunded",
}
"""The event that tells each cause; that a period begins which was paid for long ago is told by none."""
MEMBERSHIP_EVENT_TYPES = tuple(_TYPES.values())
_ENDED = _TYPES["ended"]


def membership_types(entry: Entry) -> list[str]:
    """The types of event that tell what became of the membership. That it has ended is told whatever ended it."""
    change = entry.membership
    if change is None:
        return []
    told = _TYPES.get(change.cause, "")
    has_ended = change.after.state == "ENDED" and change.cause in {"canceled", "refunded"}
    return [type_ for type_ in (told, _ENDED if has_ended else "") if type_]


def membership_detail(type_: str, entry: Entry) -> dict[str, Any]:
    """What such an event says besides; one that tells the end, what the last period has saved."""
    if entry.membership is None or type_ not in MEMBERSHIP_EVENT_TYPES:
        return {}
    shown = change_view(entry.membership) or {}
    return shown | ({"saved": entry.membership.after.saved} if type_ == _ENDED else {})

"""The values of a feed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

Shown = Callable[[str, str], str | None]
"""`shown(partner_id, member_id)`: the id by which that partner knows the member; None where there is no such partner."""


class PartnerEvent(Struct, frozen=True):
    """One event for one partner. `body` is the JSON that the partner gets, byte for byte, however it gets it."""

    partner_id: str
    event_id: str
    type: str
    body: bytes


class Kept(Struct, frozen=True):
    """An event where it stands in its partner's feed: positions are 1, 2, 3 …"""

    position: int
    event_id: str
    type: str
    body: bytes


class Page(Struct, frozen=True):
    """Events in order; `position` is the last that was looked at, `has_more` says that others follow it already."""

    events: Sequence[Kept]
    position: int
    has_more: bool

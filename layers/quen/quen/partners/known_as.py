"""By which id a partner knows a member, for what is told without being asked: there only the partner's id is at hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from quen.clock import Clock
from quen.partners.model import Partner, PartnerState, Relation, Right

CACHED_FOR = timedelta(seconds=45)
"""As long as a key's partner is remembered: what staff change of a partner counts everywhere within a minute."""
PARTNERS_KEPT_MAX = 256


class MemberIds(Protocol):
    """The ids of brands."""

    def shown(self, partner: Partner, member_id: str) -> str:
        """The program's id in the partner's form."""


class KnownAs:
    """`find` reads a partner; `member_ids` is asked for when the first brand is told something. `wall` times the memory."""

    def __init__(self, find: Callable[[str], Partner | None], member_ids: Callable[[], MemberIds], wall: Clock) -> None:
        self._find = find
        self._member_ids = member_ids
        self._wall = wall
        self._known: dict[str, tuple[Partner | None, datetime]] = {}

    def __call__(self, partner_id: str, member_id: str) -> str | None:
        """The id by which that partner knows the member; None where there is no such partner."""
        partner = self._partner(partner_id)
        if partner is None or partner.relation is Relation.OWN:
            return member_id if partner else None
        return self._member_ids().shown(partner, member_id)

    def may_read_events(self, partner_id: str) -> bool:
        """Whether there is such a partner, with the right to events, and it is not suspended."""
        partner = self._partner(partner_id)
        return partner is not None and partner.state is PartnerState.ACTIVE and Right.READ_EVENTS in partner.rights

    def _partner(self, partner_id: str) -> Partner | None:
        now = self._wall.now()
        known = self._known.get(partner_id)
        if known and now - known[1] < CACHED_FOR:
            return known[0]
        if len(self._known) >= PARTNERS_KEPT_MAX:
            self._known.clear()
        partner = self._find(partner_id)
        self._known[partner_id] = partner, now
        return partner

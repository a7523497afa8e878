"""Use cases about perks: what a member has, as they see it and as a till does. Nothing here is written."""

from __future__ import annotations

from typing import Any, Protocol

from quen.ledger.ports import CurrentProgram
from quen.ledger.service import Ledger
from quen.members.model import MemberReference
from quen.perks.views import perks_view


class MemberLookup(Protocol):
    """Who is meant."""

    def resolve(self, reference: MemberReference, pointer: str) -> str:
        """The id of a member who may earn and spend. Raises MemberNotFoundError, MemberNotActiveError."""


class Perks:
    """Perks as one member has them."""

    def __init__(self, ledger: Ledger, members: MemberLookup, programs: CurrentProgram) -> None:
        self._ledger = ledger
        self._members = members
        self._programs = programs

    def show(self, member_id: str, locale: str | None = None) -> dict[str, Any]:
        """The perks that the member has now, in that locale or the program's first. Raises MemberNotFoundError."""
        now = self._ledger.now()
        return perks_view(self._ledger.load_account(member_id), self._programs.current(now), now, locale)

    def find(self, member: MemberReference) -> dict[str, Any]:
        """The same for the till that a member stands at. Raises MemberNotFoundError, MemberNotActiveError."""
        return self.show(self._members.resolve(member, "/member"))

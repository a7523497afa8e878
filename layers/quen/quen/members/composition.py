"""The use cases about members' cards and ids, composed over the adapters: a part of `quen.bootstrap`, which has the rest."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from quen.foundations import Foundations

if TYPE_CHECKING:
    from quen.members.card_desk import CardDesk
    from quen.partners.known_as import KnownAs
    from quen.partners.pseudonyms import Pseudonyms


class MemberUseCases(Foundations):
    """By what members are known: their cards, and their ids to partners."""

    @cached_property
    def card_desk(self) -> CardDesk:
        """Members' cards: linked, blocked, replaced."""
        from quen.members.card_desk import CardDesk

        return CardDesk(self._member_store, self._lookups)

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """How partners know members."""
        from quen.partners.pseudonyms import Pseudonyms

        return Pseudonyms(self.keys)

    @cached_property
    def known_as(self) -> KnownAs:
        """The same by a partner's id, for what partners are told without asking."""
        from quen.partners.known_as import KnownAs

        return KnownAs(self._partner_store.find, lambda: self.pseudonyms, self.wall)

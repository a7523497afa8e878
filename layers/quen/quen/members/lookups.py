"""Look-ups: the ways from something a person has (a number, an address, a card, a login) to the member.

The tables hold keyed hashes of them only, so who reads a table without the key learns nobody's number and can test no
guess. A look-up is also a claim: it belongs to one member, or to nobody.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Literal, cast

from msgspec import Struct

from quen.ids import derived_id
from quen.keys import KeyRing
from quen.members.model import Login, Member, MemberCard
from quen.members.model.cards import CardKind, blocked_digests

LookupKind = Literal["phone", "email", "card", "login"]


class Lookup(Struct, frozen=True):
    """One way to a member: its kind, and the keyed hash of the value."""

    kind: LookupKind
    digest: str


class Lookups:
    """Makes look-ups under the stack's keys. Values are normalised by the time they get here."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def phone(self, phone: str) -> Lookup:
        """By E.164 number."""
        return Lookup("phone", self._keys.hash("identity", f"phone:{phone}"))

    def email(self, email: str) -> Lookup:
        """By normalised address."""
        return Lookup("email", self._keys.hash("identity", f"email:{email}"))

    def card(self, card_code: str) -> Lookup:
        """By card code."""
        return Lookup("card", self._keys.hash("card", card_code))

    def new_card(self, kind: CardKind, card_code: str, now: datetime) -> MemberCard:
        """A card of that code, as a profile keeps it; its id follows from the code and does not tell it."""
        card_id = derived_id("crd", self._keys.derive("card-ids"), card_code)
        return MemberCard(card_id, kind, self.card(card_code).digest, card_code[-4:], now)

    def login(self, login: Login) -> Lookup:
        """By issuer and subject, framed so that no two pairs are one text."""
        return Lookup("login", self._keys.hash("login", json.dumps([login.issuer, login.subject])))

    def of(self, member: Member) -> frozenset[Lookup]:
        """Every look-up that leads to that member: their own, and those of the members who were merged into them; none,
        where they were merged into another one.
        """
        if member.merged_into:
            return frozenset()
        return self.own(member) | {Lookup(cast("LookupKind", kind), digest) for kind, digest in member.taken_over}

    def own(self, member: Member) -> frozenset[Lookup]:
        """The look-ups that the profile itself says, whoever they lead to."""
        cards = {self.card(member.card_code).digest, *(card.digest for card in member.cards if not card.brought_by)}
        ways = {Lookup("card", digest) for digest in cards - blocked_digests(member.cards)}
        if member.login_key:
            ways.add(Lookup("login", member.login_key))
        if member.phone is not None:
            ways.add(self.phone(member.phone))
        if member.email is not None:
            ways.add(self.email(member.email))
        return frozenset(ways)

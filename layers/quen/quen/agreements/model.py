"""What staff change of a partner, and what a partner buys ahead. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from quen.errors import ValidationFailedError
from quen.money import Money
from quen.partners.model import Partner, Terms, terms_on
from quen.partners.model.keys import parse_partner_name
from quen.plain_text import refuse_controls

TERMS_MAX = 100
STORES_MAX = 200
OVERLAP_DAYS_MAX = 30


class Pack(Struct, frozen=True):
    """Points that a partner bought ahead, and what it paid for them; or fewer than none, that were withdrawn again, and what
    it was paid back.
    """

    pack_id: str
    partner_id: str
    points: int
    paid: Money
    bought_at: datetime
    reference: str = ""
    fingerprint: str = ""


class PackBalance(Struct, frozen=True):
    """Points that a partner bought, less what was withdrawn; that it gave of them, less what came back; and what is left, below
    zero where its terms let it go on.
    """

    bought: int
    given: int

    @property
    def left(self) -> int:
        """What it may still give."""
        return self.bought - self.given


def changed(partner: Partner, changes: Mapping[str, Any]) -> Partner:
    """The partner after the changes, by the names of its fields; of `caps` those that are named.

    Raises ValidationFailedError.
    """
    for store_id in changes.get("stores", ()):
        refuse_controls("/stores", store_id)
    caps = replace(partner.caps, **changes.get("caps", {}))
    name = parse_partner_name(changes.get("name", partner.name))
    return replace(partner, **{**changes, "caps": caps, "name": name})


def with_terms(partner: Partner, terms: Terms, today: date) -> Partner:
    """The partner with these terms as well; an equal one where they stand already. A day that has begun keeps its terms.

    Raises ValidationFailedError.
    """
    if terms_on(partner.terms, terms.first_day) == terms:
        return partner
    has_begun = terms.first_day == today and terms_on(partner.terms, today) is not None
    if terms.first_day < today or has_begun:
        sentence = "Terms begin on a day that has not begun: today at the earliest, and only where none are in force."
        raise ValidationFailedError.at("/from", "out_of_range", sentence)
    if len(partner.terms) >= TERMS_MAX:
        raise ValidationFailedError.at("", "too_many_terms", f"A partner has had {TERMS_MAX} terms at most.")
    return replace(partner, terms=(*partner.terms, terms))


def with_pack(partner: Partner, points: int) -> Partner:
    """The partner once it has bought so many more points, or so many were withdrawn."""
    return replace(partner, packs=partner.packs + points, withdrawn=partner.withdrawn + max(0, -points))


def balance_of(partner: Partner, taken: Mapping[str, int]) -> PackBalance:
    """How its packs stand, by what their shards have given; what was withdrawn is taken of them, and given to nobody."""
    return PackBalance(partner.packs, sum(taken.values()) - partner.withdrawn)

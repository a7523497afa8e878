"""Perks, kind by kind, member by member: a part of the document's shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from quen.program.document.benefits import Amount
from quen.program.document.conditions import GoodsSection
from quen.program.document.rewards import TIERS_MAX
from quen.program.document.values import (
    Identifier,
    Instant,
    Locale,
    LongText,
    Members,
    Multiplier,
    Names,
    Percent,
    Text,
)

PERKS_MAX = 100
PLANS_MAX = 20
USES_MAX = 1000
EARLY_DAYS_MAX = 90
EARLY_REWARDS_MAX = 100

Uses = Annotated[int, Field(ge=1, le=USES_MAX)]
SomeUses = Annotated[int, Field(ge=0, le=USES_MAX)]


def _form(value: object) -> str:
    """How uses are read that are a number or a mapping. In brackets, for that is no place in the document."""
    return "[mapping]" if isinstance(value, Mapping) else "[number]"


class QuotaSection(Members):
    """How often one member may use it."""

    uses: Annotated[
        Annotated[Uses, Tag("[number]")]
        | Annotated[dict[Identifier, SomeUses], Field(min_length=1, max_length=TIERS_MAX), Tag("[mapping]")],
        Discriminator(_form),
    ] = Field(description="So many times, for all or by tier or plan …")
    per: Literal["day", "week", "month", "year", "membership_period"] = Field(
        description="… in one local day, week (from Monday), month or year, or in what is paid for a membership at a time."
    )


class _Perk(Members):
    """What every perk says."""

    id: Identifier = Field(description="Unique among the perks and the rewards.")
    name: Names
    terms: dict[Locale, LongText] | None = Field(
        default=None, description="What a member should know, one text for every locale of the program."
    )
    tiers: list[Identifier] | None = Field(
        default=None, min_length=1, max_length=TIERS_MAX, description="Whose members have it."
    )
    plans: list[Identifier] | None = Field(
        default=None,
        min_length=1,
        max_length=PLANS_MAX,
        description="With which memberships one has it; without tiers and plans: who it is given to.",
    )


class _CountedPerk(_Perk):
    """What those say that can be counted."""

    quota: QuotaSection | None = Field(default=None, description="How often it is used; left out: always.")
    worth: Amount | None = Field(
        default=None,
        description="What one use saves where no bill says, in the currency's smallest unit; left out: nothing.",
    )


class TextPerk(_CountedPerk):
    """Something that staff do."""

    kind: Literal["text"] = Field(description="Something that staff do.")


class FreeDeliveryPerk(_CountedPerk):
    """Delivery for nothing."""

    kind: Literal["free_delivery"] = Field(description="Delivery for nothing.")
    maximum: Amount | None = Field(default=None, description="So much of the fee at the most; left out: all of it.")
    minimum_bill: Amount | None = Field(
        default=None, description="Only for a bill of at least so much, in the currency's smallest unit."
    )


class PercentOffPerk(_CountedPerk):
    """A share of a bill off."""

    kind: Literal["percent_off"] = Field(description="A share of a bill off; never on top of a tier's discount.")
    percent: Percent = Field(description='How much, in percent, as text: "10", "7.5".')
    maximum: Amount | None = Field(default=None, description="So much at the most, in the currency's smallest unit.")
    excluded: GoodsSection | None = Field(default=None, description="Goods that it is not for; left out: none.")
    when: Literal["birthday_month"] | None = Field(
        default=None, description="Only in the month in which the member was born; left out: always."
    )


class MultiplierPerk(_Perk):
    """More points."""

    kind: Literal["multiplier"] = Field(description="More points.")
    multiplier: Multiplier = Field(
        description="A decimal string: what the base rules give in points, times this; it adds to that of the tier."
    )


class EarlyAccessPerk(_Perk):
    """Rewards before others can have them."""

    kind: Literal["early_access"] = Field(description="Rewards before others can have them.")
    days: int = Field(ge=1, le=EARLY_DAYS_MAX, description="How many days before their window begins.")
    rewards: list[Identifier] | None = Field(
        default=None, min_length=1, max_length=EARLY_REWARDS_MAX, description="Which rewards; left out: all."
    )


class InvitationPerk(_CountedPerk):
    """An invitation to an event."""

    kind: Literal["event_invitation"] = Field(description="An invitation to an event.")
    at: Instant = Field(description="When it begins; after that day it is nobody's any more.")
    place: Text = Field(description="Where it is.")


_KINDS: Mapping[str, type[Members]] = {
    "text": TextPerk,
    "free_delivery": FreeDeliveryPerk,
    "percent_off": PercentOffPerk,
    "multiplier": MultiplierPerk,
    "early_access": EarlyAccessPerk,
    "event_invitation": InvitationPerk,
}


def _tag(value: object) -> str | None:
    """By which shape the perk is read. In brackets, for a tag is no place in the document (see `faults`)."""
    kind = value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)
    return f"[{kind}]" if isinstance(kind, str) and kind in _KINDS else None


PerkSection = Annotated[
    Annotated[TextPerk, Tag("[text]")]
    | Annotated[FreeDeliveryPerk, Tag("[free_delivery]")]
    | Annotated[PercentOffPerk, Tag("[percent_off]")]
    | Annotated[MultiplierPerk, Tag("[multiplier]")]
    | Annotated[EarlyAccessPerk, Tag("[early_access]")]
    | Annotated[InvitationPerk, Tag("[event_invitation]")],
    Discriminator(
        _tag,
        custom_error_type="not_allowed",
        custom_error_message=f"A perk is a mapping whose kind is one of {', '.join(_KINDS)}.",
    ),
]

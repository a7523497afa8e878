"""What a reward is, kind by kind, member by member: a part of the document's shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from quen.money import AMOUNT_MAX
from quen.program.document.values import Instant, Locale, Members, PartnerId, Percent, Text

SKUS_MAX = 100
VOUCHER_DAYS_MAX = 3650

Amount = Annotated[int, Field(ge=1, le=AMOUNT_MAX)]
MinimumBill = Annotated[
    Amount | None, Field(description="Only for a bill of at least so much, in the currency's smallest unit.")
]


class FreeProduct(Members):
    """One of some goods, for nothing."""

    kind: Literal["free_product"] = Field(description="One of some goods, for nothing.")
    skus: list[Text] = Field(min_length=1, max_length=SKUS_MAX, description="Which goods, by SKU: one piece of one.")
    minimum_bill: MinimumBill = None


class AmountOff(Members):
    """So much off a bill."""

    kind: Literal["amount_off"] = Field(description="So much off a bill.")
    amount: Amount = Field(description="How much, in the currency's smallest unit.")
    minimum_bill: MinimumBill = None


class PercentOff(Members):
    """A share of a bill off."""

    kind: Literal["percent_off"] = Field(description="A share of a bill off.")
    percent: Percent = Field(description='How much, in percent, as text: "10", "7.5".')
    maximum: Amount | None = Field(default=None, description="So much at the most, in the currency's smallest unit.")
    minimum_bill: MinimumBill = None


class FreeDelivery(Members):
    """Delivery for nothing."""

    kind: Literal["free_delivery"] = Field(description="Delivery for nothing.")
    maximum: Amount | None = Field(default=None, description="So much of the fee at the most; left out: all of it.")
    minimum_bill: MinimumBill = None


class Gift(Members):
    """A thing that is handed over."""

    kind: Literal["gift"] = Field(description="A thing that is handed over.")


class Voucher(Members):
    """A voucher with a code, which takes its face value off bills."""

    kind: Literal["voucher"] = Field(description="A voucher with a code, which takes its face value off bills.")
    face: Amount = Field(description="What it is worth, in the currency's smallest unit.")
    partial: bool = Field(default=False, description="Whether what one bill leaves of it can pay for another.")
    valid_days: int = Field(
        default=60, ge=1, le=VOUCHER_DAYS_MAX, description="Days that it is valid, that of its issue included."
    )


class Donation(Members):
    """Money that the shop gives to a cause for the member."""

    kind: Literal["donation"] = Field(description="Money that the shop gives to a cause for the member.")
    cause: dict[Locale, Text] = Field(description="Whom it is for, one text for every locale of the program.")
    amount: Amount = Field(description="How much, in the currency's smallest unit.")


class EventTicket(Members):
    """A ticket to an event."""

    kind: Literal["event_ticket"] = Field(description="A ticket to an event.")
    event: dict[Locale, Text] = Field(description="What it is, one text for every locale of the program.")
    at: Instant = Field(description="When it begins.")
    place: Text = Field(description="Where it is.")


class PartnerReward(Members):
    """Something that a partner of the program hands over."""

    kind: Literal["partner_reward"] = Field(description="Something that a partner of the program hands over.")
    partner: PartnerId = Field(description="Which partner, by its id, like ptn_0123456789abcdef.")


_KINDS: Mapping[str, type[Members]] = {
    "free_product": FreeProduct,
    "amount_off": AmountOff,
    "percent_off": PercentOff,
    "free_delivery": FreeDelivery,
    "gift": Gift,
    "voucher": Voucher,
    "donation": Donation,
    "event_ticket": EventTicket,
    "partner_reward": PartnerReward,
}


def _tag(value: object) -> str | None:
    """By which shape the benefit is read. In brackets, for a tag is no place in the document (see `faults`)."""
    kind = value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)
    return f"[{kind}]" if isinstance(kind, str) and kind in _KINDS else None


BenefitSection = Annotated[
    Annotated[FreeProduct, Tag("[free_product]")]
    | Annotated[AmountOff, Tag("[amount_off]")]
    | Annotated[PercentOff, Tag("[percent_off]")]
    | Annotated[FreeDelivery, Tag("[free_delivery]")]
    | Annotated[Gift, Tag("[gift]")]
    | Annotated[Voucher, Tag("[voucher]")]
    | Annotated[Donation, Tag("[donation]")]
    | Annotated[EventTicket, Tag("[event_ticket]")]
    | Annotated[PartnerReward, Tag("[partner_reward]")],
    Discriminator(
        _tag,
        custom_error_type="not_allowed",
        custom_error_message=f"A benefit is a mapping whose kind is one of {', '.join(_KINDS)}.",
    ),
]

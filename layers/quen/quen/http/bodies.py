"""The parts that request bodies share. What a body may hold is said here, as types: the parser and the OpenAPI file read it.

A text's pattern always comes with its greatest length: to Python, `$` also stands before a last line break.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from quen.errors import ValidationFailedError
from quen.members.model import MemberReference
from quen.money import AMOUNT_MAX, Money

LINES_MAX = 200
POINTS_MAX = 10**9

Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339, with its offset from UTC.")]
Day = Annotated[date, Meta(description="YYYY-MM-DD, in the program's time zone.")]
Points = Annotated[int, Meta(ge=1, le=POINTS_MAX)]
BusinessId = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9][A-Za-z0-9._~:-]*$",
        max_length=100,
        description="The till's own id, unique for ever; of characters that a path can hold.",
    ),
]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
ShortText = Annotated[str, Meta(min_length=1, max_length=64)]
RewardId = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]*$", max_length=64, examples=["free-coffee"])]


class MoneyBody(Struct, frozen=True, forbid_unknown_fields=True):
    """An amount in the currency's smallest unit (VND has none smaller)."""

    amount: Annotated[int, Meta(ge=0, le=AMOUNT_MAX, examples=[125000])]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", max_length=3, examples=["VND"])]

    def value(self) -> Money:
        """As the domain has it."""
        return Money(self.amount, self.currency)


class MemberBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A member, named by exactly one of these."""

    member_id: ShortText | None = None
    phone: ShortText | None = None
    card_code: ShortText | None = None
    qr_token: Annotated[str, Meta(min_length=1, max_length=128)] | None = None

    def reference(self, pointer: str = "/member") -> MemberReference:
        """As the domain has it. Raises ValidationFailedError at `pointer`."""
        given = [self.member_id, self.phone, self.card_code, self.qr_token]
        if sum(value is not None for value in given) != 1:
            sentence = "Name the member by exactly one of member_id, phone, card_code, qr_token."
            raise ValidationFailedError.at(pointer, "exactly_one_required", sentence)
        return MemberReference(*given)


Member = Annotated[MemberBody, Meta(extra_json_schema={"minProperties": 1, "maxProperties": 1})]

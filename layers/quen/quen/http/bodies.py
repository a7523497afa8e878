"""The parts that request bodies share. What a body may hold is said here, as types: the parser and the OpenAPI file read it.

A text's rule is written with `whole`, an instant and a day come with the years between which they may lie: there is no
arithmetic on the first and the last year that a date can have.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from quen.errors import ValidationFailedError
from quen.http.validation import bounded
from quen.members.model import MemberReference
from quen.money import AMOUNT_MAX, Money

LINES_MAX = 200
QUANTITY_MAX = 10**6
POINTS_MAX = 10**9
PIECES_MAX = 100
"""Of a reward or a perk at a time."""

YEAR_MIN = 1970
YEAR_MAX = 2200


def whole(pattern: str) -> str:
    """The rule of a text that is all of this pattern, which has no alternatives but in brackets.

    To Python a `$` also stands before a last line break; with what follows it here, it stands at the end alone, in
    Python and in JSON Schema's dialect (ECMA-262).
    """
    return rf"^{pattern}$(?!\n)"


Instant = Annotated[
    datetime,
    Meta(
        tz=True,
        description=f"RFC 3339, with its offset from UTC; of the years {YEAR_MIN} to {YEAR_MAX}.",
        extra=bounded(
            datetime(YEAR_MIN, 1, 1, tzinfo=UTC), datetime(YEAR_MAX, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
        ),
    ),
]
Day = Annotated[
    date,
    Meta(
        description=f"YYYY-MM-DD, in the program's time zone; of the years {YEAR_MIN} to {YEAR_MAX}.",
        extra=bounded(date(YEAR_MIN, 1, 1), date(YEAR_MAX, 12, 31)),
    ),
]
ReasonCode = Annotated[str, Meta(pattern=whole("[A-Za-z0-9][A-Za-z0-9_.-]*"), max_length=64, examples=["goodwill"])]
Points = Annotated[int, Meta(ge=1, le=POINTS_MAX)]
BusinessId = Annotated[
    str,
    Meta(
        pattern=whole("[A-Za-z0-9][A-Za-z0-9._~:-]*"),
        max_length=100,
        description="The till's own id, unique for ever; of characters that a path can hold.",
    ),
]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
ShortText = Annotated[str, Meta(min_length=1, max_length=64)]
Pieces = Annotated[int, Meta(ge=1, le=PIECES_MAX)]
RewardId = Annotated[str, Meta(pattern=whole("[a-z0-9][a-z0-9_-]*"), max_length=64, examples=["free-coffee"])]

PlanId = Annotated[str, Meta(pattern=whole("[a-z0-9][a-z0-9_-]*"), max_length=64, examples=["gold-plus"])]


class MoneyBody(Struct, frozen=True, forbid_unknown_fields=True):
    """An amount in the currency's smallest unit (VND has none smaller)."""

    amount: Annotated[int, Meta(ge=0, le=AMOUNT_MAX, examples=[125000])]
    currency: Annotated[str, Meta(pattern=whole("[A-Z]{3}"), max_length=3, examples=["VND"])]

    def value(self) -> Money:
        """As the domain has it."""
        return Money(self.amount, self.currency)


class MemberBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A member, named by exactly one of these. A `member_id` is one that the partner was answered, or that the member has
    handed over; another partner's names nobody.
    """

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

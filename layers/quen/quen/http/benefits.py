"""Benefits in requests and answers: what a reward or a voucher is good for, in the same words both ways."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta, Struct, to_builtins

from quen.http.bodies import Name, ShortText, whole
from quen.money import AMOUNT_MAX
from quen.program.benefits import Benefit, BenefitKind, parse_benefit

GOODS_MAX = 20
EVENT_MEMBERS_MAX = 10

Amount = Annotated[
    int, Meta(ge=1, le=AMOUNT_MAX, description="In the smallest unit of the program's currency.", examples=[50000])
]
Percent = Annotated[
    str, Meta(pattern=whole(r"[0-9]{1,3}(?:\.[0-9]{1,3})?"), max_length=7, description="A decimal.", examples=["12.5"])
]
Goods = Annotated[tuple[ShortText, ...], Meta(max_length=GOODS_MAX)]
EventFacts = Annotated[dict[ShortText, Name], Meta(max_length=EVENT_MEMBERS_MAX)]


class BenefitBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What somebody gets. `amount` is what is off, the face value, or what is donated; `maximum` the most that is taken off;
    `minimum_bill` the least that the goods come to; `skus` and `categories` the goods that it is for, none: all of them.
    """

    kind: BenefitKind
    amount: Amount | None = None
    percent: Percent | None = None
    maximum: Amount | None = None
    minimum_bill: Amount | None = None
    skus: Goods = ()
    categories: Goods = ()
    partner_id: ShortText | None = None
    cause: Name | None = None
    event: EventFacts | None = None

    def value(self) -> Benefit:
        """As the domain has it."""
        form: dict[str, Any] = to_builtins(self)
        return parse_benefit(form)


class BenefitAnswer(TypedDict):
    """What somebody gets; what is not said of it is left out."""

    kind: BenefitKind
    amount: NotRequired[int]
    percent: NotRequired[str]
    maximum: NotRequired[int]
    minimum_bill: NotRequired[int]
    skus: NotRequired[list[str]]
    categories: NotRequired[list[str]]
    partner_id: NotRequired[str]
    cause: NotRequired[str]
    event: NotRequired[dict[str, str]]

"""Bills before they are paid: what the member has off one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from msgspec import Meta, Struct

from partner_api.callers import recognise_partner
from quen.bootstrap import application
from quen.errors import CurrencyMismatchError, MemberNotActiveError, MemberNotFoundError, ValidationFailedError
from quen.http.answers import Count, Money, NamedTier, TakenOff
from quen.http.bodies import LINES_MAX, QUANTITY_MAX, Member, MoneyBody, ShortText
from quen.http.endpoint import Call, Resource
from quen.partners.model import PartnerCaller, Right
from quen.partners.rates import RatedAction
from quen.program.benefits import Bill, BillLine

bills: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


class BillLineBody(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the bill, after every other discount; `amount` is for the whole line."""

    line_id: ShortText
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]
    amount: MoneyBody
    sku: ShortText | None = None
    category: ShortText | None = None

    def value(self) -> BillLine:
        """As the domain has it."""
        return BillLine(self.line_id, self.sku, self.category, self.quantity, self.amount.amount)


class BillBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to be paid, as far as it is known: `total` with the delivery fee in it."""

    total: MoneyBody
    lines: Annotated[tuple[BillLineBody, ...], Meta(max_length=LINES_MAX)] = ()
    delivery_fee: MoneyBody | None = None

    def value(self, pointer: str = "/bill") -> Bill:
        """As the domain has it. Raises ValidationFailedError where two lines have one id or the delivery is more than all,
        CurrencyMismatchError where not all of it is in one currency.
        """
        seen: set[str] = set()
        for number, line in enumerate(self.lines):
            if line.line_id in seen:
                place = f"{pointer}/lines/{number}/line_id"
                raise ValidationFailedError.at(place, "duplicate", "Another line has this line_id.")
            seen.add(line.line_id)
        amounts = [
            self.total,
            *(line.amount for line in self.lines),
            *([self.delivery_fee] if self.delivery_fee else []),
        ]
        if {amount.currency for amount in amounts} != {self.total.currency}:
            raise CurrencyMismatchError
        fee = self.delivery_fee.amount if self.delivery_fee else 0
        if fee > self.total.amount:
            raise ValidationFailedError.at(f"{pointer}/delivery_fee", "out_of_range", "The total has the fee in it.")
        return Bill(self.total.amount, self.total.currency, tuple(line.value() for line in self.lines), fee)


class QuoteBody(BillBody, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whose bill it is, and at which store."""

    member: Member
    store_id: ShortText | None = None


class PointsPayable(TypedDict):
    """Points from `minimum` to `maximum`, in steps of `multiple`, may pay; a `maximum` of 0: none may."""

    minimum: Count
    maximum: Count
    multiple: Count
    worth: Money


class ApplicableReward(TypedDict):
    """A reward within the member's reach that would take something off."""

    reward_id: str
    name: str
    points: Count
    taken_off: TakenOff


class Quote(TypedDict):
    """What the member has off the bill: `discount` by their tier first; the rest of what is then left."""

    member_id: str
    tier: NamedTier | None
    discount: TakenOff
    points_payable: PointsPayable
    rewards: list[ApplicableReward]


@bills.endpoint(
    "POST",
    "/v1/bills/quote",
    action=Right.REDEEM_REWARDS,
    body=QuoteBody,
    answer=Quote,
    errors=(MemberNotFoundError, MemberNotActiveError, CurrencyMismatchError),
)
def quote(call: Call[PartnerCaller, QuoteBody]) -> Mapping[str, Any]:
    """What a member has off a bill, nothing is recorded: 600 times a minute for each partner at most."""
    app, body, reference = application(), call.input, call.input.member.reference()
    bill = body.value(pointer="")
    app.partner_rates.count(call.caller.partner_id, RatedAction.QUOTE_BILLS)
    return app.catalogue.quote(reference, bill, body.store_id)

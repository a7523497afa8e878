"""Bills before they are paid: what the member has off one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from partner_api.callers import recognise_partner
from quen.bootstrap import application
from quen.errors import CurrencyMismatchError, MemberNotActiveError, MemberNotFoundError
from quen.http.answers import Count, Money, NamedTier
from quen.http.bills import BillBody
from quen.http.bodies import Member, ShortText
from quen.http.endpoint import Call, Resource
from quen.http.redemptions import TakenOff
from quen.partners.model import PartnerCaller, Right
from quen.partners.rates import RatedAction
from quen.program.model import PerkKind

bills: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


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
    """A reward within the member's reach, for points or as one of so many `gifts`, that would take something off."""

    reward_id: str
    name: str
    points: Count
    gifts: Count
    taken_off: TakenOff


class PerkOnBill(TypedDict):
    """What a perk takes off the bill. One that is `applied` the member has without asking; of the others so many uses are left
    to be redeemed, a discount then instead of `discount`.
    """

    perk_id: str
    name: str
    kind: PerkKind
    applied: bool
    uses_left: Count | None
    taken_off: TakenOff


class Quote(TypedDict):
    """What the member has off the bill: `discount` on its goods, by their tier or by the perk that takes most, never by both;
    then of the delivery fee what a perk takes; the rest of what is then left.
    """

    member_id: str
    tier: NamedTier | None
    discount: TakenOff
    perks: list[PerkOnBill]
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
    call.caller.require_store(body.store_id)
    bill = body.value(pointer="")
    app.partner_rates.count(call.caller.partner_id, RatedAction.QUOTE_BILLS)
    return app.catalogue.quote(reference, bill, body.store_id)

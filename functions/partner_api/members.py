"""Members, as a till may see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from msgspec import Meta, Struct

from partner_api.callers import recognise_partner
from quen.bootstrap import application
from quen.errors import MemberNotFoundError, ValidationFailedError
from quen.http.answers import Count, Tier
from quen.http.bodies import ShortText
from quen.http.endpoint import Call, Resource
from quen.members.model import MemberReference
from quen.partners.model import PartnerCaller, Relation, Right
from quen.partners.rates import RatedAction

members: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


class SearchBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that the member has with them: exactly one of these."""

    phone: ShortText | None = None
    card_code: ShortText | None = None
    qr_token: Annotated[str, Meta(min_length=1, max_length=128)] | None = None

    def reference(self) -> MemberReference:
        """As the domain has it. Raises ValidationFailedError."""
        if sum(value is not None for value in (self.phone, self.card_code, self.qr_token)) != 1:
            sentence = "Search by exactly one of phone, card_code, qr_token."
            raise ValidationFailedError.at("", "exactly_one_required", sentence)
        return MemberReference(None, self.phone, self.card_code, self.qr_token)


class ActivePoints(TypedDict):
    """What can be spent."""

    active: Count


class FoundMember(TypedDict):
    """Enough to say "is this you?". To a brand `member_id` is an id of its own, by which it names the member and no other
    partner can. It sees the name only once the member has consented to the purpose `share_with_partner:<partner_id>`, else
    null.
    """

    member_id: str
    masked_name: str | None
    tier: Tier | None
    points: ActivePoints


@members.endpoint(
    "POST",
    "/v1/members/search",
    action=Right.SEARCH_MEMBERS,
    body=SearchBody,
    answer=FoundMember,
    errors=(MemberNotFoundError,),
)
def search(call: Call[PartnerCaller, SearchBody]) -> Mapping[str, Any]:
    """Find the member at the till: 120 times a minute for each partner at most."""
    app, reference = application(), call.input.reference()
    app.partner_rates.count(call.caller.partner_id, RatedAction.SEARCH_MEMBERS)
    partner = call.caller.partner
    is_brand = partner.relation is Relation.BRAND
    member = app.members.search_for(partner.partner_id if is_brand else None, reference)
    account = app.ledger.show_account(member.member_id)
    return {
        "member_id": member.member_id,
        "masked_name": member.masked_name,
        "tier": account["tier"],
        "points": {"active": account["points"]["active"]},
    }

"""The perks of the member at the till."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from partner_api.callers import recognise_partner
from quen.bootstrap import application
from quen.errors import MemberNotActiveError, MemberNotFoundError
from quen.http.bodies import Member
from quen.http.endpoint import Call, Resource
from quen.http.perks import PerkList
from quen.partners.model import PartnerCaller, Right
from quen.partners.rates import RatedAction

perks: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


class PerksBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose perks."""

    member: Member


@perks.endpoint(
    "POST",
    "/v1/perks/search",
    action=Right.SEARCH_MEMBERS,
    body=PerksBody,
    answer=PerkList,
    errors=(MemberNotFoundError, MemberNotActiveError),
)
def search(call: Call[PartnerCaller, PerksBody]) -> Mapping[str, Any]:
    """What the member has that is no points: with searches, 120 times a minute for each partner at most."""
    app, reference = application(), call.input.member.reference()
    app.partner_rates.count(call.caller.partner_id, RatedAction.SEARCH_MEMBERS)
    return app.perks.find(reference)

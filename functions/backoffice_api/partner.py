"""The partner itself, as the program has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backoffice_api.callers import recognise_partner
from quen.bootstrap import application
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.partners import Partner
from quen.partners.model import PartnerCaller
from quen.partners.views import partner_view


class OwnPartner(Partner):
    """The partner as it is to the program. `pass_key` is what members' offline passes are verified by: the raw Ed25519 public
    key, base64.
    """

    pass_key: str


partner: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


@partner.endpoint("GET", "/v1/partner", answer=OwnPartner)
def show(call: Call[PartnerCaller, Nothing]) -> Mapping[str, Any]:
    """Who you are to the program: what you may do, and on which terms."""
    return partner_view(call.caller.partner) | {"pass_key": application().passes.public_key}

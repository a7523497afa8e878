"""The partner API's Lambda handler: `partner_api.app.app`, one module per resource."""

from __future__ import annotations

from partner_api.bills import bills
from partner_api.events import events
from partner_api.members import members
from partner_api.memberships import memberships
from partner_api.perks import perks
from partner_api.purchases import purchases
from partner_api.redemptions import redemptions
from partner_api.returns import returns
from partner_api.stored_value import stored_value
from partner_api.vouchers import vouchers
from quen.bootstrap import application
from quen.http.api import Api
from quen.http.pseudonyms import PartnerSpeech

app = Api(
    "partner_api",
    [purchases, returns, members, redemptions, bills, stored_value, events, vouchers, perks, memberships],
    translation=PartnerSpeech(lambda: application().pseudonyms),
)

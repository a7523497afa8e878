"""The mobile API's Lambda handler: `mobile_api.app.app`, one module per resource."""

from __future__ import annotations

from mobile_api.account import account
from mobile_api.card import card
from mobile_api.consents import consents
from mobile_api.memberships import memberships
from mobile_api.messages import messages
from mobile_api.perks import perks
from mobile_api.profile import profile
from mobile_api.punch_cards import punch_cards
from mobile_api.receipts import receipts
from mobile_api.redemptions import redemptions
from mobile_api.rewards import rewards
from mobile_api.tier import tier
from mobile_api.transfers import transfers
from mobile_api.unsubscribe import unsubscribe
from mobile_api.vouchers import vouchers
from quen.http.api import Api

app = Api(
    "mobile_api",
    [
        profile,
        consents,
        unsubscribe,
        account,
        rewards,
        redemptions,
        vouchers,
        messages,
        receipts,
        transfers,
        card,
        tier,
        punch_cards,
        perks,
        memberships,
    ],
)

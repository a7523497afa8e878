"""The Lambda handler of the admin API's part about partners, cards, messages and parked work: `coalition_api.app.app`."""

from __future__ import annotations

from coalition_api.cards import cards
from coalition_api.consents import consents
from coalition_api.disputes import disputes
from coalition_api.exchanges import exchanges
from coalition_api.keys import keys
from coalition_api.messages import messages
from coalition_api.packs import packs
from coalition_api.partners import partners
from coalition_api.redrives import redrives
from coalition_api.statements import statements
from coalition_api.terms import terms
from coalition_api.webhooks import webhooks
from quen.http.api import Api

app = Api(
    "coalition_api",
    [partners, keys, terms, packs, cards, consents, messages, webhooks, exchanges, statements, disputes, redrives],
)

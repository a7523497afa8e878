"""The Lambda handler of the partner API's part behind the till: `backoffice_api.app.app`, one module per resource."""

from __future__ import annotations

from backoffice_api.disputes import disputes
from backoffice_api.exchanges import exchanges
from backoffice_api.feed import feed
from backoffice_api.partner import partner
from backoffice_api.receipts import receipts
from backoffice_api.statements import statements
from backoffice_api.webhooks import webhooks
from quen.bootstrap import application
from quen.http.api import Api
from quen.http.pseudonyms import PartnerSpeech

app = Api(
    "backoffice_api",
    [partner, receipts, feed, webhooks, exchanges, statements, disputes],
    translation=PartnerSpeech(lambda: application().pseudonyms),
)

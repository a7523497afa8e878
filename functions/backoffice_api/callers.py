"""Which partner signed a request, over its raw bytes, before anything of it is read."""

from __future__ import annotations

from quen.bootstrap import application
from quen.http.gateway import GatewayRequest
from quen.http.rate_limits import admit
from quen.http.signed import signed_request
from quen.log_lines import say
from quen.partners.model import PartnerCaller


def recognise_partner(request: GatewayRequest, action: str) -> PartnerCaller:
    """The partner, once it may do the action (empty: whoever it is). Raises the errors of `quen.partners.model`,
    PartnerForbiddenError, RateLimitedError.
    """
    app = application()
    caller = app.partners.authenticate(signed_request(request, app.settings.public_authority))
    say(caller="partner", partner_id=caller.partner_id, key_id=caller.key_id)
    admit(request, caller, action, app.request_limits, app.partner_rates)
    return caller

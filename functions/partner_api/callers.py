"""Which partner signed a request, over its raw bytes, before anything of it is read."""

from __future__ import annotations

from quen.bootstrap import application
from quen.http.gateway import GatewayRequest
from quen.partners.model import PartnerCaller, Right, SignedRequest


def recognise_partner(request: GatewayRequest, action: str) -> PartnerCaller:
    """The partner, once it may do the action. Raises the errors of `quen.partners.model`, PartnerForbiddenError.

    What was signed as authority is the stack's own public name; no header can say another.
    """
    app = application()
    signed = SignedRequest(
        method=request.method,
        authority=app.settings.public_authority or request.domain,
        path=request.path,
        headers=request.headers,
        body=request.body,
        has_query=bool(request.query),
    )
    caller = app.partners.authenticate(signed)
    caller.require(Right(action))
    return caller

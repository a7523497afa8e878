"""A signed request as the gateway passed it on, for the functions that verify it."""

from __future__ import annotations

from quen.http.gateway import GatewayRequest
from quen.partners.model import SignedRequest


def signed_request(request: GatewayRequest, authority: str) -> SignedRequest:
    """What was signed. `authority` is the stack's own public name where it has one; no header can say another."""
    return SignedRequest(
        method=request.method,
        authority=authority or request.domain,
        path=request.path,
        headers=request.headers,
        body=request.body,
        has_query=bool(request.query),
    )

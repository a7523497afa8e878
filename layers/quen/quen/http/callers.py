"""Who is asking, from what the authorizer found in the token. No finding is a refusal: the door fails closed.

The authorizer refuses no bad token itself: it passes `refusal` on, because only the API can answer it as a problem.
"""

from __future__ import annotations

from msgspec import Struct

from quen.clock import WallClock
from quen.errors import QuenError
from quen.http.errors import TokenExpiredError, TokenInvalidError, TokenMissingError
from quen.http.gateway import GatewayRequest
from quen.log_lines import say
from quen.staff.model import Action, Role, StaffCaller, require

LEEWAY_SECONDS = 60

_REFUSALS: dict[str, type[QuenError]] = {
    error.code: error for error in (TokenMissingError, TokenInvalidError, TokenExpiredError)
}


class MemberCaller(Struct, frozen=True):
    """A person with a login. `member_id` is None before enrolment, and for some minutes after it (the gateway keeps
    what the authorizer said); `phone` and `email` are those that the identity provider has verified.
    """

    issuer: str
    subject: str
    member_id: str | None = None
    phone: str | None = None
    email: str | None = None

    @property
    def name(self) -> str:
        """What this caller's cursors are bound to."""
        return f"{self.issuer} {self.subject}"


def has_authorizer_spoken(request: GatewayRequest) -> bool:
    """Whether there are findings about the caller; an HTTP API writes an authorizer of nothing where there is none."""
    return not request.authorizer.keys().isdisjoint({"subject", "refusal"})


def recognise_member(request: GatewayRequest, _action: str = "") -> MemberCaller:
    """The member-to-be that the findings tell of. Raises the token errors."""
    claims = _claims(request)
    # Not the subject: an identity provider may make it of an address.
    say(caller="member", member_id=claims.get("member_id") or None)
    return MemberCaller(
        issuer=claims["issuer"],
        subject=claims["subject"],
        member_id=claims.get("member_id") or None,
        phone=claims.get("phone") or None,
        email=claims.get("email") or None,
    )


def recognise_staff(request: GatewayRequest, action: str) -> StaffCaller:
    """The member of staff behind a token, once their role allows the action. Raises the token errors, ForbiddenError."""
    claims = _claims(request)
    caller = StaffCaller(subject=claims["subject"], role=Role.of(claims.get("role", "")))
    say(caller="staff", role=caller.role.value)  # who it was stands in the audit trail
    require(caller, Action(action))
    return caller


def _claims(request: GatewayRequest) -> dict[str, str]:
    claims = {name: str(value) for name, value in request.authorizer.items()}
    if refusal := claims.get("refusal"):
        raise _REFUSALS.get(refusal, TokenInvalidError)
    if not claims.get("subject") or not claims.get("issuer"):
        raise TokenInvalidError if request.find_header("authorization") else TokenMissingError
    # The gateway keeps what the authorizer said for minutes, and a token may end in between.
    if WallClock().now().timestamp() > int(claims.get("expires_at") or 0) + LEEWAY_SECONDS:
        raise TokenExpiredError
    return claims

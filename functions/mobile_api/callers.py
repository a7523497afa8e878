"""Who is asking, and which member that is."""

from __future__ import annotations

from msgspec.structs import replace

from quen.bootstrap import application
from quen.errors import MemberNotFoundError
from quen.http.callers import MemberCaller, has_authorizer_spoken, recognise_member
from quen.http.gateway import GatewayRequest
from quen.members.model import Login


def recognise_bearer(request: GatewayRequest, _action: str = "") -> MemberCaller:
    """The member-to-be behind a token. Raises the token errors, TemporarilyUnavailableError.

    Behind its REST gateway an authorizer has read the token; an HTTP gateway's could not answer as a problem, so there is none
    and the token is read here.
    """
    authorizations = request.headers.get("authorization", ())
    if authorizations and not has_authorizer_spoken(request):
        request = replace(request, authorizer=application().bearers.find(authorizations))
    return recognise_member(request)


def login_of(caller: MemberCaller) -> Login:
    """The login behind the token."""
    return Login(caller.issuer, caller.subject, caller.phone, caller.email)


def own_member_id(caller: MemberCaller) -> str:
    """The caller's own id. Raises MemberNotFoundError before enrolment.

    Right after it the gateway still has the authorizer's older answer: then the login is looked up here.
    """
    member_id = caller.member_id or application().members.find_member_id(login_of(caller))
    if member_id is None:
        raise MemberNotFoundError
    return member_id

"""Which member a caller is."""

from __future__ import annotations

from quen.bootstrap import application
from quen.errors import MemberNotFoundError
from quen.http.callers import MemberCaller
from quen.members.model import Login


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

"""What members pay for, as staff see it and end it for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from quen.bootstrap import application
from quen.errors import ConflictRetryError, MemberNotFoundError, MembershipNotRunningError
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.memberships import MembershipOffers, MembershipShown
from quen.ledger.model import Account
from quen.staff.model import Action, StaffCaller
from quen.writes import Write

memberships: Resource[StaffCaller] = Resource(__name__, recognise_staff)


class CancelMembershipBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Why; kept in the audit trail."""

    reason: Annotated[str, Meta(min_length=1, max_length=200)]


@memberships.endpoint(
    "GET",
    "/v1/members/{member_id}/membership",
    action=Action.READ_ACCOUNT,
    answer=MembershipOffers,
    errors=(MemberNotFoundError,),
)
def show_membership(_call: Call[StaffCaller, Nothing], member_id: str) -> Mapping[str, Any]:
    """The member's membership, and the plans that they could pay for."""
    return application().memberships.show(member_id)


@memberships.endpoint(
    "POST",
    "/v1/members/{member_id}/membership/cancel",
    action=Action.CANCEL_MEMBERSHIP,
    body=CancelMembershipBody,
    answer=MembershipShown,
    errors=(MemberNotFoundError, MembershipNotRunningError, ConflictRetryError),
)
def cancel_membership(call: Call[StaffCaller, CancelMembershipBody], member_id: str) -> Mapping[str, Any]:
    """Renew it no more, as the member asked for. What is paid for stays; to cancel it again changes nothing."""
    app, action, target = application(), Action.CANCEL_MEMBERSHIP, f"member:{member_id}"

    def record(before: Account) -> Sequence[Write]:
        was = {"plan_id": before.membership.plan, "state": before.membership.state}
        return [app.audit.write(call.caller, action, target, before=was, after={}, reason=call.input.reason)]

    return app.memberships.cancel(member_id, record=record)

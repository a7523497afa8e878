"""Points that staff move from one member to another."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from quen.bootstrap import application
from quen.errors import (
    ConflictRetryError,
    IdempotencyKeyReusedError,
    InsufficientPointsError,
    MemberNotActiveError,
    MemberNotFoundError,
    TransferLimitReachedError,
    TransfersNotOfferedError,
    ValidationFailedError,
)
from quen.http.answers import Transfer
from quen.http.bodies import Points, ShortText
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Resource
from quen.ledger.documents import Outcome
from quen.members.model import MemberReference
from quen.staff.model import Action, StaffCaller

transfers: Resource[StaffCaller] = Resource(__name__, recognise_staff)


class StaffTransferBody(Struct, frozen=True, forbid_unknown_fields=True):
    """So many points for that member, and why they move."""

    to_member_id: ShortText
    points: Points
    reason: Annotated[str, Meta(min_length=1, max_length=200, description="Why; kept in the audit trail.")]


@transfers.endpoint(
    "POST",
    "/v1/members/{member_id}/transfers",
    action=Action.TRANSFER_POINTS,
    status=201,
    body=StaffTransferBody,
    answer=Transfer,
    needs_key=True,
    errors=(
        MemberNotFoundError,
        MemberNotActiveError,
        TransfersNotOfferedError,
        TransferLimitReachedError,
        InsufficientPointsError,
        IdempotencyKeyReusedError,
        ConflictRetryError,
    ),
)
def send(call: Call[StaffCaller, StaffTransferBody], member_id: str) -> Outcome:
    """Move points to another member, within the limits that members have. The audit record is written in the same
    transaction.
    """
    app, asked = application(), call.input
    if asked.to_member_id == member_id:
        raise ValidationFailedError.at("/to_member_id", "oneself", "Points are given to another member.")
    after = {"to": asked.to_member_id, "points": asked.points, "idempotency_key": call.idempotency_key}
    target = f"member:{member_id}"
    record = app.audit.write(call.caller, Action.TRANSFER_POINTS, target, after=after, reason=asked.reason)
    return app.transfers.send(
        member_id,
        MemberReference(member_id=asked.to_member_id),
        asked.points,
        caller=f"staff:{call.caller.subject}",
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
        others=[record],
    )

"""Points that staff give or take, with a reason."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta, Struct

from quen.bootstrap import application
from quen.errors import (
    ConflictRetryError,
    IdempotencyKeyReusedError,
    InsufficientPointsError,
    MemberNotFoundError,
    ValidationFailedError,
)
from quen.http.answers import Account, Entry
from quen.http.bodies import POINTS_MAX, Day, whole
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Resource
from quen.ledger.documents import Outcome
from quen.staff.model import Action, StaffCaller

adjustments: Resource[StaffCaller] = Resource(__name__, recognise_staff)

ReasonCode = Annotated[str, Meta(pattern=whole("[A-Za-z0-9][A-Za-z0-9_.-]*"), max_length=64, examples=["goodwill"])]


class AdjustmentBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Points to give (+) or take (−); never 0. `expires_on` is the last day of points that are given."""

    points: Annotated[int, Meta(ge=-POINTS_MAX, le=POINTS_MAX)]
    reason_code: ReasonCode
    note: Annotated[str, Meta(min_length=1, max_length=500)]
    expires_on: Day | None = None


class Adjustment(TypedDict):
    """What was given or taken, and what the member then has."""

    adjustment_id: str
    reason_code: str
    points: int
    entry: Entry
    account: Account


@adjustments.endpoint(
    "POST",
    "/v1/members/{member_id}/adjustments",
    action=Action.ADJUST_POINTS,
    status=201,
    body=AdjustmentBody,
    answer=Adjustment,
    needs_key=True,
    errors=(MemberNotFoundError, ConflictRetryError, IdempotencyKeyReusedError, InsufficientPointsError),
)
def adjust(call: Call[StaffCaller, AdjustmentBody], member_id: str) -> Outcome:
    """Give or take points. The audit record is written in the same transaction."""
    app, asked = application(), call.input
    if asked.points == 0:
        raise ValidationFailedError.at("/points", "out_of_range", "An adjustment gives or takes points.")
    after = {"points": asked.points, "reason_code": asked.reason_code, "idempotency_key": call.idempotency_key}
    record = app.audit.write(call.caller, Action.ADJUST_POINTS, f"member:{member_id}", after=after, reason=asked.note)
    return app.adjustments.adjust(
        member_id,
        points=asked.points,
        reason_code=asked.reason_code,
        note=asked.note,
        expires_on=asked.expires_on,
        actor=call.caller.subject,
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
        others=[record],
    )

"""Points that staff give or take, with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta, Struct

from quen.adjustments.service import Asked
from quen.bootstrap import application
from quen.errors import (
    AdjustmentLimitReachedError,
    AlreadyDecidedError,
    ConflictRetryError,
    IdempotencyKeyReusedError,
    InsufficientPointsError,
    MemberNotActiveError,
    MemberNotFoundError,
    NotFoundError,
    SecondPersonRequiredError,
    TooLateError,
    ValidationFailedError,
)
from quen.http.answers import Account, Entry
from quen.http.bodies import POINTS_MAX, Day, ReasonCode
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Nothing, Resource
from quen.ledger.documents import Outcome
from quen.staff.model import Action, StaffCaller

adjustments: Resource[StaffCaller] = Resource(__name__, recognise_staff)


class AdjustmentBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Points to give (+) or take (−); never 0. `expires_on` is the last day of points that are given."""

    points: Annotated[int, Meta(ge=-POINTS_MAX, le=POINTS_MAX)]
    reason_code: ReasonCode
    note: Annotated[str, Meta(min_length=1, max_length=500)]
    expires_on: Day | None = None


class Adjustment(TypedDict):
    """What is given or taken, and once it is applied, its entry and what the member then had. One that nobody decided about
    within 14 days has lapsed.
    """

    adjustment_id: str
    state: Literal["applied", "awaiting_approval", "rejected", "lapsed"]
    member_id: str
    reason_code: str
    points: int
    entry: Entry | None
    account: Account | None


@adjustments.endpoint(
    "POST",
    "/v1/members/{member_id}/adjustments",
    action=Action.ADJUST_POINTS,
    status=201,
    body=AdjustmentBody,
    answer=Adjustment,
    needs_key=True,
    may_wait=True,
    errors=(
        MemberNotFoundError,
        MemberNotActiveError,
        ConflictRetryError,
        IdempotencyKeyReusedError,
        InsufficientPointsError,
        AdjustmentLimitReachedError,
    ),
)
def adjust(call: Call[StaffCaller, AdjustmentBody], member_id: str) -> Outcome:
    """Give or take points. More than one person decides about wait (202) until somebody else approves. The audit record is
    written in the same transaction.
    """
    app, asked = application(), call.input
    if asked.points == 0:
        raise ValidationFailedError.at("/points", "out_of_range", "An adjustment gives or takes points.")
    after = {"points": asked.points, "reason_code": asked.reason_code, "idempotency_key": call.idempotency_key}
    record = app.audit.write(
        call.caller, Action.ADJUST_POINTS, f"member:{member_id}", after=after, reason=asked.note, pointer="/note"
    )
    return app.adjustments.adjust(
        Asked(
            member_id,
            asked.points,
            asked.reason_code,
            asked.note,
            asked.expires_on,
            actor=call.caller.subject,
            role=call.caller.role,
        ),
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
        others=[record],
    )


@adjustments.endpoint(
    "GET",
    "/v1/adjustments/{adjustment_id}",
    action=Action.READ_ACCOUNT,
    answer=Adjustment,
    errors=(NotFoundError,),
)
def show(_call: Call[StaffCaller, Nothing], adjustment_id: str) -> Mapping[str, Any]:
    """An adjustment as it stands."""
    return application().adjustments.load(adjustment_id)


@adjustments.endpoint(
    "POST",
    "/v1/adjustments/{adjustment_id}/approve",
    action=Action.DECIDE_ADJUSTMENT,
    answer=Adjustment,
    errors=(
        NotFoundError,
        MemberNotActiveError,
        SecondPersonRequiredError,
        AdjustmentLimitReachedError,
        AlreadyDecidedError,
        InsufficientPointsError,
        TooLateError,
        ConflictRetryError,
    ),
)
def approve(call: Call[StaffCaller, Nothing], adjustment_id: str) -> Outcome:
    """The second person agrees: the points move. Nobody approves what they asked for themselves."""
    app, caller = application(), call.caller
    after = {"decision": "approved"}
    record = app.audit.write(caller, Action.DECIDE_ADJUSTMENT, f"adjustment:{adjustment_id}", after=after)
    return app.adjustments.approve(adjustment_id, actor=caller.subject, role=caller.role, others=[record])


@adjustments.endpoint(
    "POST",
    "/v1/adjustments/{adjustment_id}/reject",
    action=Action.DECIDE_ADJUSTMENT,
    answer=Adjustment,
    errors=(NotFoundError, SecondPersonRequiredError, AlreadyDecidedError, TooLateError, ConflictRetryError),
)
def reject(call: Call[StaffCaller, Nothing], adjustment_id: str) -> Outcome:
    """The second person says no: nothing moves."""
    app, caller = application(), call.caller
    after = {"decision": "rejected"}
    record = app.audit.write(caller, Action.DECIDE_ADJUSTMENT, f"adjustment:{adjustment_id}", after=after)
    return app.adjustments.reject(adjustment_id, actor=caller.subject, others=[record])

"""Stored value that staff put right."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta, Struct

from quen.bootstrap import application
from quen.errors import (
    ConflictRetryError,
    IdempotencyKeyReusedError,
    InsufficientStoredValueError,
    MemberNotActiveError,
    MemberNotFoundError,
    StoredValueLimitReachedError,
)
from quen.http.answers import Account, Money
from quen.http.bodies import ReasonCode
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Resource
from quen.ledger.documents import Outcome
from quen.money import AMOUNT_MAX
from quen.staff.model import Action, StaffCaller

stored_value: Resource[StaffCaller] = Resource(__name__, recognise_staff)


class ValueAdjustmentBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Money to add (+) or take out (−), in the currency's smallest unit; never 0."""

    amount: Annotated[int, Meta(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
    reason_code: ReasonCode
    note: Annotated[str, Meta(min_length=1, max_length=500)]


class ValueAdjustment(TypedDict):
    """What was added or taken (without its sign), and what is then there."""

    activity_id: str
    member_id: str
    type: str
    amount: Money
    balance: Money
    entry_id: str
    account: Account


@stored_value.endpoint(
    "POST",
    "/v1/members/{member_id}/stored-value/adjustments",
    action=Action.ADJUST_STORED_VALUE,
    status=201,
    body=ValueAdjustmentBody,
    answer=ValueAdjustment,
    needs_key=True,
    errors=(
        MemberNotFoundError,
        MemberNotActiveError,
        InsufficientStoredValueError,
        StoredValueLimitReachedError,
        IdempotencyKeyReusedError,
        ConflictRetryError,
    ),
)
def adjust(call: Call[StaffCaller, ValueAdjustmentBody], member_id: str) -> Outcome:
    """Add or take out money, for a reason. The audit record is written in the same transaction."""
    app, asked = application(), call.input
    after = {"amount": asked.amount, "reason_code": asked.reason_code, "idempotency_key": call.idempotency_key}
    target = f"member:{member_id}"
    record = app.audit.write(
        call.caller, Action.ADJUST_STORED_VALUE, target, after=after, reason=asked.note, pointer="/note"
    )
    return app.stored_values.adjust(
        member_id,
        asked.amount,
        asked.reason_code,
        actor=call.caller.subject,
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
        others=[record],
    )

"""What the member pays for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from mobile_api.callers import own_member_id, recognise_bearer
from quen.bootstrap import application
from quen.errors import (
    ConflictRetryError,
    IdempotencyKeyReusedError,
    MemberNotActiveError,
    MemberNotFoundError,
    MembershipNotRunningError,
    MembershipRunningError,
    PaymentRequiredError,
)
from quen.http.bodies import PlanId
from quen.http.callers import MemberCaller
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.memberships import MembershipChanged, MembershipOffers, MembershipShown
from quen.ledger.documents import Outcome

memberships: Resource[MemberCaller] = Resource(__name__, recognise_bearer)


class TrialBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The plan to try."""

    plan_id: PlanId


@memberships.endpoint("GET", "/v1/me/membership", answer=MembershipOffers, errors=(MemberNotFoundError,))
def show_membership(call: Call[MemberCaller, Nothing]) -> Mapping[str, Any]:
    """The membership with what it has saved, and the plans that can be paid for."""
    return application().memberships.show(own_member_id(call.caller))


@memberships.endpoint(
    "POST",
    "/v1/me/membership",
    status=201,
    body=TrialBody,
    answer=MembershipChanged,
    needs_key=True,
    errors=(
        MemberNotFoundError,
        MemberNotActiveError,
        PaymentRequiredError,
        MembershipRunningError,
        IdempotencyKeyReusedError,
        ConflictRetryError,
    ),
)
def start_trial(call: Call[MemberCaller, TrialBody]) -> Outcome:
    """Try a plan for nothing, once in a life. A plan without a trial begins with a payment."""
    return application().memberships.start_trial(
        own_member_id(call.caller),
        call.input.plan_id,
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
    )


@memberships.endpoint(
    "POST",
    "/v1/me/membership/cancel",
    answer=MembershipShown,
    errors=(MemberNotFoundError, MembershipNotRunningError, ConflictRetryError),
)
def cancel_membership(call: Call[MemberCaller, Nothing]) -> Mapping[str, Any]:
    """Renew it no more. What is paid for stays; what is past due ends."""
    return application().memberships.cancel(own_member_id(call.caller))


@memberships.endpoint(
    "POST",
    "/v1/me/membership/resume",
    answer=MembershipShown,
    errors=(MemberNotFoundError, MemberNotActiveError, MembershipNotRunningError, ConflictRetryError),
)
def resume_membership(call: Call[MemberCaller, Nothing]) -> Mapping[str, Any]:
    """Renew it after all, as long as it has not ended."""
    return application().memberships.resume(own_member_id(call.caller))

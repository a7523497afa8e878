"""Points that a member gives to another one."""

from __future__ import annotations

from msgspec import Struct

from mobile_api.callers import own_member_id, recognise_bearer
from quen.bootstrap import application
from quen.errors import (
    ConflictRetryError,
    IdempotencyKeyReusedError,
    InsufficientPointsError,
    MemberNotActiveError,
    MemberNotFoundError,
    TransferLimitReachedError,
    TransfersNotOfferedError,
)
from quen.http.answers import Transfer
from quen.http.bodies import Member, Points
from quen.http.callers import MemberCaller
from quen.http.endpoint import Call, Resource
from quen.ledger.documents import Outcome
from quen.partners.rates import RatedAction

transfers: Resource[MemberCaller] = Resource(__name__, recognise_bearer)


class TransferBody(Struct, frozen=True, forbid_unknown_fields=True):
    """So many points for somebody, named by one thing that they have shown."""

    to: Member
    points: Points


@transfers.endpoint(
    "POST",
    "/v1/me/transfers",
    status=201,
    body=TransferBody,
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
def send(call: Call[MemberCaller, TransferBody]) -> Outcome:
    """Give points to another member: so many a day as the program allows, 20 requests a minute at most."""
    app, member_id = application(), own_member_id(call.caller)
    return app.transfers.send(
        member_id,
        call.input.to.reference("/to"),
        call.input.points,
        caller=f"member:{member_id}",
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
        count=lambda: app.partner_rates.count(member_id, RatedAction.SEND_POINTS),
    )

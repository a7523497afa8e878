"""Points that come from the partner's own program. What goes there is a redemption with `exchange`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

from msgspec import Struct

from backoffice_api.callers import recognise_partner
from quen.bootstrap import application
from quen.errors import (
    ConflictRetryError,
    MemberNotActiveError,
    MemberNotFoundError,
    NotFoundError,
    TooLateError,
)
from quen.exchanges.errors import ExchangeAlreadyRecordedError, ExchangeLimitReachedError, ExchangeNotOfferedError
from quen.http.answers import Account, Count, Day
from quen.http.bodies import BusinessId, Member, Points
from quen.http.endpoint import Call, Nothing, Resource
from quen.ledger.documents import Outcome
from quen.partners.model import PartnerCaller, Right
from quen.partners.model.refusals import PartnerBudgetExhaustedError, PartnerCapReachedError

exchanges: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


class ExchangeBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Units that the member gave up in the partner's own program, to have points for them here."""

    exchange_id: BusinessId
    member: Member
    units: Points


class ReceivedExchange(TypedDict):
    """Points for units, less the fee in points. They can be called off until `active_on`, and spent from then on: the exchange
    is `final`. `account` is there in the answer to a change.
    """

    exchange_id: str
    member_id: str
    state: Literal["received", "final", "reversed"]
    units: Count
    points: Count
    fee: Count
    active_on: Day
    entry_id: str
    account: NotRequired[Account]


@exchanges.endpoint(
    "POST",
    "/v1/exchanges",
    action=Right.EXCHANGE_POINTS,
    status=201,
    body=ExchangeBody,
    answer=ReceivedExchange,
    errors=(
        MemberNotFoundError,
        MemberNotActiveError,
        ExchangeAlreadyRecordedError,
        ConflictRetryError,
        ExchangeNotOfferedError,
        ExchangeLimitReachedError,
        PartnerBudgetExhaustedError,
        PartnerCapReachedError,
    ),
)
def receive(call: Call[PartnerCaller, ExchangeBody]) -> Outcome:
    """Report units that became points. A retry has the same `exchange_id` and gets the first answer again."""
    body = call.input
    return application().exchanges.receive(
        call.caller.partner, body.exchange_id, body.member.reference(), body.units, call.fingerprint
    )


@exchanges.endpoint(
    "GET", "/v1/exchanges/{exchange_id}", action=Right.EXCHANGE_POINTS, answer=ReceivedExchange, errors=(NotFoundError,)
)
def show(call: Call[PartnerCaller, Nothing], exchange_id: str) -> Mapping[str, Any]:
    """What became of an exchange: the question after a time-out."""
    return application().exchanges.load(call.caller.partner_id, exchange_id)


@exchanges.endpoint(
    "POST",
    "/v1/exchanges/{exchange_id}/reverse",
    action=Right.EXCHANGE_POINTS,
    answer=ReceivedExchange,
    errors=(NotFoundError, ConflictRetryError, TooLateError),
)
def reverse(call: Call[PartnerCaller, Nothing], exchange_id: str) -> Outcome:
    """Call it off, as long as the points wait; again is the same."""
    return application().exchanges.reverse(call.caller.partner_id, exchange_id)

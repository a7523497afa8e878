"""Events: what members do that is no purchase, reported and previewed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta, Struct

from partner_api.callers import recognise_partner
from quen.bootstrap import application
from quen.earning.model import MemberEvent
from quen.errors import (
    ConflictRetryError,
    EventAlreadyCountedError,
    EventAlreadyRecordedError,
    MemberNotActiveError,
    MemberNotFoundError,
    TooLateError,
)
from quen.http.answers import Account, Share
from quen.http.bodies import BusinessId, Instant, Member, ShortText, whole
from quen.http.endpoint import Call, Resource
from quen.http.purchases import EarnedEntry, NotApplied
from quen.ledger.documents import Outcome
from quen.partners.model import PartnerCaller, Right
from quen.partners.model.refusals import PartnerBudgetExhaustedError, PartnerCapReachedError
from quen.partners.rates import RatedAction

events: Resource[PartnerCaller] = Resource(__name__, recognise_partner)

EventType = Annotated[
    str,
    Meta(
        pattern=whole("[a-z0-9]+([_-][a-z0-9]+)*"),
        max_length=64,
        description="`visit`, `review`, `survey`, `referral`, or an event that the program names.",
        examples=["review"],
    ),
]
Subject = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        description="What it was about: the same member, type and subject count once, whoever reports them. Left out: each"
        " event counts.",
        examples=["order-7731"],
    ),
]


class EventPreviewBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An event without its id."""

    type: EventType
    member: Member
    occurred_at: Instant
    subject: Subject | None = None
    store_id: ShortText | None = None

    def value(self, event_id: str = "") -> MemberEvent:
        """As the domain has it."""
        return MemberEvent(event_id, self.type, self.subject or "", self.occurred_at, self.store_id)


class EventBody(EventPreviewBody, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An event. The same `event_id` with the same content is the same event, for ever."""

    event_id: BusinessId


class WalletShare(Share):
    """What a rule gave, and to which wallet; of stamps, on which card."""

    wallet: Literal["points", "qualifying", "stamps"]
    card_id: NotRequired[str]


class RecordedEvent(TypedDict):
    """The event's points, why, and what the member then has; a preview has no `event_id`."""

    event_id: str | None
    member_id: str
    type: str
    entries: list[EarnedEntry]
    account: Account
    explanation: list[WalletShare]
    not_applied: list[NotApplied]


@events.endpoint(
    "POST",
    "/v1/events",
    action=Right.RECORD_EVENTS,
    status=201,
    body=EventBody,
    answer=RecordedEvent,
    errors=(
        MemberNotFoundError,
        MemberNotActiveError,
        EventAlreadyRecordedError,
        EventAlreadyCountedError,
        ConflictRetryError,
        TooLateError,
        PartnerBudgetExhaustedError,
        PartnerCapReachedError,
    ),
)
def record(call: Call[PartnerCaller, EventBody]) -> Outcome:
    """Report what a member did. A retry has the same `event_id` and gets the first answer again."""
    body = call.input
    call.caller.require_store(body.store_id)
    event = body.value(body.event_id)
    partner = call.caller.partner
    return application().occasions.record(partner.partner_id, body.member.reference(), event, call.fingerprint, partner)


@events.endpoint(
    "POST",
    "/v1/events/preview",
    action=Right.RECORD_EVENTS,
    body=EventPreviewBody,
    answer=RecordedEvent,
    errors=(
        MemberNotFoundError,
        MemberNotActiveError,
        EventAlreadyCountedError,
        TooLateError,
        PartnerBudgetExhaustedError,
        PartnerCapReachedError,
    ),
)
def preview(call: Call[PartnerCaller, EventPreviewBody]) -> Mapping[str, Any]:
    """What an event would earn, nothing is recorded: 600 times a minute for each partner at most."""
    app, body = application(), call.input
    call.caller.require_store(body.store_id)
    app.partner_rates.count(call.caller.partner_id, RatedAction.PREVIEW_EVENTS)
    return app.occasions.preview(call.caller.partner_id, body.member.reference(), body.value(), call.caller.partner)

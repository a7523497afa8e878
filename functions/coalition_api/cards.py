"""Members' cards: plastic ones linked, lost ones blocked and replaced. Points stay with the member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta, Struct

from quen.bootstrap import application
from quen.errors import ConflictRetryError, MemberNotActiveError, MemberNotFoundError, NotFoundError
from quen.http.answers import Instant
from quen.http.bodies import ShortText
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.views import staff_card_view
from quen.members.card_desk import MadeCard, Record
from quen.members.model import MemberCard
from quen.members.model.errors import CardAlreadyLinkedError, CardBlockedError, CardLimitReachedError
from quen.staff.model import Action, StaffCaller
from quen.writes import Write

cards: Resource[StaffCaller] = Resource(__name__, recognise_staff)

Reason = Annotated[
    str, Meta(min_length=1, max_length=200, description="Why; kept with the card and in the audit trail.")
]
CardCode = Annotated[
    ShortText,
    Meta(description="The code of a card that was printed before, as it is typed or scanned; null: one is made."),
]


class LinkBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The card that was handed to the member."""

    card_code: CardCode | None = None


class BlockBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Why the card leads to nobody any more."""

    reason: Reason


class ReplaceBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The card that takes the other one's place, and why that one is blocked."""

    card_code: CardCode | None = None
    reason: Reason = "replaced"


class StaffCard(TypedDict):
    """A card by which a member is found: `app` is the one in the member's app. `brought_by` is the member with whom it came in
    a merge. A blocked card leads to nobody, and its code is never used again.
    """

    card_id: str
    kind: Literal["app", "plastic"]
    state: Literal["active", "blocked"]
    last_four: str
    linked_at: Instant
    blocked_at: Instant | None
    reason: str | None
    brought_by: str | None


class MadeStaffCard(StaffCard):
    """The card that was linked. Its whole code is shown in this one answer, where it was made now; else null."""

    card_code: str | None


class StaffCards(TypedDict):
    """The member's cards, oldest first."""

    items: list[StaffCard]


_LINKED = (
    MemberNotFoundError,
    MemberNotActiveError,
    CardAlreadyLinkedError,
    CardBlockedError,
    CardLimitReachedError,
    ConflictRetryError,
)


@cards.endpoint(
    "GET",
    "/v1/members/{member_id}/cards",
    action=Action.READ_MEMBER,
    answer=StaffCards,
    errors=(MemberNotFoundError,),
)
def list_cards(_call: Call[StaffCaller, Nothing], member_id: str) -> Mapping[str, Any]:
    """The member's cards, those that are blocked included."""
    return {"items": [staff_card_view(card) for card in application().card_desk.show(member_id)]}


@cards.endpoint(
    "POST",
    "/v1/members/{member_id}/cards",
    action=Action.LINK_CARD,
    status=201,
    body=LinkBody,
    answer=MadeStaffCard,
    errors=_LINKED,
)
def link(call: Call[StaffCaller, LinkBody], member_id: str) -> Mapping[str, Any]:
    """Link a card: five work at a time at most. A code that the member has already changes nothing."""
    app = application()
    record = _recording(call.caller, Action.LINK_CARD, member_id)
    return _made(app.card_desk.link(member_id, call.input.card_code, app.clock.now(), record=record))


@cards.endpoint(
    "POST",
    "/v1/members/{member_id}/cards/{card_id}/block",
    action=Action.BLOCK_CARD,
    body=BlockBody,
    answer=StaffCard,
    errors=(MemberNotFoundError, NotFoundError, MemberNotActiveError, ConflictRetryError),
)
def block(call: Call[StaffCaller, BlockBody], member_id: str, card_id: str) -> Mapping[str, Any]:
    """The card leads to nobody, for good: a till is told to keep it (`card_blocked`). Again changes nothing."""
    app, reason = application(), call.input.reason
    record = _recording(call.caller, Action.BLOCK_CARD, member_id, reason)
    return staff_card_view(app.card_desk.block(member_id, card_id, reason, app.clock.now(), record=record))


@cards.endpoint(
    "POST",
    "/v1/members/{member_id}/cards/{card_id}/replace",
    action=Action.REPLACE_CARD,
    status=201,
    body=ReplaceBody,
    answer=MadeStaffCard,
    errors=(NotFoundError, *_LINKED),
)
def replace(call: Call[StaffCaller, ReplaceBody], member_id: str, card_id: str) -> Mapping[str, Any]:
    """Block a card and link another one in its place, both at once. In the app's place, the app shows the new one."""
    app, asked = application(), call.input
    record = _recording(call.caller, Action.REPLACE_CARD, member_id, asked.reason)
    now = app.clock.now()
    return _made(app.card_desk.replace(member_id, card_id, asked.card_code, asked.reason, now, record=record))


def _made(made: MadeCard) -> dict[str, Any]:
    return {**staff_card_view(made.card), "card_code": made.card_code}


def _recording(caller: StaffCaller, action: Action, member_id: str, reason: str = "") -> Record:
    def record(card: MemberCard, new: MemberCard | None) -> Sequence[Write]:
        before = {} if action is Action.LINK_CARD else {"card_id": card.card_id, "last_four": card.last_four}
        now = card if action is Action.LINK_CARD else new
        after = {"card_id": now.card_id, "last_four": now.last_four} if now else {"state": "blocked"}
        audit = application().audit
        return [audit.write(caller, action, f"member:{member_id}", before=before, after=after, reason=reason)]

    return record

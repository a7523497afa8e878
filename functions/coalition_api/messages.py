"""What members were told, and where nothing goes any more, for those who help them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta, Struct

from quen.bootstrap import application
from quen.errors import ConflictRetryError, MemberNotFoundError, NotFoundError
from quen.http.answers import Count, Cursor, Instant
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.messages.desk import Place, Suppression
from quen.messages.model import Kind, State
from quen.messages.views import staff_message_view, suppression_view
from quen.program.model import Channel
from quen.staff.model import Action, StaffCaller
from quen.writes import Write

messages: Resource[StaffCaller] = Resource(__name__, recognise_staff)


class LiftQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Why the address is tried again."""

    reason: Annotated[str, Meta(min_length=1, max_length=200, description="Why; kept in the audit trail.")]


class AttemptShown(TypedDict):
    """The last that one channel did with a message. `begun`: nobody knows whether it went out; `address_refused`: the address
    takes nothing there. `code` is the provider's own.
    """

    channel: Channel
    outcome: Literal["begun", "accepted", "refused", "address_refused", "delivered", "bounced"]
    at: Instant
    code: str | None


class StaffMessage(TypedDict):
    """What became of one thing to tell: once for each kind and `period`. `at` is its last change, `address_hint` what a person
    would recognise the address by. `channel` is null where none was chosen. `duplicates` counts how often it was sent although
    an earlier try may have gone out; `segments` and `price` (in the currency's smallest unit) are a text message's.
    """

    message_id: str
    kind: Kind
    period: str
    state: State
    channel: Channel | None
    address_hint: str | None
    locale: str | None
    at: Instant | None
    created_at: Instant | None
    held_until: Instant | None
    sent_at: Instant | None
    delivered_at: Instant | None
    complained_at: Instant | None
    attempts: list[AttemptShown]
    provider_id: str | None
    error: str | None
    duplicates: Count
    segments: Count | None
    price: Count | None


class StaffMessagePage(TypedDict):
    """Messages, newest first."""

    items: list[StaffMessage]
    next_cursor: Cursor | None


class SuppressionShown(TypedDict):
    """The member's address of that channel is not written to any more: it refused for good, or its owner complained. The
    message is the one after which that was so.
    """

    channel: Channel
    reason: str
    at: Instant
    message_id: str


class SuppressionList(TypedDict):
    """The ways to the member that are closed."""

    items: list[SuppressionShown]


@messages.endpoint(
    "GET",
    "/v1/members/{member_id}/messages",
    action=Action.READ_MESSAGES,
    query=PageQuery,
    answer=StaffMessagePage,
    errors=(MemberNotFoundError, CursorInvalidError),
)
def list_messages(call: Call[StaffCaller, PageQuery], member_id: str) -> Mapping[str, Any]:
    """What the member was told, or was not and why, newest first."""
    app = application()

    def fetch(before: Place | None, limit: int) -> tuple[list[dict[str, Any]], Place | None]:
        page, place = app.message_desk.list_messages(member_id, before, limit)
        return [staff_message_view(message) for message in page], place

    return app.cursors.page(call.input, fetch, caller=call.caller.name, listing=f"messages {member_id}")


@messages.endpoint(
    "GET",
    "/v1/members/{member_id}/suppressions",
    action=Action.READ_MESSAGES,
    answer=SuppressionList,
    errors=(MemberNotFoundError,),
)
def list_suppressions(_call: Call[StaffCaller, Nothing], member_id: str) -> Mapping[str, Any]:
    """Which of the member's addresses are not written to any more."""
    return _suppressions(member_id)


@messages.endpoint(
    "DELETE",
    "/v1/members/{member_id}/suppressions/{channel}",
    action=Action.LIFT_SUPPRESSION,
    query=LiftQuery,
    answer=SuppressionList,
    errors=(MemberNotFoundError, NotFoundError, ConflictRetryError),
)
def lift(call: Call[StaffCaller, LiftQuery], member_id: str, channel: str) -> Mapping[str, Any]:
    """Try the address again, when its owner has said that it works; where it refuses again, it is left alone again."""
    app = application()

    def record(before: Suppression) -> Sequence[Write]:
        target, was = f"member:{member_id}", suppression_view(before)
        return [app.audit.write(call.caller, Action.LIFT_SUPPRESSION, target, before=was, reason=call.input.reason)]

    app.message_desk.lift(member_id, channel, record)
    return _suppressions(member_id)


def _suppressions(member_id: str) -> dict[str, Any]:
    return {"items": [suppression_view(one) for one in application().message_desk.list_suppressions(member_id)]}

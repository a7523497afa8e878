"""Partners' disputes, as staff resolve them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta, Struct

from quen.bootstrap import application
from quen.errors import AlreadyDecidedError, ConflictRetryError, NotFoundError
from quen.http.bodies import POINTS_MAX
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.http.scalars import Cursor
from quen.http.settlement import Category
from quen.http.settlement import Dispute as PartnerDispute
from quen.settlement.disputes import Decision
from quen.settlement.model import Dispute as DisputeValue
from quen.settlement.model import DisputeState
from quen.settlement.views import staff_dispute_view
from quen.staff.model import Action, StaffCaller
from quen.writes import Write

disputes: Resource[StaffCaller] = Resource(__name__, recognise_staff)


class DisputesQuery(PageQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Disputes in a state."""

    state: Literal["opened", "accepted", "rejected"] = "opened"


class ResolutionBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What becomes of a dispute. One that is accepted adds `points` (signed, never 0) to a `category` of the partner's next
    statement, at the price of the dispute's day; one that is rejected has neither.
    """

    outcome: Literal["accepted", "rejected"]
    note: Annotated[str, Meta(min_length=1, max_length=500)]
    points: Annotated[int, Meta(ge=-POINTS_MAX, le=POINTS_MAX)] = 0
    category: Category | None = None


class Dispute(PartnerDispute):
    """A dispute, with who resolved it."""

    resolved_by: str | None


class DisputePage(TypedDict):
    """Disputes, the newest first."""

    items: list[Dispute]
    next_cursor: Cursor | None


@disputes.endpoint(
    "GET",
    "/v1/disputes",
    action=Action.READ_STATEMENTS,
    query=DisputesQuery,
    answer=DisputePage,
    errors=(CursorInvalidError,),
)
def list_disputes(call: Call[StaffCaller, DisputesQuery]) -> Mapping[str, Any]:
    """All partners' disputes in a state, the newest first."""
    app, state = application(), DisputeState(call.input.state)

    def fetch(before: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        found, following = app.books.disputes.list_in_state(state, before, limit)
        return [staff_dispute_view(dispute) for dispute in found], following

    return app.cursors.page(call.input, fetch, caller=call.caller.name, listing=f"disputes {state}")


@disputes.endpoint(
    "POST",
    "/v1/disputes/{dispute_id}/resolve",
    action=Action.RESOLVE_DISPUTE,
    body=ResolutionBody,
    answer=Dispute,
    errors=(NotFoundError, AlreadyDecidedError, ConflictRetryError),
)
def resolve(call: Call[StaffCaller, ResolutionBody], dispute_id: str) -> Mapping[str, Any]:
    """Accept or reject, once. The audit record is written in the same transaction."""
    app, body = application(), call.input

    def record(before: DisputeValue, after: DisputeValue) -> list[Write]:
        was, is_now = staff_dispute_view(before), staff_dispute_view(after)
        target, action = f"dispute:{dispute_id}", Action.RESOLVE_DISPUTE
        return [
            app.audit.write(call.caller, action, target, before=was, after=is_now, reason=body.note, pointer="/note")
        ]

    decision = Decision(DisputeState(body.outcome), body.note, call.caller.subject, body.points, body.category)
    return staff_dispute_view(app.books.disputes.resolve(dispute_id, decision, record))

"""What a partner says is wrong with a statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from msgspec import Meta, Struct
from msgspec.structs import replace

from backoffice_api.callers import recognise_partner
from quen.bootstrap import application
from quen.errors import ConflictRetryError, IdempotencyKeyReusedError, NotFoundError
from quen.http.bodies import POINTS_MAX, BusinessId, ShortText
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.http.scalars import Cursor
from quen.http.settlement import Dispute, Month
from quen.ledger.documents import Outcome
from quen.partners.model import PartnerCaller, Right
from quen.settlement.disputes import Asked
from quen.settlement.views import dispute_view

disputes: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


class DisputeBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is wrong: an entry of the month, or a purchase by your own id, which may be one that the statement lacks (one of
    the two). `points` are what you think is right.
    """

    month: Month
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]
    entry_id: ShortText | None = None
    purchase_id: BusinessId | None = None
    points: Annotated[int, Meta(ge=0, le=POINTS_MAX)] | None = None


class DisputePage(TypedDict):
    """Disputes, the newest first."""

    items: list[Dispute]
    next_cursor: Cursor | None


@disputes.endpoint(
    "POST",
    "/v1/disputes",
    action=Right.OPEN_DISPUTES,
    status=201,
    body=DisputeBody,
    answer=Dispute,
    needs_key=True,
    errors=(NotFoundError, IdempotencyKeyReusedError, ConflictRetryError),
)
def open_dispute(call: Call[PartnerCaller, DisputeBody]) -> Outcome:
    """Say what is wrong with a month. Staff resolve it; what they correct is a line of the next statement that is closed."""
    body = call.input
    asked = Asked(body.month, body.reason, body.entry_id or "", body.purchase_id or "", body.points)
    dispute, was_there = application().books.disputes.open(
        call.caller.partner_id, asked, idempotency_key=call.idempotency_key, fingerprint=call.fingerprint
    )
    # The first answer again, whatever has become of it since.
    return Outcome(dispute_view(replace(dispute, resolution=None)), replayed=was_there)


@disputes.endpoint(
    "POST",
    "/v1/disputes/search",
    action=Right.READ_STATEMENTS,
    body=PageQuery,
    answer=DisputePage,
    errors=(CursorInvalidError,),
)
def search(call: Call[PartnerCaller, PageQuery]) -> Mapping[str, Any]:
    """Your disputes, the newest first."""
    app, partner_id = application(), call.caller.partner_id

    def fetch(before: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        found, following = app.books.disputes.list_of_partner(partner_id, before, limit)
        return [dispute_view(dispute) for dispute in found], following

    return app.cursors.page(call.input, fetch, caller=partner_id, listing="disputes")


@disputes.endpoint(
    "GET",
    "/v1/disputes/{dispute_id}",
    action=Right.READ_STATEMENTS,
    answer=Dispute,
    errors=(NotFoundError,),
)
def show(call: Call[PartnerCaller, Nothing], dispute_id: str) -> Mapping[str, Any]:
    """A dispute as it stands."""
    return dispute_view(application().books.disputes.load(call.caller.partner_id, dispute_id))

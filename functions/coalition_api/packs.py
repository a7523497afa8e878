"""Packs: points that partners buy ahead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from msgspec import Meta, Struct

from quen.agreements.model import Pack as PackValue
from quen.agreements.service import PackOrder
from quen.agreements.views import balance_view, pack_view
from quen.bootstrap import application
from quen.errors import ConflictRetryError, CurrencyMismatchError, IdempotencyKeyReusedError, NotFoundError
from quen.http.answers import Count, Cursor, Instant, Money
from quen.http.bodies import POINTS_MAX, MoneyBody, ShortText
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.ledger.documents import Outcome
from quen.partners.model.refusals import PackExceededError
from quen.staff.model import Action, StaffCaller
from quen.writes import Write

packs: Resource[StaffCaller] = Resource(__name__, recognise_staff)


class PackBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Points that the partner buys, and what it paid; or (−) that are withdrawn again, and what it was paid back."""

    points: Annotated[int, Meta(ge=-POINTS_MAX, le=POINTS_MAX)]
    paid: MoneyBody
    reference: Annotated[ShortText | None, Meta(description="For example the number of an invoice.")] = None


class BoughtPack(TypedDict):
    """Points that a partner bought ahead, or (−) that were withdrawn again."""

    pack_id: str
    partner_id: str
    points: int
    paid: Money
    reference: str | None
    bought_at: Instant


class PackPage(TypedDict):
    """A partner's packs, by id, and how they stand: points `bought` less those withdrawn, `given` to members less those that
    came back, and `left`, which is below zero where the terms let the partner go on.
    """

    items: list[BoughtPack]
    next_cursor: Cursor | None
    bought: Count
    given: int
    left: int


@packs.endpoint(
    "POST",
    "/v1/partners/{partner_id}/packs",
    action=Action.SELL_PARTNER_PACK,
    status=201,
    body=PackBody,
    answer=BoughtPack,
    needs_key=True,
    errors=(NotFoundError, CurrencyMismatchError, IdempotencyKeyReusedError, PackExceededError, ConflictRetryError),
)
def buy(call: Call[StaffCaller, PackBody], partner_id: str) -> Outcome:
    """A partner buys points ahead, or so many are withdrawn again: never more than are left. More points count at once, for
    purchases that would be refused without them too.
    """
    app, asked = application(), call.input

    def record(pack: PackValue) -> list[Write]:
        target = f"partner:{partner_id}"
        return [app.audit.write(call.caller, Action.SELL_PARTNER_PACK, target, after=pack_view(pack))]

    order = PackOrder(
        partner_id,
        asked.points,
        asked.paid.value(),
        asked.reference or "",
        actor=call.caller.subject,
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
    )
    return app.agreements.buy_pack(order, record)


@packs.endpoint(
    "GET",
    "/v1/partners/{partner_id}/packs",
    action=Action.READ_PARTNERS,
    query=PageQuery,
    answer=PackPage,
    errors=(NotFoundError, CursorInvalidError),
)
def list_packs(call: Call[StaffCaller, PageQuery], partner_id: str) -> Mapping[str, Any]:
    """A partner's packs, and how many of their points are left."""
    app = application()

    def fetch(after: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        found, following = app.agreements.list_packs(partner_id, after, limit)
        return [pack_view(pack) for pack in found], following

    page = app.cursors.page(call.input, fetch, caller=call.caller.name, listing=f"packs {partner_id}")
    return page | balance_view(app.agreements.balance(partner_id))

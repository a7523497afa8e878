"""Vouchers at the desk: batches, their codes, and single vouchers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta, Struct

from quen.bootstrap import application
from quen.errors import (
    ConflictRetryError,
    IdempotencyKeyReusedError,
    NotFoundError,
    VoucherAlreadyRedeemedError,
    VoucherExpiredError,
    VoucherNotFoundError,
)
from quen.http.answers import Count, Cursor, Day, Instant
from quen.http.benefits import BenefitAnswer, BenefitBody
from quen.http.bodies import Day as DayBody
from quen.http.bodies import Name
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.http.vouchers import Voucher
from quen.ledger.documents import Outcome
from quen.staff.model import Action, StaffCaller
from quen.vouchers.batch import COUNT_MAX
from quen.vouchers.batches import NewBatch
from quen.vouchers.model import Terms
from quen.writes import Write

CODES_MAX = 1000

vouchers: Resource[StaffCaller] = Resource(__name__, recognise_staff)


class BatchBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """So many vouchers of one kind. They live from 00:00 of `valid_from` (left out: at once) to 24:00 of `valid_until`;
    `partial`: one that pays like money may be used in parts.
    """

    name: Name
    count: Annotated[int, Meta(ge=1, le=COUNT_MAX)]
    benefit: BenefitBody
    valid_until: DayBody
    valid_from: DayBody | None = None
    partial: bool = False

    def value(self) -> NewBatch:
        """As the domain has it."""
        first_day: date | None = self.valid_from
        return NewBatch(self.name, self.count, Terms(self.benefit.value(), self.valid_until, first_day, self.partial))


class CodesQuery(PageQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The query parameters of a list of codes, which is read by machines."""

    limit: Annotated[int, Meta(ge=1, le=CODES_MAX, description="How many codes a page holds at most.")] = 100


class CancelBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Why it is cancelled."""

    reason: Annotated[str, Meta(min_length=1, max_length=200, description="Why; kept in the audit trail.")]


class VoucherBatch(TypedDict):
    """A batch, and how many of its vouchers there are by now."""

    batch_id: str
    name: str
    state: Literal["issuing", "done", "cancelled"]
    count: Count
    issued: Count
    benefit: BenefitAnswer
    partial: bool
    valid_from: Day | None
    valid_until: Day
    created_at: Instant


class VoucherBatchPage(TypedDict):
    """Batches, newest first."""

    items: list[VoucherBatch]
    next_cursor: Cursor | None


class VoucherCode(TypedDict):
    """One voucher's code, as it is printed. `number` is its place in the batch, from 0 on."""

    number: Count
    voucher_id: str
    code: str


class VoucherCodePage(TypedDict):
    """Codes of a batch, by number: those that are issued."""

    items: list[VoucherCode]
    next_cursor: Cursor | None


class StaffVoucher(Voucher):
    """A voucher, whose it is (null: whoever's has the code), and what it was issued by."""

    member_id: str | None
    batch_id: str | None
    redemption_id: str | None


@vouchers.endpoint(
    "POST",
    "/v1/voucher-batches",
    action=Action.ISSUE_VOUCHERS,
    status=202,
    body=BatchBody,
    answer=VoucherBatch,
    needs_key=True,
    errors=(IdempotencyKeyReusedError, ConflictRetryError),
)
def create_batch(call: Call[StaffCaller, BatchBody]) -> Outcome:
    """Begin a batch of up to 100,000 vouchers; they are issued in the background. The audit record is written in the same
    transaction.
    """
    app, asked = application(), call.input

    def record(batch_id: str) -> Sequence[Write]:
        after = {"name": asked.name, "count": asked.count, "kind": asked.benefit.kind, "amount": asked.benefit.amount}
        return [app.audit.write(call.caller, Action.ISSUE_VOUCHERS, f"voucher_batch:{batch_id}", after=after)]

    return app.voucher_batches.create(
        asked.value(),
        actor=call.caller.subject,
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
        record=record,
    )


@vouchers.endpoint(
    "GET",
    "/v1/voucher-batches",
    action=Action.READ_VOUCHERS,
    query=PageQuery,
    answer=VoucherBatchPage,
    errors=(CursorInvalidError,),
)
def list_batches(call: Call[StaffCaller, PageQuery]) -> Mapping[str, Any]:
    """Batches, newest first."""
    app = application()
    fetch = app.voucher_batches.list_batches
    return app.cursors.page(call.input, fetch, caller=call.caller.name, listing="voucher_batches")


@vouchers.endpoint(
    "GET",
    "/v1/voucher-batches/{batch_id}",
    action=Action.READ_VOUCHERS,
    answer=VoucherBatch,
    errors=(NotFoundError,),
)
def show_batch(_call: Call[StaffCaller, Nothing], batch_id: str) -> Mapping[str, Any]:
    """A batch, and how far it is."""
    return application().voucher_batches.load(batch_id)


@vouchers.endpoint(
    "GET",
    "/v1/voucher-batches/{batch_id}/codes",
    action=Action.READ_VOUCHER_CODES,
    query=CodesQuery,
    answer=VoucherCodePage,
    errors=(NotFoundError, CursorInvalidError),
)
def list_codes(call: Call[StaffCaller, CodesQuery], batch_id: str) -> Mapping[str, Any]:
    """The codes that are issued, to print or to send. Each page leaves an audit record: who has a code has its value."""
    app, caller = application(), call.caller
    fetch = partial(app.voucher_batches.list_codes, batch_id)
    page = app.cursors.page(call.input, fetch, caller=caller.name, listing=f"voucher_codes {batch_id}")
    shown = [item["number"] for item in page["items"]]
    after = {"first": shown[0], "last": shown[-1]} if shown else {}
    app.audit.record(caller, Action.READ_VOUCHER_CODES, f"voucher_batch:{batch_id}", after=after)
    return page


@vouchers.endpoint(
    "POST",
    "/v1/voucher-batches/{batch_id}/cancel",
    action=Action.ISSUE_VOUCHERS,
    body=CancelBody,
    answer=VoucherBatch,
    errors=(NotFoundError, ConflictRetryError),
)
def cancel_batch(call: Call[StaffCaller, CancelBody], batch_id: str) -> Mapping[str, Any]:
    """End a batch: no more is issued of it, and what was is worth nothing any more. Again changes nothing."""
    app, after, reason = application(), {"state": "cancelled"}, call.input.reason
    target = f"voucher_batch:{batch_id}"
    record = app.audit.write(call.caller, Action.ISSUE_VOUCHERS, target, after=after, reason=reason)
    return app.voucher_batches.cancel(batch_id, others=[record])


@vouchers.endpoint(
    "GET",
    "/v1/vouchers/{voucher_id}",
    action=Action.READ_VOUCHERS,
    answer=StaffVoucher,
    errors=(VoucherNotFoundError,),
)
def show(_call: Call[StaffCaller, Nothing], voucher_id: str) -> Mapping[str, Any]:
    """A voucher, without its code."""
    return application().vouchers.load(voucher_id)


@vouchers.endpoint(
    "POST",
    "/v1/vouchers/{voucher_id}/cancel",
    action=Action.CANCEL_VOUCHER,
    body=CancelBody,
    answer=StaffVoucher,
    errors=(VoucherNotFoundError, VoucherAlreadyRedeemedError, VoucherExpiredError, ConflictRetryError),
)
def cancel(call: Call[StaffCaller, CancelBody], voucher_id: str) -> Mapping[str, Any]:
    """Kill one voucher, and a reservation of it. Again changes nothing."""
    app, after, reason = application(), {"state": "cancelled"}, call.input.reason
    target = f"voucher:{voucher_id}"
    record = app.audit.write(call.caller, Action.CANCEL_VOUCHER, target, after=after, reason=reason)
    return app.vouchers.cancel(voucher_id, others=[record])

"""Purchases: reported, previewed, asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from msgspec import Meta, Struct

from partner_api.callers import recognise_partner
from partner_api.returns import ReturnRecord
from quen.bootstrap import application
from quen.errors import (
    ConflictRetryError,
    CurrencyMismatchError,
    MemberNotActiveError,
    MemberNotFoundError,
    PurchaseAlreadyRecordedError,
    PurchaseNotFoundError,
    TooLateError,
)
from quen.http.answers import Count, Money
from quen.http.answers import Instant as InstantAnswer
from quen.http.bodies import BusinessId, Member
from quen.http.endpoint import Call, Nothing, Resource, as_if_alone
from quen.http.idempotency import fingerprint
from quen.http.purchases import PurchasePoints, SaleBody
from quen.http.rate_limits import count_guesses
from quen.http.validation import parse_body
from quen.ledger.documents import Outcome
from quen.partners.model import PartnerCaller, Right
from quen.partners.model.refusals import PartnerBudgetExhaustedError, PartnerCapReachedError
from quen.partners.rates import RatedAction

BATCH_MAX = 50
# Each is checked by itself, so that a fault of one is told in its own result: to the batch it is an object.
OnePurchase = Annotated[dict[str, Any], Meta(description="A purchase, as `POST /v1/purchases` takes it: PurchaseBody.")]

purchases: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


class PreviewBody(SaleBody, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A purchase without its id, and who made it."""

    member: Member


class PurchaseBody(PreviewBody, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A purchase. The same `purchase_id` with the same content is the same purchase, for ever."""

    purchase_id: BusinessId


class ReceiptText(TypedDict):
    """What the till can print."""

    vi: str
    en: str


class RecordedPurchase(PurchasePoints):
    """The purchase's points, why, what the member then has, and a sentence for them; a preview has no `purchase_id`."""

    receipt_text: ReceiptText


class Payment(TypedDict):
    """Points that paid for a part of the bill, and how many of them came back with returned goods."""

    redemption_id: str
    points: Count
    points_returned: Count


class PurchaseStatus(RecordedPurchase):
    """The answer that the purchase got, what it was, every return of it, and the points that paid for it."""

    total: Money
    occurred_at: InstantAnswer
    returns: list[ReturnRecord]
    payments: list[Payment]


class BatchBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Purchases of a till that was offline. Each is as if it were sent alone: one that is not valid keeps no other back."""

    purchases: Annotated[tuple[OnePurchase, ...], Meta(min_length=1, max_length=BATCH_MAX)]


class BatchResult(TypedDict):
    """What `POST /v1/purchases` would have answered to it: the status, and the purchase's answer or a problem."""

    purchase_id: str | None
    status: int
    body: Mapping[str, Any]


class BatchResults(TypedDict):
    """One result for each purchase, in their order."""

    results: list[BatchResult]


@purchases.endpoint(
    "POST",
    "/v1/purchases",
    action=Right.RECORD_PURCHASES,
    status=201,
    body=PurchaseBody,
    answer=RecordedPurchase,
    errors=(
        MemberNotFoundError,
        MemberNotActiveError,
        PurchaseAlreadyRecordedError,
        ConflictRetryError,
        CurrencyMismatchError,
        TooLateError,
        PartnerBudgetExhaustedError,
        PartnerCapReachedError,
    ),
)
def record(call: Call[PartnerCaller, PurchaseBody]) -> Outcome:
    """Report a purchase. A retry has the same `purchase_id` and gets the first answer again."""
    return _record(call.caller, call.input, call.fingerprint)


@purchases.endpoint(
    "POST", "/v1/purchases/batch", action=Right.RECORD_PURCHASES, body=BatchBody, answer=BatchResults, errors=()
)
def record_batch(call: Call[PartnerCaller, BatchBody]) -> Mapping[str, Any]:
    """Report up to 50 purchases at once, in any order; each is answered as if it had been sent alone."""

    def one(item: dict[str, Any]) -> Outcome:
        return _record(call.caller, parse_body(item, PurchaseBody), fingerprint({}, item))

    results, bodies = [], []
    for item in call.input.purchases:
        status, body = as_if_alone(lambda item=item: one(item), 201, call.request_id)  # type: ignore[misc] # mypy loses it
        bodies.append(body)
        named = item.get("purchase_id")
        results.append({"purchase_id": named if isinstance(named, str) else None, "status": status, "body": body})
    misses = sum(body.get("code") == MemberNotFoundError.code for body in bodies)
    count_guesses(call.caller, application().partner_rates, misses)
    return {"results": results}


def _record(caller: PartnerCaller, body: PurchaseBody, content: str) -> Outcome:
    caller.require_store(body.store_id)
    purchase = body.value(body.purchase_id)
    return application().purchases.record(caller.partner_id, body.member.reference(), purchase, content, caller.partner)


@purchases.endpoint(
    "POST",
    "/v1/purchases/preview",
    action=Right.RECORD_PURCHASES,
    body=PreviewBody,
    answer=RecordedPurchase,
    errors=(
        MemberNotFoundError,
        MemberNotActiveError,
        CurrencyMismatchError,
        TooLateError,
        PartnerBudgetExhaustedError,
        PartnerCapReachedError,
    ),
)
def preview(call: Call[PartnerCaller, PreviewBody]) -> Mapping[str, Any]:
    """What a purchase would earn, nothing is recorded: 600 times a minute for each partner at most."""
    app, body, reference = application(), call.input, call.input.member.reference()
    call.caller.require_store(body.store_id)
    app.partner_rates.count(call.caller.partner_id, RatedAction.PREVIEW_PURCHASES)
    return app.purchases.preview(call.caller.partner_id, reference, body.value(), call.caller.partner)


@purchases.endpoint(
    "GET",
    "/v1/purchases/{purchase_id}",
    action=Right.READ_PURCHASES,
    answer=PurchaseStatus,
    errors=(PurchaseNotFoundError,),
)
def show(call: Call[PartnerCaller, Nothing], purchase_id: str) -> Mapping[str, Any]:
    """What became of a purchase: the question after a time-out."""
    return application().purchases.load(call.caller.partner_id, purchase_id)

"""Receipts that name no member: reported, to be claimed later by whoever holds them, or voided."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from backoffice_api.callers import recognise_partner
from quen.bootstrap import application
from quen.errors import (
    ConflictRetryError,
    CurrencyMismatchError,
    PurchaseAlreadyRecordedError,
    TooLateError,
)
from quen.http.answers import Count, Day
from quen.http.bodies import BusinessId
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.purchases import SaleBody
from quen.ledger.documents import Outcome
from quen.partners.model import PartnerCaller, Right
from quen.receipts.errors import ReceiptAlreadyClaimedError, ReceiptNotFoundError

receipts: Resource[PartnerCaller] = Resource(__name__, recognise_partner)

ClaimCode = Annotated[str, Meta(examples=["7K3W-9QXM-R2T4B"])]


class ReceiptBody(SaleBody, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A purchase of somebody who is no member yet. The same `purchase_id` with the same content is the same one, for ever."""

    purchase_id: BusinessId


class Receipt(TypedDict):
    """The code to print: until 24:00 of its last day a member can claim the points with it, once. `would_earn` are those that
    somebody new would get.
    """

    purchase_id: str
    claim_code: ClaimCode
    claim_until: Day
    would_earn: Count


class VoidedReceipt(TypedDict):
    """A receipt that nobody can claim any more."""

    purchase_id: str
    state: Literal["voided"]


@receipts.endpoint(
    "POST",
    "/v1/receipts",
    action=Right.RECORD_PURCHASES,
    status=201,
    body=ReceiptBody,
    answer=Receipt,
    errors=(PurchaseAlreadyRecordedError, CurrencyMismatchError, TooLateError, ConflictRetryError),
)
def record(call: Call[PartnerCaller, ReceiptBody]) -> Outcome:
    """Report a purchase without a member. A retry has the same `purchase_id` and gets the same code again."""
    call.caller.require_store(call.input.store_id)
    purchase = call.input.value(call.input.purchase_id)
    return application().receipts.record(call.caller.partner_id, purchase, call.fingerprint)


@receipts.endpoint(
    "POST",
    "/v1/receipts/{purchase_id}/void",
    action=Right.RECORD_PURCHASES,
    answer=VoidedReceipt,
    errors=(ReceiptNotFoundError, ReceiptAlreadyClaimedError, ConflictRetryError),
)
def void(call: Call[PartnerCaller, Nothing], purchase_id: str) -> Outcome:
    """The goods came back before anybody claimed the receipt. Once it is claimed, they are a return of the purchase."""
    return application().receipts.void(call.caller.partner_id, purchase_id)

"""Stored value at a till: money taken in for a member, money that pays, and money that goes back."""

from __future__ import annotations

from typing import Literal, TypedDict

from msgspec import Struct

from partner_api.callers import recognise_partner
from quen.bootstrap import application
from quen.errors import (
    ConflictRetryError,
    CurrencyMismatchError,
    IdempotencyKeyReusedError,
    InsufficientStoredValueError,
    MemberNotActiveError,
    MemberNotFoundError,
    NotFoundError,
    RefundExceedsPaymentError,
    StoredValueLimitReachedError,
    StoredValueNotOfferedError,
)
from quen.http.answers import Account, Money
from quen.http.bodies import BusinessId, Member, MoneyBody
from quen.http.endpoint import Call, Resource
from quen.ledger.documents import Outcome
from quen.partners.model import PartnerCaller, Right

stored_value: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


class LoadBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Money that the member has paid in at the till."""

    member: Member
    amount: MoneyBody


class PaymentBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Money of the member's that pays at the till."""

    member: Member
    amount: MoneyBody
    purchase_id: BusinessId | None = None


class RefundBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Money of a payment that goes back to the account that paid."""

    amount: MoneyBody


class StoredValueActivity(TypedDict):
    """One movement of a member's money, and what is then there."""

    activity_id: str
    member_id: str
    type: Literal["load", "redeem", "refund", "adjust"]
    amount: Money
    balance: Money
    entry_id: str
    account: Account


_ALWAYS = (CurrencyMismatchError, IdempotencyKeyReusedError, ConflictRetryError)


@stored_value.endpoint(
    "POST",
    "/v1/stored-value/loads",
    action=Right.MOVE_STORED_VALUE,
    status=201,
    body=LoadBody,
    answer=StoredValueActivity,
    needs_key=True,
    errors=(
        MemberNotFoundError,
        MemberNotActiveError,
        StoredValueNotOfferedError,
        StoredValueLimitReachedError,
        *_ALWAYS,
    ),
)
def load(call: Call[PartnerCaller, LoadBody]) -> Outcome:
    """Put money on the member's account."""
    return application().stored_values.move(
        "load",
        call.input.member.reference(),
        call.input.amount.value(),
        partner_id=call.caller.partner_id,
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
    )


@stored_value.endpoint(
    "POST",
    "/v1/stored-value/redemptions",
    action=Right.MOVE_STORED_VALUE,
    status=201,
    body=PaymentBody,
    answer=StoredValueActivity,
    needs_key=True,
    errors=(MemberNotFoundError, MemberNotActiveError, InsufficientStoredValueError, *_ALWAYS),
)
def redeem(call: Call[PartnerCaller, PaymentBody]) -> Outcome:
    """Pay with the member's money."""
    return application().stored_values.move(
        "redeem",
        call.input.member.reference(),
        call.input.amount.value(),
        partner_id=call.caller.partner_id,
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
        purchase_id=call.input.purchase_id,
    )


@stored_value.endpoint(
    "POST",
    "/v1/stored-value/redemptions/{activity_id}/refunds",
    action=Right.MOVE_STORED_VALUE,
    status=201,
    body=RefundBody,
    answer=StoredValueActivity,
    needs_key=True,
    errors=(NotFoundError, RefundExceedsPaymentError, StoredValueLimitReachedError, *_ALWAYS),
)
def refund(call: Call[PartnerCaller, RefundBody], activity_id: str) -> Outcome:
    """Give money of a payment back to the account that paid: in all never more than was paid."""
    return application().stored_values.refund(
        activity_id,
        call.input.amount.value(),
        partner_id=call.caller.partner_id,
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
    )

"""Payments as the brand's payment side reports them, and the documents that keep each for ever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from quen.errors import PaymentAlreadyRecordedError
from quen.instants import format_instant
from quen.ledger.documents import Claim, DocumentKey
from quen.ledger.model.subscribed import payment_key
from quen.money import Money


class Payment(Struct, frozen=True):
    """A payment for one period of a plan, or one that was tried and failed; `reason` is the payment side's word for why."""

    payment_id: str
    plan_id: str
    outcome: Literal["succeeded", "failed"]
    amount: Money
    occurred_at: datetime
    reason: str | None = None


def payment_document(partner_id: str, payment_id: str) -> DocumentKey:
    """Where a partner's payment stands."""
    return DocumentKey(f"PAYMENT#{payment_key(partner_id, payment_id)}")


def payment_claim(partner_id: str, payment: Payment, fingerprint: str) -> Claim:
    """The payment, once for ever."""
    return Claim(
        payment_document(partner_id, payment.payment_id), "payment", fingerprint, reused=PaymentAlreadyRecordedError
    )


def payment_view(payment: Payment) -> Mapping[str, Any]:
    """What was reported."""
    return {
        "payment_id": payment.payment_id,
        "plan_id": payment.plan_id,
        "outcome": payment.outcome,
        "amount": {"amount": payment.amount.amount, "currency": payment.amount.currency},
        "occurred_at": format_instant(payment.occurred_at),
        "reason": payment.reason,
    }

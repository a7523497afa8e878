"""All that a purchase's partition holds, told apart: the purchase, its returns in their order, the points that paid for it, and
how much of its bill they paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quen.ledger.documents import Document, DocumentKey
from quen.ledger.model import Lots, purchase_key

RETURNS_MAX = 9999


def partition_of(partner_id: str, purchase_id: str) -> str:
    """Where everything about a purchase stands."""
    return f"PURCHASE#{purchase_key(partner_id, purchase_id)}"


def next_return(partition: str, returns: Sequence[Document]) -> DocumentKey:
    """The key of the return that comes after these: whoever has read an older state finds it taken."""
    return DocumentKey(partition, f"RETURN#{len(returns) + 1:04d}")


def payment_of(redemption: Document, partition: str, lots: Lots, payee: str = "") -> Document:
    """That these points paid for that purchase, to be found by its returns; `payee` is the partner that is paid for them."""
    redemption_id = redemption.key.partition.partition("#")[2]
    return Document(
        key=DocumentKey(partition, f"PAID#{redemption_id}"),
        kind="payment",
        member_id=redemption.member_id,
        fingerprint=redemption.fingerprint,
        sequence=redemption.sequence,
        result={},
        details={"lots": dict(lots), "back": {}} | ({"payee": payee} if payee else {}),
    )


def bill_key(partition: str) -> DocumentKey:
    """Where it stands how much of a purchase's bill points have paid."""
    return DocumentKey(partition, "BILL")


def bill_of(redemption: Document, partition: str, worth: int) -> Document:
    """That of that bill the redemption has paid so much, in the smallest unit, as the first one."""
    redemption_id = redemption.key.partition.partition("#")[2]
    return Document(
        key=bill_key(partition),
        kind="bill",
        member_id=redemption.member_id,
        fingerprint="",
        sequence=redemption.sequence,
        result={},
        details={"paid": {redemption_id: worth}},
    )


def paid_by_others(bill: Document | None, redemption_id: str = "") -> int:
    """How much of the bill redemptions but that one have paid, in the smallest unit."""
    paid = bill.details["paid"] if bill else {}
    return sum(worth for payer, worth in paid.items() if payer != redemption_id)


def with_paid(bill: Document, redemption_id: str, worth: int) -> dict[str, Any]:
    """The bill's details once that redemption has paid so much of it as well."""
    return {**bill.details, "paid": bill.details["paid"] | {redemption_id: worth}}


def without_paid(bill: Document, redemption_id: str) -> dict[str, Any]:
    """The bill's details once that redemption was undone."""
    return {
        **bill.details,
        "paid": {payer: worth for payer, worth in bill.details["paid"].items() if payer != redemption_id},
    }


def payment_view(payment: Document) -> dict[str, Any]:
    """Points that paid for part of the bill, and how many of them came back."""
    return {
        "redemption_id": payment.key.sort.partition("#")[2],
        "points": sum(payment.details["lots"].values()),
        "points_returned": sum(payment.details["back"].values()),
    }


def with_back(payment: Document, back: Lots) -> dict[str, Any]:
    """The payment's details once these points came back as well."""
    had = payment.details["back"]
    lots = {lot: had.get(lot, 0) + back.get(lot, 0) for lot in sorted({*had, *back})}
    return {**payment.details, "back": lots}

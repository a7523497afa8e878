"""What a redemption remembers: the document of its key, whose tills may redeem it, who was paid for it. Pure."""

from __future__ import annotations

from typing import Any

from quen.ledger.documents import Closing, Document, DocumentKey


def bound_to(document: Document) -> str | None:
    """The partner whose tills alone may redeem it; None where any may."""
    bound_to: str | None = document.details["partner_id"] or document.details.get("only_for")
    return bound_to


def paid_to(document: Document, payee: str) -> dict[str, Any] | None:
    """What a redemption remembers beside the rest of the partner that was paid for it: a refund takes it back there."""
    return {**document.details, "payee": payee} if payee else None


def undoing(document: Document) -> Closing:
    """What closes a redeemed one whose points go back."""
    return Closing(document.key, "refunded", before="redeemed", answered=document.result)


def key_of(redemption_id: str) -> DocumentKey:
    """Where its document stands."""
    return DocumentKey(f"REDEMPTION#{redemption_id}")

"""A receipt that names no member: what was bought, until when somebody can claim its points. Pure.

It stands beside the purchase that it becomes, in the partition of that purchase; the purchase's own document, which can be
there once, is what decides who has the points. So a receipt that a till reports with a member after all, and one that
somebody claims, are the same purchase, and whichever comes first is the only one.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct

from quen.earning.model import Purchase
from quen.ledger.documents import Document, DocumentKey
from quen.program.model import Program
from quen.returns.documents import partition_of
from quen.returns.model import purchase_form, read_purchase

RECEIPT = "receipt"


class ReceiptState(StrEnum):
    """A receipt is open until it is claimed, or its goods came back."""

    OPEN = "open"
    CLAIMED = "claimed"
    VOIDED = "voided"


class Receipt(Struct, frozen=True):
    """`reported_on` and `claim_until` are local days, the last one a receipt's last; `number` says which of its codes it has;
    `would_earn` the points that were promised to whoever claims it.
    """

    partner_id: str
    purchase: Purchase
    reported_on: date
    claim_until: date
    would_earn: int
    number: int = 0

    @property
    def key(self) -> DocumentKey:
        """Where it stands."""
        return receipt_key(self.partner_id, self.purchase.purchase_id)


def receipt_key(partner_id: str, purchase_id: str) -> DocumentKey:
    """Where a purchase's receipt stands."""
    return DocumentKey(partition_of(partner_id, purchase_id), "RECEIPT")


def purchase_document_key(receipt: DocumentKey) -> DocumentKey:
    """Where the purchase would stand that the receipt becomes."""
    return DocumentKey(receipt.partition)


def code_key(receipt_id: str) -> DocumentKey:
    """Where it stands which receipt a code names."""
    return DocumentKey(f"RECEIPT#{receipt_id}")


def last_day_to_claim(purchase: Purchase, program: Program) -> date:
    """To whose 24:00 the purchase can be claimed."""
    return program.local_day(purchase.occurred_at) + timedelta(days=program.claim_days)


def receipt_document(receipt: Receipt, fingerprint: str) -> Document:
    """A new receipt as it is kept. Nobody's: it names no member and holds nothing personal."""
    details = {
        "partner_id": receipt.partner_id,
        "purchase_id": receipt.purchase.purchase_id,
        "purchase": purchase_form(receipt.purchase),
        "reported_on": receipt.reported_on.isoformat(),
        "claim_until": receipt.claim_until.isoformat(),
        "would_earn": receipt.would_earn,
        "number": receipt.number,
    }
    return Document(receipt.key, RECEIPT, "", fingerprint, 0, {}, ReceiptState.OPEN, details)


def read_receipt(document: Document) -> Receipt:
    """The receipt that was kept so."""
    kept = document.details
    return Receipt(
        kept["partner_id"],
        read_purchase(kept["purchase_id"], kept["purchase"]),
        date.fromisoformat(kept["reported_on"]),
        date.fromisoformat(kept["claim_until"]),
        kept["would_earn"],
        kept["number"],
    )


def code_document(receipt_id: str, receipt: Receipt) -> Document:
    """That the code of that id is this receipt's."""
    place = {"partner_id": receipt.partner_id, "purchase_id": receipt.purchase.purchase_id}
    return Document(code_key(receipt_id), "receipt_code", "", "", 0, {}, details=place)


def receipt_view(receipt: Receipt, code: str) -> dict[str, Any]:
    """What the till prints."""
    return {
        "purchase_id": receipt.purchase.purchase_id,
        "claim_code": code,
        "claim_until": receipt.claim_until.isoformat(),
        "would_earn": receipt.would_earn,
    }


def voided_view(purchase_id: str) -> dict[str, Any]:
    """That nobody can claim it any more."""
    return {"purchase_id": purchase_id, "state": ReceiptState.VOIDED.value}

"""Points that pay for a purchase, as the purchase knows them: its returns give them back, and all of them together pay no more
of its bill than the program lets them.

What each has paid stands in one document beside the purchase, which is written on in the transaction that redeems it: of
two that are redeemed at once, the later one finds it changed, and is looked at again.
"""

from __future__ import annotations

from quen.ledger.documents import Document, DocumentKey
from quen.ledger.model import Lots
from quen.ledger.ports import Documents
from quen.ledger.service import Ledger
from quen.returns.documents import bill_key, bill_of, paid_by_others, partition_of, payment_of, with_paid, without_paid
from quen.rewards.model import PointsWanted, check_payable
from quen.writes import Write


class Payments:
    """What points have paid of purchases' bills."""

    def __init__(self, ledger: Ledger, documents: Documents) -> None:
        self._ledger = ledger
        self._documents = documents

    def paid(self, partner_id: str | None, wanted: PointsWanted) -> int:
        """What points have paid of the bill already, in the smallest unit; only of a purchase's is that known."""
        if partner_id is None or wanted.purchase_id is None or wanted.bill is None:
            return 0
        return paid_by_others(self._find_bill(partition_of(partner_id, wanted.purchase_id)))

    def paying(self, redemption: Document, lots: Lots, payee: str) -> list[Write]:
        """The writes that let the purchase know of it, refused where another pays meanwhile; none where it pays for none.

        Raises ValidationFailedError as the reservation does, where others have paid too much since.
        """
        partition = _partition(redemption)
        if partition is None:
            return []
        writes = [self._documents.new_document(payment_of(redemption, partition, lots, payee))]
        if (payable := redemption.details.get("payable")) is None:
            return writes
        bill, redemption_id, worth = self._find_bill(partition), _id(redemption), redemption.result["worth"]["amount"]
        if redemption.state == "reserved":
            check_payable(payable, worth, paid_by_others(bill, redemption_id))
        if bill is None:
            return [*writes, self._documents.new_document(bill_of(redemption, partition, worth))]
        return [*writes, self._documents.changed_details(bill, with_paid(bill, redemption_id, worth))]

    def find(self, redemption: Document) -> Document | None:
        """What the purchase knows of it; None where it has paid for none."""
        partition = _partition(redemption)
        return self._ledger.find_document(DocumentKey(partition, f"PAID#{_id(redemption)}")) if partition else None

    def undoing(self, redemption: Document) -> list[Write]:
        """The writes that let others pay what it has paid of the bill."""
        partition = _partition(redemption)
        bill = self._find_bill(partition) if partition and "payable" in redemption.details else None
        return [self._documents.changed_details(bill, without_paid(bill, _id(redemption)))] if bill else []

    def _find_bill(self, partition: str) -> Document | None:
        return self._ledger.find_document(bill_key(partition))


def _partition(redemption: Document) -> str | None:
    partner_id, purchase_id = redemption.details["partner_id"], redemption.details["purchase_id"]
    return partition_of(partner_id, purchase_id) if purchase_id else None


def _id(redemption: Document) -> str:
    return redemption.key.partition.partition("#")[2]

"""Buy first, enrol later: a till reports a purchase without a member, and whoever holds the receipt claims its points, once.

A claim goes the way of every purchase, with the purchase's own document: a till that reports the same purchase with a member,
and a member who claims it, cannot both be first. The receipt is closed in the same transaction, so that one whose goods came
back can no longer be claimed, and one that was claimed no longer be voided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec.structs import replace

from quen.earning.model import Purchase
from quen.earning.service import Purchases
from quen.errors import (
    ConflictRetryError,
    PurchaseAlreadyRecordedError,
    TooLateError,
)
from quen.ledger.documents import Claim, ClaimTakenError, Closing, Document, DocumentKey, OtherRefusedError, Outcome
from quen.ledger.ports import Documents
from quen.ledger.service import Ledger
from quen.partners.model import Partner
from quen.partners.rates import RatedAction
from quen.program.model import Program
from quen.receipts.codes import ClaimCodes
from quen.receipts.errors import ReceiptAlreadyClaimedError, ReceiptNotFoundError
from quen.receipts.model import (
    Receipt,
    ReceiptState,
    code_document,
    code_key,
    last_day_to_claim,
    purchase_document_key,
    read_receipt,
    receipt_document,
    receipt_key,
    receipt_view,
    voided_view,
)
from quen.writes import Write

TRIES_MAX = 4
"""Of a receipt's codes so many are tried, and so many races are run."""

_OVER = "The days in which the receipt could be claimed are over."


class ProgramHistory(Protocol):
    """Which program was in force when."""

    def at(self, instant: datetime) -> Program:
        """The version in force at that instant."""


class PartnerLookup(Protocol):
    """Whose receipt it is."""

    def find(self, partner_id: str) -> Partner | None:
        """The partner, or None."""


class Guesses(Protocol):
    """How often a member has tried codes that name no receipt."""

    def refuse_at_limit(self, caller_id: str, action: RatedAction) -> None:
        """Raises RateLimitedError where they have tried enough of them."""

    def count(self, caller_id: str, action: RatedAction) -> None:
        """One more. Raises RateLimitedError."""


class Receipts:
    """Records receipts, voids them, and gives their points to whoever claims them."""

    def __init__(
        self,
        purchases: Purchases,
        ledger: Ledger,
        documents: Documents,
        programs: ProgramHistory,
        partners: PartnerLookup,
        guesses: Guesses,
        codes: ClaimCodes,
    ) -> None:
        self._purchases = purchases
        self._ledger = ledger
        self._documents = documents
        self._programs = programs
        self._partners = partners
        self._guesses = guesses
        self._codes = codes

    def record(self, partner_id: str, purchase: Purchase, fingerprint: str) -> Outcome:
        """A receipt with a code to claim it by. The same receipt again is the same answer again, whatever became of it.

        Raises PurchaseAlreadyRecordedError for other content, and for a purchase that was reported with a member;
        CurrencyMismatchError, TooLateError, ValidationFailedError, ConflictRetryError.
        """
        key = receipt_key(partner_id, purchase.purchase_id)
        for number in range(TRIES_MAX):
            found = self._read(key)
            if known := found.get(key):
                if known.fingerprint != fingerprint:
                    raise PurchaseAlreadyRecordedError
                return Outcome(self._shown(read_receipt(known)), replayed=True)
            if purchase_document_key(key) in found:
                raise PurchaseAlreadyRecordedError
            receipt = self._opened(partner_id, purchase, number)
            if self._is_saved(*self._opening(receipt, fingerprint)):
                return Outcome(self._shown(receipt))
        raise ConflictRetryError

    def void(self, partner_id: str, purchase_id: str) -> Outcome:
        """The goods came back before anybody claimed it: nobody can any more. Again is the same.

        Raises ReceiptNotFoundError, ReceiptAlreadyClaimedError, ConflictRetryError.
        """
        key = receipt_key(partner_id, purchase_id)
        answer = voided_view(purchase_id)
        for _ in range(TRIES_MAX):
            found = self._read(key)
            receipt = found.get(key)
            if receipt is None:
                raise ReceiptNotFoundError
            if receipt.state == ReceiptState.VOIDED:
                return Outcome(answer, replayed=True)
            if purchase_document_key(key) in found:
                raise ReceiptAlreadyClaimedError
            closing = Closing(key, ReceiptState.VOIDED, before=ReceiptState.OPEN)
            unrecorded = self._documents.absent(purchase_document_key(key))
            if self._is_saved(self._documents.closed(closing, answer), unrecorded):
                return Outcome(answer)
        raise ConflictRetryError

    def claim(self, member_id: str, code: str) -> Outcome:
        """The receipt's points for the member, by the rules of the day of the purchase. The same member again gets the first
        answer again.

        Raises ReceiptNotFoundError, also for one whose goods came back; ReceiptAlreadyClaimedError; TooLateError;
        MemberNotActiveError, ConflictRetryError; RateLimitedError after too many codes that name no receipt.
        """
        self._guesses.refuse_at_limit(member_id, RatedAction.GUESS_RECEIPTS)
        key = self._find_key(code)
        found = self._read(key) if key else {}
        document = found.get(key) if key else None
        if key is None or document is None or document.state == ReceiptState.VOIDED:
            self._guesses.count(member_id, RatedAction.GUESS_RECEIPTS)
            raise ReceiptNotFoundError
        receipt, readings = read_receipt(document), iter([found])

        def look() -> Sequence[Write] | Outcome:
            reading = next(readings, None)
            return self._claiming(receipt, member_id, reading or self._read(key))

        claim = Claim(purchase_document_key(key), "purchase", f"receipt:{member_id}", reused=ReceiptAlreadyClaimedError)
        partner = self._partners.find(receipt.partner_id)
        return self._purchases.claim(
            member_id,
            receipt.partner_id,
            receipt.purchase,
            claim,
            partner,
            reported_on=receipt.reported_on,
            look=look,
        )

    def _claiming(
        self, receipt: Receipt, member_id: str, found: Mapping[DocumentKey, Document]
    ) -> Sequence[Write] | Outcome:
        """What closes the receipt with the claim, or the answer that the member got before."""
        if purchase := found.get(purchase_document_key(receipt.key)):
            if not self._is_of(purchase, member_id):
                raise ReceiptAlreadyClaimedError
            return Outcome(purchase.result, replayed=True)
        if found[receipt.key].state != ReceiptState.OPEN:
            raise ReceiptNotFoundError
        now = self._ledger.now()
        if self._programs.at(now).local_day(now) > receipt.claim_until:
            raise TooLateError(_OVER)
        closing = Closing(receipt.key, ReceiptState.CLAIMED, before=ReceiptState.OPEN, by=member_id)
        # Under a name of its own: where it is refused, all is read again; the claim alone decides who was first.
        return [replace(self._documents.closed(closing, {}), name="receipt")]

    def _is_of(self, purchase: Document, member_id: str) -> bool:
        """Whether the purchase is the member's, or was of somebody who was merged into them."""
        if purchase.member_id == member_id:
            return True
        return self._ledger.load_surviving(purchase.member_id).member_id == member_id

    def _opened(self, partner_id: str, purchase: Purchase, number: int) -> Receipt:
        now = self._ledger.now()
        would_earn = self._purchases.would_earn(partner_id, purchase)
        until = last_day_to_claim(purchase, self._programs.at(purchase.occurred_at))
        today = self._programs.at(now).local_day(now)
        if today > until:
            raise TooLateError(_OVER)
        return Receipt(partner_id, purchase, today, until, would_earn, number)

    def _opening(self, receipt: Receipt, fingerprint: str) -> Sequence[Write]:
        """The receipt, what its code leads to, and that the purchase is not there yet."""
        receipt_id = self._codes.find_receipt_id(self._code_of(receipt)) or ""
        return [
            self._documents.new_document(receipt_document(receipt, fingerprint)),
            self._documents.new_document(code_document(receipt_id, receipt)),
            self._documents.absent(purchase_document_key(receipt.key)),
        ]

    def _is_saved(self, *writes: Write) -> bool:
        """False where something was there already: then it is read again."""
        try:
            self._documents.save(*writes)
        except (ClaimTakenError, OtherRefusedError):
            return False
        return True

    def _read(self, key: DocumentKey) -> dict[DocumentKey, Document]:
        """Everything about a purchase."""
        return {document.key: document for document in self._ledger.list_documents(key.partition)}

    def _find_key(self, code: str) -> DocumentKey | None:
        """Where the receipt of that code stands, if there is one."""
        receipt_id = self._codes.find_receipt_id(code)
        place = self._ledger.find_document(code_key(receipt_id)) if receipt_id else None
        return receipt_key(place.details["partner_id"], place.details["purchase_id"]) if place else None

    def _shown(self, receipt: Receipt) -> dict[str, object]:
        return receipt_view(receipt, self._code_of(receipt))

    def _code_of(self, receipt: Receipt) -> str:
        return self._codes.code_of(receipt.partner_id, receipt.purchase.purchase_id, receipt.number)

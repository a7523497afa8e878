"""Stored value: money in and out of a member's account, in the program's currency, each movement once.

Each is an activity with a document of its own, whose id comes from the caller and their key: one key names one activity,
whatever its kind, and a key that comes back for another is refused. A refund also takes the next free number beside the
payment, so that two of them at once cannot give back more than was paid: who loses that number reads and plans anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from quen.adjustments.model import check_reason
from quen.errors import (
    CurrencyMismatchError,
    NotFoundError,
    QuenError,
    RefundExceedsPaymentError,
    ValidationFailedError,
)
from quen.ids import derived_id, is_id
from quen.ledger.documents import Claim, Document, DocumentKey, Outcome
from quen.ledger.model import Account, Entry, MoveStoredValue, entry_id
from quen.ledger.ports import Answer, CurrentProgram, Documents, Intent
from quen.ledger.service import Ledger
from quen.ledger.views import account_view
from quen.members.model import MemberReference
from quen.money import Money
from quen.writes import Write

REFUNDS_MAX = 99


class MemberLookup(Protocol):
    """Who a till means."""

    def resolve(self, reference: MemberReference, pointer: str) -> str:
        """The id of a member who may earn and spend. Raises MemberNotFoundError, MemberNotActiveError."""


class StoredValues:
    """Loads, payments, refunds and adjustments of stored value."""

    def __init__(
        self, ledger: Ledger, members: MemberLookup, programs: CurrentProgram, documents: Documents, id_key: bytes
    ) -> None:
        self._ledger = ledger
        self._members = members
        self._programs = programs
        self._documents = documents
        self._id_key = id_key

    def move(
        self,
        activity: Literal["load", "redeem"],
        member: MemberReference,
        amount: Money,
        *,
        partner_id: str,
        idempotency_key: str,
        fingerprint: str,
        purchase_id: str | None = None,
    ) -> Outcome:
        """Money that a till takes in for the member, or that pays a bill. The same request again is the first answer again.

        Raises MemberNotFoundError, MemberNotActiveError, StoredValueNotOfferedError, StoredValueLimitReachedError,
        InsufficientStoredValueError, CurrencyMismatchError, ValidationFailedError, IdempotencyKeyReusedError.
        """
        activity_id = self._id_of(f"partner:{partner_id}", idempotency_key)
        details = {"partner_id": partner_id, "amount": amount.amount, "purchase_id": purchase_id}
        claim = _claim(activity_id, activity, fingerprint, details)
        try:
            self._check(amount)
            member_id = self._members.resolve(member, "/member")
        except QuenError:
            if replay := self._ledger.find_replay(claim):
                return replay
            raise
        return self._execute(member_id, MoveStoredValue(activity_id, activity, amount.amount), claim)

    def refund(
        self, activity_id: str, amount: Money, *, partner_id: str, idempotency_key: str, fingerprint: str
    ) -> Outcome:
        """Money of a payment goes back to the account that paid: in all never more than was paid.

        Raises NotFoundError for what is no payment of this partner, RefundExceedsPaymentError, CurrencyMismatchError,
        IdempotencyKeyReusedError, ConflictRetryError.
        """
        partition = _key(activity_id).partition
        found = self._ledger.list_documents(partition) if is_id("sva", activity_id) else []
        payment = next((document for document in found if document.kind == "redeem"), None)
        if payment is None or payment.details["partner_id"] != partner_id:
            raise NotFoundError("There is no such payment.")
        refund_id = self._id_of(f"partner:{partner_id}", idempotency_key)
        details = {"partner_id": partner_id, "amount": amount.amount, "payment_id": activity_id}
        claim = _claim(refund_id, "refund", fingerprint, details)
        command = MoveStoredValue(refund_id, "refund", amount.amount)
        readings = iter([found])

        def plan() -> Intent | Outcome:
            documents = next(readings, None) or self._ledger.list_documents(partition)
            return self._refund_plan(payment, documents, amount, command, claim)

        return self._ledger.carry_out(payment.member_id, plan)

    def adjust(
        self,
        member_id: str,
        amount: int,
        reason_code: str,
        *,
        actor: str,
        idempotency_key: str,
        fingerprint: str,
        others: Sequence[Write] = (),
    ) -> Outcome:
        """Money that staff add (+) or take out (−), for a reason that the program lists, where it lists any.

        Raises InsufficientStoredValueError, StoredValueLimitReachedError, MemberNotFoundError, MemberNotActiveError,
        ValidationFailedError, IdempotencyKeyReusedError.
        """
        activity_id = self._id_of(f"staff:{actor}", idempotency_key)
        claim = _claim(activity_id, "adjust", fingerprint, {"amount": amount, "actor": actor})
        try:
            check_reason(self._programs.current(self._ledger.now()).adjustments, reason_code)
        except QuenError:
            if replay := self._ledger.find_replay(claim):
                return replay
            raise
        command = MoveStoredValue(activity_id, "adjust", amount, reason_code)
        return self._execute(member_id, command, claim, others)

    def _execute(self, member_id: str, command: MoveStoredValue, claim: Claim, others: Sequence[Write] = ()) -> Outcome:
        return self._ledger.execute(member_id, command, answer=self._answer(command), claim=claim, others=others)

    def _answer(self, command: MoveStoredValue) -> Answer:
        program = self._programs.current(self._ledger.now())

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            shown = account_view(account, program, entry.recorded_at)
            return {
                "activity_id": command.activity_id,
                "member_id": account.member_id,
                "type": command.activity,
                "amount": {"amount": abs(command.amount), "currency": program.currency},
                "balance": shown["stored_value"] or {"amount": 0, "currency": program.currency},
                "entry_id": entry_id(entry),
                "account": shown,
            }

        return answer

    def _refund_plan(
        self, payment: Document, documents: Sequence[Document], amount: Money, command: MoveStoredValue, claim: Claim
    ) -> Intent | Outcome:
        """The refund that comes after those which stand beside the payment; the first answer where it is one of them."""
        refunds = [document for document in documents if document.kind == "refund"]
        is_known = any(known.details["activity_id"] == command.activity_id for known in refunds)
        if is_known and (replay := self._ledger.find_replay(claim)):
            return replay
        self._check(amount)
        returned = sum(known.details["amount"] for known in refunds)
        if returned + amount.amount > payment.details["amount"] or len(refunds) >= REFUNDS_MAX:
            raise RefundExceedsPaymentError
        number = Document(
            key=DocumentKey(payment.key.partition, f"REFUND#{len(refunds) + 1:04d}"),
            kind="refund",
            member_id=payment.member_id,
            fingerprint=claim.fingerprint,
            sequence=0,
            result={},
            details={"activity_id": command.activity_id, "amount": amount.amount},
        )
        others = [self._documents.new_document(number)]
        return Intent(command, self._answer(command), claim, others=others, is_replanned=True)

    def _id_of(self, caller: str, idempotency_key: str) -> str:
        return derived_id("sva", self._id_key, caller, idempotency_key)

    def _check(self, amount: Money) -> None:
        if amount.currency != self._programs.current(self._ledger.now()).currency:
            raise CurrencyMismatchError
        if amount.amount < 1:
            raise ValidationFailedError.at("/amount/amount", "out_of_range", "At least one unit of money is moved.")


def _claim(activity_id: str, kind: str, fingerprint: str, details: Mapping[str, Any]) -> Claim:
    """The activity, once. A load and a payment of one amount have one body: their kind tells the requests apart."""
    return Claim(_key(activity_id), kind, f"{kind} {fingerprint}", details=details)


def _key(activity_id: str) -> DocumentKey:
    return DocumentKey(f"VALUE#{activity_id}")

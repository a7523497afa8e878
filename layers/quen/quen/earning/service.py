"""Purchases: what a till reports becomes points, once, with the reasons; and the same sum without writing anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from quen.earning.model import Purchase
from quen.earning.receipt import receipt_text
from quen.errors import PurchaseAlreadyRecordedError, PurchaseNotFoundError, QuenError, ValidationFailedError
from quen.instants import format_instant
from quen.ledger.documents import Claim, DocumentKey, Outcome
from quen.ledger.model import NEVER, Account, Entry, RecordPurchase, bring_up_to, decide, entry_id, folded
from quen.ledger.model.values import ISSUED
from quen.ledger.service import Ledger
from quen.ledger.views import account_view, explanation_view
from quen.members.model import MemberReference
from quen.program.model import Program

TILL_CLOCK_AHEAD_MAX = timedelta(minutes=10)


class MemberLookup(Protocol):
    """Who a till means."""

    def resolve(self, reference: MemberReference, pointer: str) -> str:
        """The id of a member who may earn; `pointer` is where the request names them. Raises MemberNotFoundError."""


class ProgramHistory(Protocol):
    """Which program was in force when."""

    def at(self, instant: datetime) -> Program:
        """The version in force at that instant."""


class Purchases:
    """Records purchases, previews them, and says what they earned."""

    def __init__(self, ledger: Ledger, members: MemberLookup, programs: ProgramHistory) -> None:
        self._ledger = ledger
        self._members = members
        self._programs = programs

    def record(self, partner_id: str, member: MemberReference, purchase: Purchase, fingerprint: str) -> Outcome:
        """The purchase's points, by the program in force when it happened.

        The same purchase again is the first answer again, even where the member's code is no longer valid. Raises
        PurchaseAlreadyRecordedError for other content, MemberNotFoundError, CurrencyMismatchError, ValidationFailedError.
        """
        key = _key(partner_id, purchase.purchase_id)
        claim = Claim(key, "purchase", fingerprint, details=_kept(purchase), reused=PurchaseAlreadyRecordedError)
        try:
            member_id = self._members.resolve(member, "/member")
            self._check_time(purchase)
        except QuenError:
            if replay := self._ledger.find_replay(claim):
                return replay
            raise
        program = self._programs.at(purchase.occurred_at)

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            return _answer(purchase.purchase_id, account, entry, program)

        command = RecordPurchase(partner_id, purchase)
        return self._ledger.execute(member_id, command, answer=answer, program=program, claim=claim)

    def preview(self, partner_id: str, member: MemberReference, purchase: Purchase) -> Mapping[str, Any]:
        """What `record` would answer now, without an entry's id: decided by the same code, and not written."""
        member_id = self._members.resolve(member, "/member")
        self._check_time(purchase)
        program = self._programs.at(purchase.occurred_at)
        account = self._ledger.load_account(member_id)
        now = self._ledger.now()
        entries = decide(account, RecordPurchase(partner_id, purchase), program, now)
        after = folded(account, entries)
        settled = folded(after, bring_up_to(after, program, now, now))
        shown = _answer(None, settled, entries[-1], program)
        return shown | {"entries": [entry | {"entry_id": None} for entry in shown["entries"]]}

    def load(self, partner_id: str, purchase_id: str) -> Mapping[str, Any]:
        """What the purchase earned, and its returns. Raises PurchaseNotFoundError, for a stranger's purchase too."""
        document = self._ledger.find_document(_key(partner_id, purchase_id))
        if document is None:
            raise PurchaseNotFoundError
        amount, currency = document.details["total"]
        total = {"amount": amount, "currency": currency}
        return {**document.result, "total": total, "occurred_at": document.details["occurred_at"], "returns": []}

    def _check_time(self, purchase: Purchase) -> None:
        if purchase.occurred_at > self._ledger.now() + TILL_CLOCK_AHEAD_MAX:
            raise ValidationFailedError.at("/occurred_at", "in_the_future", "The purchase has not happened yet.")


def _kept(purchase: Purchase) -> dict[str, Any]:
    """What later returns need to know of the purchase; what the till left out is left out."""
    lines = [[line.line_id, line.quantity, line.amount.amount] for line in purchase.lines]
    kept = {
        "total": [purchase.total.amount, purchase.total.currency],
        "occurred_at": format_instant(purchase.occurred_at),
        "store": purchase.store_id,
        "lines": lines,
    }
    return {name: value for name, value in kept.items() if value}


def _answer(purchase_id: str | None, account: Account, entry: Entry, program: Program) -> dict[str, Any]:
    shown = _entry_shown(entry, program)
    waits_until = date.fromisoformat(shown["active_on"]) if shown["state"] == "pending" else None
    return {
        "purchase_id": purchase_id,
        "member_id": account.member_id,
        "entries": [shown],
        "account": account_view(account, program),
        "receipt_text": receipt_text(program, shown["points"], active=account.active, active_on=waits_until),
    }


def _entry_shown(entry: Entry, program: Program) -> dict[str, Any]:
    """An earning as the till sees it; `points` is what was awarded, active or not."""
    waiting = next(iter(entry.pending), "")
    lot = waiting.partition("/")[2] or next(iter(entry.lots), NEVER)
    return {
        "entry_id": entry_id(entry),
        "kind": entry.kind,
        "points": -entry.lines.get(ISSUED, 0),
        "state": "pending" if waiting else "active",
        "active_on": waiting.partition("/")[0] or program.local_day(entry.occurred_at).isoformat(),
        "expires_on": None if lot == NEVER else lot,
        "explanation": explanation_view(entry),
    }


def _key(partner_id: str, purchase_id: str) -> DocumentKey:
    return DocumentKey(f"PURCHASE#{partner_id}#{purchase_id}")

"""Recording returns: what a purchase no longer earns is taken back, and what paid for it comes back, once.

Everything about a purchase stands in one partition, which is read before the account. It may be older than the account,
so a return takes the next free number of the purchase's returns: where somebody was faster, that number is taken, and
all is read again. No number is skipped, so who has it has seen every return before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from msgspec.structs import replace

from quen.earning.budgets import Budgets
from quen.earning.receipt import return_text
from quen.errors import (
    PurchaseNotFoundError,
    ReturnAlreadyRecordedError,
    ReturnExceedsPurchaseError,
    ValidationFailedError,
)
from quen.instants import format_instant
from quen.ledger.documents import Claim, Document, Outcome
from quen.ledger.model import (
    Account,
    Entry,
    Lots,
    ReturnPurchase,
    budgets_freed,
    entry_id,
    limits_held,
    own_left,
    rules_that_applied,
    still_earned,
)
from quen.ledger.model.funding import issued, redeemed
from quen.ledger.ports import Documents, Intent
from quen.ledger.service import Ledger
from quen.ledger.views import account_view, changes_view
from quen.money import Money
from quen.partners.totals import Totals
from quen.program.model import Program
from quen.receipts.errors import ReceiptNotClaimedError
from quen.returns.documents import RETURNS_MAX, next_return, partition_of, with_back
from quen.returns.model import Goods, Sale, give_back, is_whole, kept_before, paid_back, read_sales, returned_form

TILL_CLOCK_AHEAD_MAX = timedelta(minutes=10)


class ProgramVersions(Protocol):
    """Programs by the version that decided something."""

    def version(self, number: int) -> Program:
        """That version."""


class Returns:
    """Records what comes back to a till."""

    def __init__(
        self, ledger: Ledger, programs: ProgramVersions, documents: Documents, budgets: Budgets, totals: Totals
    ) -> None:
        self._ledger = ledger
        self._programs = programs
        self._documents = documents
        self._budgets = budgets
        self._totals = totals

    def record(self, partner_id: str, purchase_id: str, goods: Goods, fingerprint: str) -> Outcome:
        """Take back what the purchase no longer earns, priced anew by its own rules.

        The same return again is the first answer again. Raises PurchaseNotFoundError, ReceiptNotClaimedError,
        ReturnAlreadyRecordedError for other content, ReturnExceedsPurchaseError, CurrencyMismatchError,
        ValidationFailedError, ConflictRetryError.
        """
        partition = partition_of(partner_id, purchase_id)
        found = self._ledger.list_documents(partition)
        purchase = next((document for document in found if document.kind == "purchase"), None)
        if purchase is None:
            # Nobody has points of it, and its answer would be about nobody's account.
            is_receipt = any(document.kind == "receipt" and document.state == "open" for document in found)
            raise ReceiptNotClaimedError if is_receipt else PurchaseNotFoundError
        readings = iter([found])

        def plan() -> Intent | Outcome:
            documents = next(readings, None) or self._ledger.list_documents(partition)
            return self._plan(partner_id, purchase, documents, goods, fingerprint)

        return self._ledger.carry_out(purchase.member_id, plan)

    def _plan(
        self, partner_id: str, purchase: Document, documents: Sequence[Document], goods: Goods, fingerprint: str
    ) -> Intent | Outcome:
        returns = [document for document in documents if document.kind == "return"]
        for known in returns:
            if known.details["return_id"] == goods.return_id:
                if known.fingerprint != fingerprint:
                    raise ReturnAlreadyRecordedError
                return Outcome(known.result, replayed=True)
        self._check_time(goods)
        if len(returns) >= RETURNS_MAX:
            raise ReturnExceedsPurchaseError
        purchase_id = str(purchase.result["purchase_id"])
        kept = {**kept_before(purchase.result), **purchase.details}
        sales = read_sales(purchase_id, kept, [document.details for document in returns])
        sale = sales[-1]
        after, amount = give_back(sale, goods)
        payments = [document for document in documents if document.kind == "payment"]
        back = _payments_back(payments, after, purchase.member_id)
        command = replace(
            self._command(partner_id, sales, after, goods),
            payments=back,
            payees={payment.key.sort: payment.details.get("payee", "") for payment in payments},
            is_whole=is_whole(sale, after),
        )
        still = still_earned(command)
        lost = {wallet: max(0, points - still.earned(wallet)) for wallet, points in sale.earned.items()}
        own = own_left(sale.own, lost["points"])
        details = returned_form(goods, amount, lost, own)
        claim = Claim(
            next_return(purchase.key.partition, returns), "return", fingerprint, details=details, is_next=True
        )
        writes = self._budgets.give_back(kept.get("budgets", {}), budgets_freed(command))
        writes += [
            self._documents.changed_details(payment, with_back(payment, back[payment.key.sort]))
            for payment in payments
            if payment.key.sort in back
        ]

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            return _answer(account, entry, after, amount, goods, lost["points"], command.rules)

        # What the partner had stood behind, and gets back, be it from the member or written off; a cap that is over has no
        # use for it.
        today = command.rules.local_day(self._ledger.now())
        writes += self._totals.give_back(kept.get("totals", {}), lost["points"], today, sale.funder)
        return Intent(command, answer, claim, others=writes, is_replanned=True)

    def _command(self, partner_id: str, sales: Sequence[Sale], after: Sale, goods: Goods) -> ReturnPurchase:
        sale = sales[-1]
        version = self._programs.version(sale.version)
        rules = rules_that_applied(version, sales[0].purchase, sale.facts, sale.rooms)
        return ReturnPurchase(
            partner_id=partner_id,
            purchase_id=sale.purchase.purchase_id,
            return_id=goods.return_id,
            rules=rules,
            before=sale.remaining,
            remaining=after.remaining,
            earned=sale.earned,
            rooms=sale.rooms,
            own=sale.own,
            facts=sale.facts,
            occurred_at=goods.occurred_at,
            held=limits_held(rules, [each.remaining for each in sales], sale.facts, sale.rooms),
            stamped_on=sale.stamped_on,
            funder=sale.funder,
        )

    def _check_time(self, goods: Goods) -> None:
        if goods.occurred_at > self._ledger.now() + TILL_CLOCK_AHEAD_MAX:
            raise ValidationFailedError.at("/occurred_at", "in_the_future", "The return has not happened yet.")


def _payments_back(payments: Sequence[Document], after: Sale, member_id: str) -> dict[str, Lots]:
    """What of each payment comes back now. What another member paid is theirs: it comes back by a refund."""
    back = {
        payment.key.sort: paid_back(payment.details["lots"], after.share_returned, payment.details["back"])
        for payment in payments
        if payment.member_id == member_id
    }
    return {key: lots for key, lots in back.items() if lots}


def _answer(
    account: Account, entry: Entry, after: Sale, amount: int, goods: Goods, lost: int, program: Program
) -> dict[str, Any]:
    taken, given = -issued(entry), -redeemed(entry)
    shown = {"entry_id": entry_id(entry), "kind": entry.kind, "points": -taken, "changes": changes_view(entry)}
    return {
        "return_id": goods.return_id,
        "purchase_id": after.purchase.purchase_id,
        "member_id": account.member_id,
        "occurred_at": format_instant(goods.occurred_at),
        "returned": _money(Money(amount, after.purchase.total.currency)),
        "remaining": _money(after.remaining.total),
        "points": {"reversed": taken, "written_off": lost - taken, "given_back": given},
        "entries": [shown],
        "account": account_view(account, program, entry.recorded_at),
        "receipt_text": return_text(program, taken, given, active=account.active, cards=entry.cards),
    }


def _money(money: Money) -> dict[str, Any]:
    return {"amount": money.amount, "currency": money.currency}

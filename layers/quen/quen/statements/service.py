"""An account at a past moment, a statement between two days, and why a purchase earned what it did.

All three are folded from the member's whole history, so what they cost grows with it: they answer questions of people, and
stand on no till's path.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol

from quen.archive.errors import EntriesArchivedError
from quen.business_days import day_end, day_start
from quen.earning.explanation import RuleVerdict, explain_purchase, sentences
from quen.errors import ConflictRetryError, PurchaseNotFoundError, ValidationFailedError
from quen.instants import format_instant
from quen.ledger.documents import Document
from quen.ledger.model import Account, Entry, KeptHistory, Movement, account_as_of, parse_entry, statement
from quen.ledger.model.funding import issued
from quen.ledger.service import Ledger
from quen.ledger.views import account_view, balances_view, entry_view, wallet_view
from quen.program.model import Program
from quen.returns.documents import partition_of
from quen.returns.model import read_sale

STATEMENT_DAYS_MAX = 366
READS_MAX = 3


class Histories(Protocol):
    """Accounts and all of their entries."""

    def load(self, member_id: str) -> Account:
        """The account as it is stored. Raises MemberNotFoundError."""

    def load_kept(self, member_id: str) -> KeptHistory:
        """The entries that the table has, and what stands for older ones."""


class ProgramHistory(Protocol):
    """Programs by time, and by the version that decided something."""

    def current(self, now: datetime) -> Program:
        """The version in force at that instant."""

    def version(self, number: int) -> Program:
        """That version."""


class Statements:
    """Looks back."""

    def __init__(self, ledger: Ledger, histories: Histories, programs: ProgramHistory) -> None:
        self._ledger = ledger
        self._histories = histories
        self._programs = programs

    def show_account(self, member_id: str, as_of: datetime | None) -> dict[str, Any]:
        """The account as it is now, or as it was shown at a past moment.

        Raises MemberNotFoundError, ValidationFailedError, and EntriesArchivedError for a moment whose entries are archived.
        """
        if as_of is None:
            return self._ledger.show_account(member_id)
        if as_of > self._ledger.now():
            raise ValidationFailedError.at(
                "/as_of", "in_the_future", "An account is shown as of a moment that has passed."
            )
        program = self._programs.current(as_of)
        kept = self._kept_since(member_id, as_of)
        account = account_as_of(kept.begun, _parsed(kept), program, as_of)
        return account_view(account, program, as_of)

    def show_statement(self, member_id: str, first: date | None, last: date | None) -> dict[str, Any]:
        """Every movement from the beginning of the first local day to the end of the last one: by default, this month's.

        Raises MemberNotFoundError, ValidationFailedError for days in the wrong order or too many of them, and
        EntriesArchivedError for a day whose entries are archived.
        """
        now = self._ledger.now()
        program = self._programs.current(now)
        last = last or program.local_day(now)
        first = first or last.replace(day=1)
        if first > last:
            raise ValidationFailedError.at("/from", "out_of_range", "A period begins before it ends.")
        if (last - first).days >= STATEMENT_DAYS_MAX:
            raise ValidationFailedError.at(
                "/from", "out_of_range", f"At most {STATEMENT_DAYS_MAX} days are shown at once."
            )
        begins, ends = day_start(first, program.time_zone), day_end(last, program.time_zone)
        kept = self._kept_since(member_id, begins)
        found = statement(kept.begun, _parsed(kept), program, begins, ends, now)
        return {
            "member_id": member_id,
            "from": first.isoformat(),
            "to": last.isoformat(),
            "opening": balances_view(found.opening),
            "closing": balances_view(found.closing),
            "movements": [_movement_view(movement) for movement in found.movements],
        }

    def explain(self, member_id: str, purchase_id: str) -> dict[str, Any]:
        """What every rule made of a purchase of this member.

        Raises MemberNotFoundError, PurchaseNotFoundError, and EntriesArchivedError where it may be one that is archived.
        """
        entry = self._find_purchase(member_id, purchase_id)
        partner_id, _, purchase_id = entry.reference.id.rpartition("#")
        documents = self._ledger.list_documents(partition_of(partner_id, purchase_id))
        purchase = next((document for document in documents if document.kind == "purchase"), None)
        if purchase is None:
            raise PurchaseNotFoundError
        program = self._programs.version(entry.program_version)
        bought = read_sale(purchase_id, {"version": program.version, **purchase.details}, []).purchase
        verdicts = explain_purchase(program, bought, entry.facts, entry.shares)
        return {
            "purchase_id": purchase_id,
            "partner_id": partner_id,
            "total": {"amount": bought.total.amount, "currency": bought.total.currency},
            "points": issued(entry),
            "program_version": program.version,
            "rules": [_verdict_view(verdict) for verdict in verdicts],
            "entry": entry_view(entry),
            "returns": [_return_view(document) for document in documents if document.kind == "return"],
        }

    def _find_purchase(self, member_id: str, purchase_id: str) -> Entry:
        kept = self._kept(member_id)
        for entry in _parsed(kept):
            if entry.reference.kind == "purchase" and entry.reference.id.rpartition("#")[2] == purchase_id:
                return entry
        raise EntriesArchivedError if kept.checkpoint else PurchaseNotFoundError

    def _kept_since(self, member_id: str, instant: datetime) -> KeptHistory:
        """The history, where nothing that took effect at that instant or later is archived."""
        kept = self._kept(member_id)
        if not kept.reaches_back_to(instant):
            raise EntriesArchivedError
        return kept

    def _kept(self, member_id: str) -> KeptHistory:
        """The history as far as the table has it, whole from its beginning on. Raises MemberNotFoundError."""
        self._histories.load(member_id)
        for _ in range(READS_MAX):
            kept = self._histories.load_kept(member_id)
            if kept.is_whole:
                return kept
        raise ConflictRetryError  # entries are being archived just now


def _parsed(kept: KeptHistory) -> list[Entry]:
    return [parse_entry(*sealed) for sealed in kept.entries]


def _movement_view(movement: Movement) -> dict[str, Any]:
    """An entry of the statement; what is not written yet has no id, no hash, and was recorded nowhere."""
    shown = entry_view(movement.entry)
    if not movement.is_written:
        shown |= {"entry_id": None, "hash": None, "recorded_at": None}
    return shown | {"took_effect_at": format_instant(movement.took_effect_at)}


def _verdict_view(verdict: RuleVerdict) -> dict[str, Any]:
    return {
        "rule_id": verdict.rule_id,
        **wallet_view(verdict.wallet),
        "verdict": verdict.verdict,
        "points": verdict.points,
        "without_cap": verdict.without_cap,
        "basis": verdict.basis,
        "before_rounding": verdict.exact,
        "reason": sentences(verdict),
    }


def _return_view(document: Document) -> Mapping[str, Any]:
    return {"return_id": document.result["return_id"], "points": document.result["points"]}

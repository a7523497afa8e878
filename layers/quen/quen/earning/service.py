"""Purchases: what a till reports becomes points, once, with the reasons; and the same sum without writing anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from quen.earning.budgets import Budgets, plan_use, rooms_left
from quen.earning.explanation import not_applied
from quen.earning.model import Purchase, RuleShare
from quen.earning.receipt import receipt_text
from quen.errors import PurchaseAlreadyRecordedError, PurchaseNotFoundError, QuenError, ValidationFailedError
from quen.ledger.documents import Claim, Document, DocumentKey, Outcome
from quen.ledger.model import NEVER, Account, Entry, RecordPurchase, bring_up_to, decide, entry_id, folded, own_lots
from quen.ledger.ports import Intent
from quen.ledger.service import Ledger
from quen.ledger.views import account_view, share_view
from quen.members.model import MemberReference
from quen.people import Person
from quen.program.model import InBirthdayMonth, InSegments, Program
from quen.returns.documents import partition_of, payment_view
from quen.returns.model import sold_form
from quen.writes import Write

TILL_CLOCK_AHEAD_MAX = timedelta(minutes=10)


class MemberLookup(Protocol):
    """Who a till means."""

    def resolve(self, reference: MemberReference, pointer: str) -> str:
        """The id of a member who may earn; `pointer` is where the request names them. Raises MemberNotFoundError."""

    def person(self, member_id: str, zone: ZoneInfo) -> Person:
        """What conditions may ask of the member. Raises MemberNotFoundError."""


class ProgramHistory(Protocol):
    """Which program was in force when."""

    def at(self, instant: datetime) -> Program:
        """The version in force at that instant."""


class Purchases:
    """Records purchases, previews them, and says what they earned."""

    def __init__(self, ledger: Ledger, members: MemberLookup, programs: ProgramHistory, budgets: Budgets) -> None:
        self._ledger = ledger
        self._members = members
        self._programs = programs
        self._budgets = budgets

    def record(self, partner_id: str, member: MemberReference, purchase: Purchase, fingerprint: str) -> Outcome:
        """The purchase's points, by the program in force when it happened.

        The same purchase again is the first answer again, even where the member's code is no longer valid. Raises
        PurchaseAlreadyRecordedError for other content, MemberNotFoundError, CurrencyMismatchError, ValidationFailedError.
        """
        key = _key(partner_id, purchase.purchase_id)
        claim = Claim(key, "purchase", fingerprint, reused=PurchaseAlreadyRecordedError)
        try:
            member_id = self._members.resolve(member, "/member")
            self._check_time(purchase)
        except QuenError:
            if replay := self._ledger.find_replay(claim):
                return replay
            raise
        program = self._programs.at(purchase.occurred_at)
        person = self._person(member_id, program)
        tries = count()

        def plan() -> Intent:
            return self._plan(partner_id, purchase, program, person, claim, is_refused=next(tries) > 0)

        return self._ledger.carry_out(member_id, plan, program)

    def _plan(
        self,
        partner_id: str,
        purchase: Purchase,
        program: Program,
        person: Person | None,
        claim: Claim,
        *,
        is_refused: bool,
    ) -> Intent:
        """The purchase by what campaigns have left; after a refusal that is looked up."""
        taken = self._budgets.look(program, refused=is_refused)

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            return _answer(purchase, account, entry, program)

        def used(entry: Entry) -> dict[str, dict[str, int]]:
            return plan_use(program, entry.shares, taken, claim.key.partition)

        def details(entry: Entry) -> Mapping[str, Any]:
            budgets = used(entry)
            return sold_form(purchase, entry, program) | ({"budgets": budgets} if budgets else {})

        def more(entry: Entry) -> Sequence[Write]:
            return self._budgets.take(program, used(entry))

        command = RecordPurchase(partner_id, purchase, person, rooms_left(program, taken))
        return Intent(command, answer, claim, details=details, more=more, is_replanned=True)

    def preview(self, partner_id: str, member: MemberReference, purchase: Purchase) -> Mapping[str, Any]:
        """What `record` would answer now, without an entry's id: decided by the same code, and not written."""
        member_id = self._members.resolve(member, "/member")
        self._check_time(purchase)
        program = self._programs.at(purchase.occurred_at)
        budgets = rooms_left(program, self._budgets.count(program))
        account = self._ledger.load_account(member_id)
        now = self._ledger.now()
        command = RecordPurchase(partner_id, purchase, self._person(member_id, program), budgets)
        entries = decide(account, command, program, now)
        after = folded(account, entries)
        settled = folded(after, bring_up_to(after, program, now, now))
        shown = _answer(purchase, settled, entries[-1], program)
        return shown | {"entries": [entry | {"entry_id": None} for entry in shown["entries"]]}

    def load(self, partner_id: str, purchase_id: str) -> Mapping[str, Any]:
        """What the purchase earned, and its returns. Raises PurchaseNotFoundError, for a stranger's purchase too."""
        documents = self._ledger.list_documents(partition_of(partner_id, purchase_id))
        purchase = next((document for document in documents if document.kind == "purchase"), None)
        if purchase is None:
            raise PurchaseNotFoundError
        amount, currency = purchase.details["total"]
        return {
            **purchase.result,
            "total": {"amount": amount, "currency": currency},
            "occurred_at": purchase.details["occurred_at"],
            "returns": [_without_account(document) for document in documents if document.kind == "return"],
            "payments": [payment_view(document) for document in documents if document.kind == "payment"],
        }

    def _person(self, member_id: str, program: Program) -> Person | None:
        """Who bought, where rules ask about them: else the profile is not read."""
        if program.asked.isdisjoint({InBirthdayMonth, InSegments}):
            return None
        return self._members.person(member_id, program.time_zone)

    def _check_time(self, purchase: Purchase) -> None:
        if purchase.occurred_at > self._ledger.now() + TILL_CLOCK_AHEAD_MAX:
            raise ValidationFailedError.at("/occurred_at", "in_the_future", "The purchase has not happened yet.")


def _answer(purchase: Purchase, account: Account, entry: Entry, program: Program) -> dict[str, Any]:
    shown = _portions(entry, program)
    waits_until = min(
        (date.fromisoformat(part["active_on"]) for part in shown if part["state"] == "pending"), default=None
    )
    points = sum(part["points"] for part in shown)
    return {
        "purchase_id": purchase.purchase_id or None,
        "member_id": account.member_id,
        "entries": shown,
        "basis": dict(entry.basis),
        "not_applied": [skipped._asdict() for skipped in not_applied(program, purchase, entry.facts, entry.shares)],
        "account": account_view(account, program, entry.recorded_at),
        "receipt_text": receipt_text(program, points, active=account.active, active_on=waits_until),
    }


def _portions(entry: Entry, program: Program) -> list[dict[str, Any]]:
    """An earning as the till sees it, a part for each day on which some of it becomes active: mostly one."""
    waits = {rule.id: rule.pending_days for rule in program.earning}
    by_wait: dict[int, list[RuleShare]] = {}
    for share in entry.shares:
        if share.wallet == "points":
            wait = waits.get(share.rule_id)
            by_wait.setdefault(program.points.pending_days if wait is None else wait, []).append(share)
    parts = sorted(by_wait.items()) or [(program.points.pending_days, [])]
    earning = [part for part in parts if sum(share.points for share in part[1])] or parts[:1]
    return [_portion(entry, program, wait, shares) for wait, shares in earning]


def _portion(entry: Entry, program: Program, wait: int, shares: Sequence[RuleShare]) -> dict[str, Any]:
    active_on = program.local_day(entry.occurred_at) + timedelta(days=wait)
    own = own_lots(entry)
    waiting = next((key for key in own if key.startswith(f"{active_on}/")), "")
    filled = waiting.partition("/")[2] or next((key for key in own if "/" not in key), "")
    last_day = program.points.expiry.expires_on(active_on)
    expires_on = filled or (last_day.isoformat() if last_day else NEVER)
    return {
        "entry_id": entry_id(entry),
        "kind": entry.kind,
        "points": sum(share.points for share in shares),
        "state": "pending" if waiting else "active",
        "active_on": active_on.isoformat(),
        "expires_on": None if expires_on == NEVER else expires_on,
        "explanation": [share_view(share) for share in shares],
    }


def _without_account(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.result.items() if name not in {"account", "receipt_text"}}


def _key(partner_id: str, purchase_id: str) -> DocumentKey:
    return DocumentKey(partition_of(partner_id, purchase_id))

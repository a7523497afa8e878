"""Purchases: what a till reports becomes points, once, with the reasons; and the same sum without writing anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from quen.earning.budgets import Budgets, plan_use, rooms_left
from quen.earning.model import Purchase
from quen.earning.views import purchase_view
from quen.errors import PurchaseAlreadyRecordedError, PurchaseNotFoundError, QuenError, ValidationFailedError
from quen.ledger.documents import Claim, Document, DocumentKey, Outcome
from quen.ledger.model import Account, Entry, RecordPurchase
from quen.ledger.model.funding import issued
from quen.ledger.ports import Intent
from quen.ledger.service import Ledger
from quen.members.model import MemberReference
from quen.partners.model import Partner
from quen.partners.totals import Taking, Today, Totals
from quen.people import Person
from quen.program.model import Program
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

    def __init__(
        self, ledger: Ledger, members: MemberLookup, programs: ProgramHistory, budgets: Budgets, totals: Totals
    ) -> None:
        self._ledger = ledger
        self._members = members
        self._programs = programs
        self._budgets = budgets
        self._totals = totals

    def record(
        self,
        partner_id: str,
        member: MemberReference,
        purchase: Purchase,
        fingerprint: str,
        issuer: Partner | None = None,
    ) -> Outcome:
        """The purchase's points, by the program in force when it happened. `issuer` is the partner that may stand behind
        them; without one the program does.

        The same purchase again is the first answer again, even where the member's code is no longer valid. Raises
        PurchaseAlreadyRecordedError for other content, MemberNotFoundError, CurrencyMismatchError, ValidationFailedError,
        and PartnerBudgetExhaustedError or PartnerCapReachedError where the issuer may not give so much.
        """
        key = _key(partner_id, purchase.purchase_id)
        claim = Claim(key, "purchase", fingerprint, reused=PurchaseAlreadyRecordedError)
        try:
            member_id = self._members.resolve(member, "/member")
            self._check_time(purchase)
            program = self._programs.at(purchase.occurred_at)
            person = self._person(member_id, program)
        except QuenError:
            if replay := self._ledger.find_replay(claim):
                return replay
            raise

        tries, now = count(), self._ledger.now()

        def plan() -> Intent:
            taking = self._taking(issuer, now, claim.key.partition, next(tries))
            return self._plan(partner_id, purchase, program, person, claim, taking)

        return self._ledger.carry_out(member_id, plan, program, now)

    def claim(
        self,
        member_id: str,
        partner_id: str,
        purchase: Purchase,
        claim: Claim,
        issuer: Partner | None = None,
        *,
        reported_on: date,
        look: Callable[[], Sequence[Write] | Outcome],
    ) -> Outcome:
        """The same for a receipt that a till reported on that local day, and that the member claims: as if it had named them.

        `look` is asked before every try: for the writes that go with it, or the answer that there was before.
        """
        program = self._programs.at(purchase.occurred_at)
        person = self._person(member_id, program)
        tries, now = count(), self._ledger.now()

        def plan() -> Intent | Outcome:
            found = look()
            if isinstance(found, Outcome):
                return found
            taking = self._taking(issuer, now, claim.key.partition, next(tries))
            intent = self._plan(partner_id, purchase, program, person, claim, taking, reported_on)
            return replace(intent, others=found)

        return self._ledger.carry_out(member_id, plan, program, now)

    def would_earn(self, partner_id: str, purchase: Purchase) -> int:
        """The points that the purchase would earn somebody of whom nothing is known yet. Raises what `record` refuses it with,
        whoever bought.
        """
        self._check_time(purchase)
        program = self._programs.at(purchase.occurred_at)
        day = program.local_day(purchase.occurred_at)
        rooms = rooms_left(program, self._budgets.look(program, day))
        stranger = Person(None, None, frozenset(), frozenset(), day)
        return issued(self._ledger.foresee_first(RecordPurchase(partner_id, purchase, stranger, rooms), program))

    def _plan(
        self,
        partner_id: str,
        purchase: Purchase,
        program: Program,
        person: Person | None,
        claim: Claim,
        taking: Taking,
        reported_on: date | None = None,
    ) -> Intent:
        """The purchase by what campaigns and its partner have left."""
        taken = self._budgets.look(program, program.local_day(purchase.occurred_at))

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            return purchase_view(purchase, account, entry, program)

        def used(entry: Entry) -> dict[str, dict[str, int]]:
            return plan_use(program, entry.shares, taken, claim.key.partition)

        def details(entry: Entry) -> Mapping[str, Any]:
            kept = {"budgets": used(entry), "totals": taking.kept(issued(entry))}
            return sold_form(purchase, entry, program) | {name: part for name, part in kept.items() if part}

        def more(entry: Entry) -> Sequence[Write]:
            return [*self._budgets.take(program, used(entry), taken), *taking.writes(issued(entry))]

        rooms, funder = rooms_left(program, taken), taking.funding.partner_id
        command = RecordPurchase(partner_id, purchase, person, rooms, funder, reported_on)
        return Intent(command, answer, claim, details=details, more=more, is_replanned=True)

    def preview(
        self, partner_id: str, member: MemberReference, purchase: Purchase, issuer: Partner | None = None
    ) -> Mapping[str, Any]:
        """What `record` would answer now, without an entry's id: decided by the same code, and not written."""
        member_id = self._members.resolve(member, "/member")
        self._check_time(purchase)
        program = self._programs.at(purchase.occurred_at)
        taken = self._budgets.look(program, program.local_day(purchase.occurred_at))
        person, taking = self._person(member_id, program), self._taking(issuer, self._ledger.now())
        command = RecordPurchase(partner_id, purchase, person, rooms_left(program, taken), taking.funding.partner_id)
        account, entry = self._ledger.foresee(member_id, command, program)
        taking.plan(issued(entry))  # raises what `record` would be refused with
        shown = purchase_view(purchase, account, entry, program)
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

    def _taking(self, issuer: Partner | None, now: datetime, claim_id: str = "", attempt: int = 0) -> Taking:
        """Who stands behind what is given today, whenever it was bought: a day that is settled stays as it is."""
        return self._totals.issuing(issuer, Today(self._programs.at(now), now), claim_id, attempt)

    def _person(self, member_id: str, program: Program) -> Person | None:
        """Who bought, where rules ask about them: else the profile is not read."""
        return self._members.person(member_id, program.time_zone) if program.asks_person else None

    def _check_time(self, purchase: Purchase) -> None:
        if purchase.occurred_at > self._ledger.now() + TILL_CLOCK_AHEAD_MAX:
            raise ValidationFailedError.at("/occurred_at", "in_the_future", "The purchase has not happened yet.")


def _without_account(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.result.items() if name not in {"account", "receipt_text"}}


def _key(partner_id: str, purchase_id: str) -> DocumentKey:
    return DocumentKey(partition_of(partner_id, purchase_id))

"""Occasions: what members do that is no purchase, as partners report it, becomes points, once, with the reasons.

Once in two ways: a partner's event id names one event for ever, and what a member did (its type, its subject) counts once,
whoever reports it under whichever id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from quen.earning.budgets import Budgets, plan_use, rooms_left
from quen.earning.model import MemberEvent
from quen.earning.service import TILL_CLOCK_AHEAD_MAX, MemberLookup, ProgramHistory
from quen.earning.views import event_view
from quen.errors import EventAlreadyCountedError, EventAlreadyRecordedError, QuenError, ValidationFailedError
from quen.ledger.documents import Claim, DocumentKey, Outcome
from quen.ledger.model import Account, Entry, RecordEvent, purchase_key
from quen.ledger.model.funding import issued
from quen.ledger.ports import Intent, Plan
from quen.ledger.service import Ledger
from quen.members.model import MemberReference
from quen.occasions.claims import EventClaims
from quen.partners.model import Partner
from quen.partners.totals import Taking, Today, Totals
from quen.people import Person
from quen.program.model import Program
from quen.writes import Write


class Occasions:
    """Records events, and previews them."""

    def __init__(
        self,
        ledger: Ledger,
        members: MemberLookup,
        programs: ProgramHistory,
        claims: EventClaims,
        budgets: Budgets,
        totals: Totals,
    ) -> None:
        self._ledger = ledger
        self._members = members
        self._programs = programs
        self._claims = claims
        self._budgets = budgets
        self._totals = totals

    def record(
        self,
        partner_id: str,
        member: MemberReference,
        event: MemberEvent,
        fingerprint: str,
        issuer: Partner | None = None,
    ) -> Outcome:
        """The event's points, by the program in force when it happened; none are recorded too. `issuer` is as in Purchases.

        The same event again is the first answer again. Raises EventAlreadyRecordedError for other content,
        EventAlreadyCountedError where the member did this before, MemberNotFoundError, MemberNotActiveError, TooLateError,
        ValidationFailedError, and PartnerBudgetExhaustedError or PartnerCapReachedError where the issuer may not give so much.
        """
        key = DocumentKey(f"EVENT#{purchase_key(partner_id, event.event_id)}")
        claim = Claim(key, "event", fingerprint, reused=EventAlreadyRecordedError)
        try:
            member_id = self._members.resolve(member, "/member")
            program = self._program_of(event)
        except QuenError:
            if replay := self._ledger.find_replay(claim):
                return replay
            raise
        now = self._ledger.now()
        plan = self._plan(partner_id, member_id, event, program, claim, issuer, now)
        return self._ledger.carry_out(member_id, plan, program, now)

    def preview(
        self, partner_id: str, member: MemberReference, event: MemberEvent, issuer: Partner | None = None
    ) -> Mapping[str, Any]:
        """What `record` would answer now, without an entry's id: decided by the same code, and not written."""
        member_id = self._members.resolve(member, "/member")
        program = self._program_of(event)
        taken = self._budgets.look(program, program.local_day(event.occurred_at))
        person, taking = self._person(member_id, program), self._taking(issuer, self._ledger.now())
        command = RecordEvent(partner_id, event, person, rooms_left(program, taken), taking.funding.partner_id)
        account, entry = self._ledger.foresee(member_id, command, program)
        if self._claims.are_made(account.member_id, event):
            raise EventAlreadyCountedError
        taking.plan(issued(entry))  # raises what `record` would be refused with
        shown = event_view(event, account, entry, program)
        return shown | {"entries": [part | {"entry_id": None} for part in shown["entries"]]}

    def _plan(
        self,
        partner_id: str,
        member_id: str,
        event: MemberEvent,
        program: Program,
        claim: Claim,
        issuer: Partner | None,
        now: datetime,
    ) -> Plan:
        """The event by what campaigns and its partner have left; after a refusal it is looked up whether it was counted."""
        person = self._person(member_id, program)
        tries = count()

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            return event_view(event, account, entry, program)

        def plan() -> Intent | Outcome:
            attempt = next(tries)
            if attempt and self._claims.are_made(self._ledger.load_surviving(member_id).member_id, event):
                # What this very request has written in another try is its answer. Asked in this order, both are there.
                if replay := self._ledger.find_replay(claim):
                    return replay
                raise EventAlreadyCountedError
            taken = self._budgets.look(program, program.local_day(event.occurred_at))
            taking = self._taking(issuer, now, claim.key.partition, attempt)

            def more(entry: Entry) -> Sequence[Write]:
                once = self._claims.writes(entry.member_id, event, claim.key.partition)
                used = plan_use(program, entry.shares, taken, claim.key.partition)
                return [*once, *self._budgets.take(program, used, taken), *taking.writes(issued(entry))]

            command = RecordEvent(partner_id, event, person, rooms_left(program, taken), taking.funding.partner_id)
            return Intent(command, answer, claim, more=more, is_replanned=True)

        return plan

    def _program_of(self, event: MemberEvent) -> Program:
        """The program of the event's day. Raises ValidationFailedError where that is not yet, or knows no such event."""
        if event.occurred_at > self._ledger.now() + TILL_CLOCK_AHEAD_MAX:
            raise ValidationFailedError.at("/occurred_at", "in_the_future", "The event has not happened yet.")
        program = self._programs.at(event.occurred_at)
        if not program.knows_event(event.type):
            raise ValidationFailedError.at("/type", "unknown_event", "The program of that day knows no such event.")
        return program

    def _taking(self, issuer: Partner | None, now: datetime, claim_id: str = "", attempt: int = 0) -> Taking:
        """Who stands behind what is given today."""
        return self._totals.issuing(issuer, Today(self._programs.at(now), now), claim_id, attempt)

    def _person(self, member_id: str, program: Program) -> Person | None:
        """Who it was, where rules ask about them: else the profile is not read."""
        return self._members.person(member_id, program.time_zone) if program.asks_person else None

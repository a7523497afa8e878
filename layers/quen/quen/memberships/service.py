"""Paid memberships: trials, payments, cancellations, refunds. Quen moves no money: the brand's payment side does, and says so.

A payment's id names one payment of its partner for ever; trials and refunds come with an idempotency key. To cancel what was
canceled changes nothing, so it needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from quen.errors import MembershipNotRunningError, NotFoundError, QuenError, ValidationFailedError
from quen.ids import derived_id
from quen.ledger.documents import Claim, DocumentKey, Outcome
from quen.ledger.model import (
    Account,
    CancelMembership,
    Entry,
    RecordPayment,
    RefundMembership,
    ResumeMembership,
    StartTrial,
    entry_id,
)
from quen.ledger.service import Ledger
from quen.members.model import MemberReference
from quen.memberships.payments import Payment, payment_claim, payment_document, payment_view
from quen.memberships.views import membership_detail, plan_view
from quen.program.model import Program
from quen.writes import Write

CLOCK_AHEAD_MAX = timedelta(minutes=10)


class MemberLookup(Protocol):
    """Who a partner means."""

    def resolve(self, reference: MemberReference, pointer: str) -> str:
        """The id of a member who may earn and spend. Raises MemberNotFoundError, MemberNotActiveError."""


class ProgramHistory(Protocol):
    """Which program was in force when."""

    def at(self, instant: datetime) -> Program:
        """The version in force at that instant."""

    def current(self, now: datetime) -> Program:
        """The version in force now."""


class Memberships:
    """What members pay for."""

    def __init__(self, ledger: Ledger, members: MemberLookup, programs: ProgramHistory, id_key: bytes) -> None:
        self._ledger = ledger
        self._members = members
        self._programs = programs
        self._id_key = id_key

    def record_payment(
        self, partner_id: str, member: MemberReference, payment: Payment, fingerprint: str, *, payer: str = ""
    ) -> Outcome:
        """A payment of a plan's price as it was when it happened, or one that failed. The same again is the first answer again.
        `payer` is the brand that was paid ("": the shop itself), and pays back alone.

        Raises PaymentAlreadyRecordedError for other content, MemberNotFoundError, MemberNotActiveError,
        MembershipRunningError, MembershipPaidAheadError, ValidationFailedError; then nothing has changed.
        """
        claim = payment_claim(partner_id, payment, fingerprint)
        try:
            member_id = self._members.resolve(member, "/member")
            if payment.occurred_at > self._ledger.now() + CLOCK_AHEAD_MAX:
                raise ValidationFailedError.at("/occurred_at", "in_the_future", "The payment has not happened yet.")
            program = self._programs.at(payment.occurred_at)
        except QuenError:
            if replay := self._ledger.find_replay(claim):
                return replay
            raise
        command = RecordPayment(
            partner_id, payment.payment_id, payment.plan_id, payment.outcome, payment.amount, payment.occurred_at, payer
        )

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            change = entry.membership
            again = change.on if change and change.cause == "payment_failed" else ""
            return {**payment_view(payment), "retry_on": again or None, **self._changed(account, entry)}

        return self._ledger.execute(member_id, command, answer=answer, program=program, claim=claim)

    def load_payment(self, partner_id: str, payment_id: str) -> Mapping[str, Any]:
        """What the payment was answered with. Raises NotFoundError, for a stranger's payment too."""
        document = self._ledger.find_document(payment_document(partner_id, payment_id))
        if document is None:
            raise NotFoundError("There is no such payment.")
        return document.result

    def find(self, member: MemberReference) -> dict[str, Any]:
        """How a member's membership stands, for a till. Raises MemberNotFoundError, MemberNotActiveError."""
        account = self._ledger.load_account(self._members.resolve(member, "/member"))
        return {"member_id": account.member_id, "membership": membership_detail(account.membership, self._program())}

    def show(self, member_id: str) -> dict[str, Any]:
        """The member's own membership, and the plans that are offered. Raises MemberNotFoundError."""
        account, program = self._ledger.load_account(member_id), self._program()
        return {
            "membership": membership_detail(account.membership, program),
            "plans": [plan_view(plan, account.membership, program) for plan in program.plans],
        }

    def start_trial(self, member_id: str, plan_id: str, *, idempotency_key: str, fingerprint: str) -> Outcome:
        """A trial from today on. Raises PaymentRequiredError, MembershipRunningError, MemberNotActiveError,
        ValidationFailedError, IdempotencyKeyReusedError.
        """
        change_id = derived_id("mbs", self._id_key, f"member:{member_id}", idempotency_key)
        claim = _claim(change_id, "trial", fingerprint)
        return self._ledger.execute(member_id, StartTrial(change_id, plan_id), answer=self._changed, claim=claim)

    def cancel(self, member_id: str, record: Callable[[Account], Sequence[Write]] = lambda _: ()) -> dict[str, Any]:
        """It is not renewed; to cancel it again changes nothing. `record` makes the writes that go with the change, of the
        account before it. Raises MembershipNotRunningError, MemberNotFoundError.
        """
        return self._change(member_id, CancelMembership(), lambda state: state == "CANCELED_AT_PERIOD_END", record)

    def resume(self, member_id: str) -> dict[str, Any]:
        """It is renewed after all; where it was not canceled nothing changes. Raises MembershipNotRunningError,
        MemberNotActiveError, MemberNotFoundError.
        """
        return self._change(member_id, ResumeMembership(), lambda state: state in {"TRIAL", "ACTIVE"})

    def refund(
        self,
        partner_id: str,
        member: MemberReference,
        plan_id: str,
        *,
        idempotency_key: str,
        fingerprint: str,
        payer: str = "",
    ) -> Outcome:
        """It ends at once, and says how much the payment side pays back: that of the `payer`, and no other.
        Raises MembershipNotRunningError, PerksUsedError, MemberNotFoundError, MemberNotActiveError, IdempotencyKeyReusedError.
        """
        change_id = derived_id("mbs", self._id_key, f"partner:{partner_id}", idempotency_key)
        claim = _claim(change_id, "refund", fingerprint)
        try:
            member_id = self._members.resolve(member, "/member")
        except QuenError:
            if replay := self._ledger.find_replay(claim):
                return replay
            raise

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            amount = entry.membership.amount if entry.membership else 0
            refund = {"amount": amount, "currency": self._program().currency}
            return {"refund": refund, **self._changed(account, entry)}

        return self._ledger.execute(member_id, RefundMembership(change_id, plan_id, payer), answer=answer, claim=claim)

    def _change(
        self,
        member_id: str,
        command: CancelMembership | ResumeMembership,
        is_so: Callable[[str], bool],
        record: Callable[[Account], Sequence[Write]] = lambda _: (),
    ) -> dict[str, Any]:
        """Do it where it is not so already. Who was overtaken by the same request of somebody else finds it so afterwards."""
        before = self._ledger.load_account(member_id)
        if is_so(before.membership.state):
            return self._shown(before)
        try:
            changed = self._ledger.execute(
                before.member_id, command, answer=lambda account, _: self._shown(account), others=record(before)
            )
            return dict(changed.result)
        except MembershipNotRunningError:
            after = self._ledger.load_account(member_id)
            if is_so(after.membership.state):
                return self._shown(after)
            raise

    def _changed(self, account: Account, entry: Entry) -> Mapping[str, Any]:
        return {"member_id": account.member_id, "entry_id": entry_id(entry), **self._shown(account)}

    def _shown(self, account: Account) -> dict[str, Any]:
        return {"membership": membership_detail(account.membership, self._program())}

    def _program(self) -> Program:
        return self._programs.current(self._ledger.now())


def _claim(change_id: str, kind: str, fingerprint: str) -> Claim:
    return Claim(DocumentKey(f"MEMBERSHIP#{change_id}"), kind, f"{kind} {fingerprint}")

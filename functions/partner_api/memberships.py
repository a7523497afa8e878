"""Paid memberships: payments as the brand's payment side reports them, refunds, and how a member's stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from partner_api.callers import recognise_partner
from quen.bootstrap import application
from quen.errors import (
    ConflictRetryError,
    IdempotencyKeyReusedError,
    MemberNotActiveError,
    MemberNotFoundError,
    MembershipNotRunningError,
    MembershipPaidAheadError,
    MembershipRunningError,
    NotFoundError,
    PaymentAlreadyRecordedError,
    PerksUsedError,
)
from quen.http.answers import Instant as InstantAnswer
from quen.http.answers import Money
from quen.http.bodies import BusinessId, Instant, Member, MoneyBody, PlanId, ReasonCode
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.memberships import MembershipChanged, MembershipShown
from quen.http.scalars import Day
from quen.ledger.documents import Outcome
from quen.memberships.payments import Payment
from quen.partners.model import PartnerCaller, Relation, Right
from quen.partners.rates import RatedAction

memberships: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


class MembershipPaymentBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A payment for one period of a plan, of just its price, or one that was tried and failed. The same `payment_id` with the
    same content is the same payment, for ever; another try is another payment.
    """

    payment_id: BusinessId
    member: Member
    plan_id: PlanId
    outcome: Literal["succeeded", "failed"]
    amount: MoneyBody
    occurred_at: Instant
    reason: ReasonCode | None = None

    def value(self) -> Payment:
        """As the domain has it."""
        return Payment(self.payment_id, self.plan_id, self.outcome, self.amount.value(), self.occurred_at, self.reason)


class WhoseBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose membership."""

    member: Member


class MembershipRefundBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose membership, and of which plan: what is paid back is of that one."""

    member: Member
    plan_id: PlanId


class RecordedPayment(MembershipChanged):
    """The payment, and the membership after it. One that failed is tried again on the day `retry_on` (null: no more)."""

    payment_id: str
    plan_id: str
    outcome: Literal["succeeded", "failed"]
    amount: Money
    occurred_at: InstantAnswer
    reason: str | None
    retry_on: Day | None


class RefundedMembership(MembershipChanged):
    """What the payment side pays back to the member."""

    refund: Money


class FoundMembership(MembershipShown):
    """How the member's membership stands (null: they never had one)."""

    member_id: str


@memberships.endpoint(
    "POST",
    "/v1/payments",
    action=Right.REPORT_PAYMENTS,
    status=201,
    body=MembershipPaymentBody,
    answer=RecordedPayment,
    errors=(
        MemberNotFoundError,
        MemberNotActiveError,
        PaymentAlreadyRecordedError,
        MembershipRunningError,
        MembershipPaidAheadError,
        ConflictRetryError,
    ),
)
def record_payment(call: Call[PartnerCaller, MembershipPaymentBody]) -> Outcome:
    """Report a payment. A retry has the same `payment_id` and gets the first answer again."""
    body = call.input
    return application().memberships.record_payment(
        call.caller.partner_id,
        body.member.reference(),
        body.value(),
        call.fingerprint,
        payer=_payer(call.caller),
    )


@memberships.endpoint(
    "GET",
    "/v1/payments/{payment_id}",
    action=Right.REPORT_PAYMENTS,
    answer=RecordedPayment,
    errors=(NotFoundError,),
)
def show_payment(call: Call[PartnerCaller, Nothing], payment_id: str) -> Mapping[str, Any]:
    """What became of a payment: the question after a time-out."""
    return application().memberships.load_payment(call.caller.partner_id, payment_id)


@memberships.endpoint(
    "POST",
    "/v1/memberships/search",
    action=Right.SEARCH_MEMBERS,
    body=WhoseBody,
    answer=FoundMembership,
    errors=(MemberNotFoundError, MemberNotActiveError),
)
def search(call: Call[PartnerCaller, WhoseBody]) -> Mapping[str, Any]:
    """How a member's membership stands; counted with the searches for members."""
    app, reference = application(), call.input.member.reference()
    app.partner_rates.count(call.caller.partner_id, RatedAction.SEARCH_MEMBERS)
    return app.memberships.find(reference)


@memberships.endpoint(
    "POST",
    "/v1/memberships/refund",
    action=Right.REPORT_PAYMENTS,
    body=MembershipRefundBody,
    answer=RefundedMembership,
    needs_key=True,
    errors=(
        MemberNotFoundError,
        MemberNotActiveError,
        MembershipNotRunningError,
        PerksUsedError,
        IdempotencyKeyReusedError,
        ConflictRetryError,
    ),
)
def refund(call: Call[PartnerCaller, MembershipRefundBody]) -> Outcome:
    """End a membership that you were paid for and whose perks were not used; the answer says how much of it goes back."""
    return application().memberships.refund(
        call.caller.partner_id,
        call.input.member.reference(),
        call.input.plan_id,
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
        payer=_payer(call.caller),
    )


def _payer(caller: PartnerCaller) -> str:
    """Who is paid: a brand, or the shop, whichever of its own tills says so."""
    return caller.partner_id if caller.partner.relation is Relation.BRAND else ""

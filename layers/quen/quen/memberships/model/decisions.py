"""What members, payments and staff make of a membership. Every decision is about one that has been brought up to `today`.

| | never, ENDED | TRIAL | ACTIVE | CANCELED_AT_PERIOD_END | PAST_DUE |
|---|---|---|---|---|---|
| trial | TRIAL, once in a life | refused | refused | refused | refused |
| paid | ACTIVE, from today | ACTIVE, after it | ACTIVE, longer | ACTIVE, longer | ACTIVE, from the old end |
| not paid | stays | stays | stays | stays | stays |
| canceled | refused | CANCELED | CANCELED | stays | ENDED |
| resumed | refused | stays | stays | TRIAL or ACTIVE | refused |
| refunded | refused | refused | ENDED | ENDED, but for a trial | refused |

None comes from the order in which payments arrive: what counts is the state that they meet.
"""

from __future__ import annotations

from quen.errors import (
    MembershipNotRunningError,
    MembershipPaidAheadError,
    MembershipRunningError,
    PaymentRequiredError,
    PerksUsedError,
)
from quen.memberships.model.periods import days_of, due_on, next_retry, next_step, shifted, term_from
from quen.memberships.model.values import Membership, MembershipChange, PaidPeriod
from quen.program.model import Plan

AHEAD_MAX = 12
"""So many periods can be paid for before they begin."""


def trial_started(membership: Membership, plan: Plan, today: str) -> MembershipChange:
    """A trial from today on. Raises MembershipRunningError, PaymentRequiredError."""
    if not membership.is_over:
        raise MembershipRunningError
    if not plan.trial_days or membership.had_trial:
        raise PaymentRequiredError
    trial = Membership(plan.id, "TRIAL", today, shifted(today, plan.trial_days - 1), had_trial=1, begun=today)
    return MembershipChange("trial_started", _going_on(trial, plan, today), plan.id)


def paid(membership: Membership, plan: Plan, today: str, payer: str = "") -> MembershipChange:
    """One period more, paid to the `payer` as `Membership` has it. Raises MembershipRunningError for another plan than the one
    that runs, and for another payer; MembershipPaidAheadError.
    """
    _check_plan(membership, plan, payer)
    if membership.is_running:
        after = _paid_ahead(membership, plan)
    else:
        after = _paid_from_old_end(membership, plan, today) or _begun(membership, plan, today)
    return MembershipChange("paid", _going_on(after._replace(payer=payer), plan, today), plan.id, plan.price)


def payment_failed(membership: Membership, plan: Plan, today: str, payer: str = "") -> MembershipChange:
    """Nothing becomes of it: an unpaid period ends by itself. Tells when the payment is tried again.

    Raises MembershipRunningError for another plan than the one that runs, and for another payer.
    """
    _check_plan(membership, plan, payer)
    again = (
        "" if membership.is_over or membership.state == "CANCELED_AT_PERIOD_END" else _next_try(membership, plan, today)
    )
    return MembershipChange("payment_failed", membership, plan.id, plan.price, again)


def canceled(membership: Membership, plan: Plan | None, today: str) -> MembershipChange | None:
    """It is not renewed: the member keeps what is paid for. None where that is so already.

    Raises MembershipNotRunningError.
    """
    if membership.is_over:
        raise MembershipNotRunningError
    if membership.state == "CANCELED_AT_PERIOD_END":
        return None
    is_unpaid = membership.state == "PAST_DUE"
    after = membership._replace(state="ENDED" if is_unpaid else "CANCELED_AT_PERIOD_END")
    return MembershipChange("canceled", _going_on(after, plan, today), membership.plan)


def resumed(membership: Membership, plan: Plan | None, today: str) -> MembershipChange | None:
    """It was canceled, and is renewed after all. None where there is nothing to undo. Raises MembershipNotRunningError."""
    if not membership.is_running or plan is None:
        raise MembershipNotRunningError
    if membership.state != "CANCELED_AT_PERIOD_END":
        return None
    after = membership._replace(state="ACTIVE" if membership.is_paid else "TRIAL")
    return MembershipChange("resumed", _going_on(after, plan, today), membership.plan)


def refunded(membership: Membership, plan_id: str, today: str, *, is_used: bool, payer: str = "") -> MembershipChange:
    """It ends at once: nothing of today is kept. What was paid for whole days that have not begun goes back, rounded down.

    `is_used`: a counted perk of the plan was used in this period, or is reserved. Raises MembershipNotRunningError where
    nothing of that plan is paid to the `payer` any more, PerksUsedError.
    """
    if not membership.is_running or membership.plan != plan_id or not membership.is_paid:
        raise MembershipNotRunningError
    if membership.payer != payer:
        raise MembershipNotRunningError
    if is_used:
        raise PerksUsedError
    days_left = days_of(today, membership.until) - 1
    current = membership.paid * days_left // days_of(membership.since, membership.until)
    amount = current + sum(period.paid for period in membership.ahead)
    after = membership._replace(state="ENDED", until=shifted(today, -1), next_on="", paid=0, ahead=(), payer="")
    return MembershipChange("refunded", after, plan_id, amount)


def _check_plan(membership: Membership, plan: Plan, payer: str) -> None:
    is_paid_to_another = membership.is_running and membership.is_paid and membership.payer != payer
    if is_paid_to_another or (not membership.is_over and membership.plan != plan.id):
        raise MembershipRunningError


def _going_on(membership: Membership, plan: Plan | None, today: str) -> Membership:
    return membership._replace(next_on=next_step(membership, plan, today))


def _paid_ahead(membership: Membership, plan: Plan) -> Membership:
    """A period after all that is paid for: no day is lost."""
    if len(membership.ahead) >= AHEAD_MAX:
        raise MembershipPaidAheadError
    until, anchor = term_from(due_on(membership), plan, membership.anchor)
    ahead = (*membership.ahead, PaidPeriod(until, plan.price))
    return membership._replace(state="ACTIVE", anchor=anchor, ahead=ahead)


def _paid_from_old_end(membership: Membership, plan: Plan, today: str) -> Membership | None:
    """The period that was due; None where none is, or it would be over already: nobody pays for days that they cannot use."""
    if membership.state != "PAST_DUE":
        return None
    first = due_on(membership)
    until, anchor = term_from(first, plan, membership.anchor)
    if until < today:
        return None
    return membership._replace(state="ACTIVE", since=first, until=until, anchor=anchor, paid=plan.price, saved=0)


def _begun(membership: Membership, plan: Plan, today: str) -> Membership:
    """The first period, from today on."""
    until, anchor = term_from(today, plan)
    return Membership(
        plan.id, "ACTIVE", today, until, had_trial=membership.had_trial, begun=today, anchor=anchor, paid=plan.price
    )


def _next_try(membership: Membership, plan: Plan, today: str) -> str:
    """When the payment is tried again: on the day on which it is due, or on one of those after it."""
    first = due_on(membership)
    return first if today < first else next_retry(membership, plan, today)

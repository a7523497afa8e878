"""Paid memberships: what payments, cancellations and time make of them, and what they save the member.

What becomes of a membership stands in `quen.memberships.model`; here it becomes entries. A reservation of a perk that is open
when the period ends stands: it was made while it was paid for. Counts of a period die with the period, whose last day is in
their key.
"""

from __future__ import annotations

from datetime import date, datetime

from quen.business_days import local_day
from quen.earning.model import Award, Purchase, price_purchase
from quen.errors import MembershipNotRunningError, ValidationFailedError
from quen.ledger.model.commands import (
    CancelMembership,
    RecordPayment,
    RefundMembership,
    ResumeMembership,
    ReturnPurchase,
    StartTrial,
)
from quen.ledger.model.draft import Draft
from quen.ledger.model.values import Account, Entry, Hold, Reference
from quen.memberships.model import (
    MembershipChange,
    canceled,
    paid,
    payment_failed,
    refunded,
    resumed,
    trial_started,
    turned,
)
from quen.program.model import Facts, Plan, Program

PERIOD = "membership_period"
_PERK = "perk:"
"""How shares of what a multiplier perk gives are named."""


def term_turned(account: Account, program: Program, at: datetime, now: datetime) -> Entry:
    """What the day that is due makes of the membership; its next step is a later one."""
    membership = account.membership
    draft = Draft(account, "term", program, now, Reference("plan", membership.plan), at)
    return _sealed(draft, account, turned(membership, program.find_plan(membership.plan), membership.next_on))


def trial(account: Account, command: StartTrial, program: Program, now: datetime) -> Entry:
    """The member tries a plan. Raises MembershipRunningError, PaymentRequiredError, ValidationFailedError."""
    draft = Draft(account, "membership", program, now, Reference("membership", command.change_id))
    plan = _plan(program, command.plan_id)
    return _sealed(draft, account, trial_started(account.membership, plan, draft.today.isoformat()))


def payment(account: Account, command: RecordPayment, program: Program, now: datetime) -> Entry:
    """A payment of just the plan's price, or the news that there was none.

    Raises MembershipRunningError, MembershipPaidAheadError, ValidationFailedError.
    """
    reference = Reference("payment", payment_key(command.partner_id, command.payment_id))
    draft = Draft(account, "membership", program, now, reference, command.occurred_at)
    plan = _plan(program, command.plan_id)
    if (command.amount.amount, command.amount.currency) != (plan.price, program.currency):
        raise ValidationFailedError.at(
            "/amount", "not_the_price", "The amount is not what one period of the plan costs."
        )
    decided = paid if command.outcome == "succeeded" else payment_failed
    change = decided(account.membership, plan, draft.today.isoformat(), command.payer)
    return _sealed(draft, account, change)


def cancellation(account: Account, _command: CancelMembership, program: Program, now: datetime) -> Entry:
    """It is not renewed. Raises MembershipNotRunningError, also where it was canceled before: then nothing changes."""
    draft = Draft(account, "membership", program, now, Reference("plan", account.membership.plan))
    plan = program.find_plan(account.membership.plan)
    return _sealed(draft, account, _some(canceled(account.membership, plan, draft.today.isoformat())))


def resumption(account: Account, _command: ResumeMembership, program: Program, now: datetime) -> Entry:
    """It is renewed after all. Raises MembershipNotRunningError, also where it was not canceled: then nothing changes."""
    draft = Draft(account, "membership", program, now, Reference("plan", account.membership.plan))
    plan = program.find_plan(account.membership.plan)
    return _sealed(draft, account, _some(resumed(account.membership, plan, draft.today.isoformat())))


def membership_refund(account: Account, command: RefundMembership, program: Program, now: datetime) -> Entry:
    """What is not used goes back, and it ends at once. Raises MembershipNotRunningError, PerksUsedError."""
    draft = Draft(account, "membership", program, now, Reference("membership", command.change_id))
    change = refunded(
        account.membership,
        command.plan_id,
        draft.today.isoformat(),
        is_used=_is_used(account, program, command.plan_id),
        payer=command.payer,
    )
    return _sealed(draft, account, change)


def payment_key(partner_id: str, payment_id: str) -> str:
    """How a payment is named across partners; a partner's id has no `#`."""
    return f"{partner_id}#{payment_id}"


def saved_by_use(account: Account, hold: Hold, day: date) -> int:
    """What the use of a perk on that day saves a member who pays for it."""
    return hold.saved if account.membership.plan_on(day) else 0


def unsaved_by_refund(account: Account, hold: Hold, program: Program) -> int:
    """How much less the period has saved once that use is undone (0 or negative); of a use in an earlier period, nothing."""
    last_day = hold.period.partition("/")[0] if hold.period.endswith(PERIOD) else ""
    is_earlier = local_day(hold.lapses_at, program.time_zone).isoformat() < account.membership.since
    if is_earlier or (last_day and last_day != account.membership.until):
        return 0
    return -min(hold.saved, account.membership.saved)


def saved_by_purchase(
    account: Account, purchase: Purchase, award: Award, facts: Facts, program: Program, day: date
) -> int:
    """What a purchase of that day saves a member who pays for a plan in the period in which it lies: the discount that a tier
    or the plan took off the bill, and the worth of points that only the plan's multipliers gave. Of earlier periods, nothing.
    """
    membership = account.membership
    if not membership.since <= day.isoformat() <= membership.until:
        return 0
    discount = purchase.member_discount.amount if purchase.member_discount else 0
    perks = _perks_of(program, membership.plan, facts.tier)
    if not perks:
        return discount
    named = {f"{_PERK}{perk_id}" for perk_id in perks}
    points = sum(share.points for share in award.explanation if share.wallet == "points" and share.rule_id in named)
    return discount + program.worth(points).amount


def unsaved_by_return(account: Account, command: ReturnPurchase, still: Award, day: date) -> int:
    """How much less the period has saved (0 or negative), of a purchase of that day of which less is left."""
    if not account.membership.saved:
        return 0
    rules, facts = command.rules, command.facts
    had = price_purchase(rules, command.before, facts=facts, rooms=command.rooms)
    saved = saved_by_purchase(account, command.before, had, facts, rules, day)
    left = saved_by_purchase(account, command.remaining, still, facts, rules, day)
    return -min(max(0, saved - left), account.membership.saved)


def _perks_of(program: Program, plan_id: str, tier_id: str = "") -> frozenset[str]:
    """The plan's perks, but for those that members of that tier have anyway."""
    return frozenset(
        perk.id for perk in program.perks if plan_id in perk.plans and not (tier_id and tier_id in perk.tiers)
    )


def _is_used(account: Account, program: Program, plan_id: str) -> bool:
    """Whether counted perks of the plan were used, or are reserved: in this period of it, or in one of the calendar that is
    not over before it.
    """
    membership = account.membership
    perks = _perks_of(program, plan_id)
    for key, count in account.rewards.items():
        reward_id, _, period = key.partition("/")
        last_day, _, name = period.partition("/")
        is_of_period = name == PERIOD and last_day == membership.until
        if count > 0 and (is_of_period or (reward_id in perks and last_day >= membership.since)):
            return True
    return False


def _plan(program: Program, plan_id: str) -> Plan:
    plan = program.find_plan(plan_id)
    if plan is None:
        raise ValidationFailedError.at("/plan_id", "unknown_plan", "The program has no such membership.")
    return plan


def _some(change: MembershipChange | None) -> MembershipChange:
    if change is None:
        raise MembershipNotRunningError("That is so already.")
    return change


def _sealed(draft: Draft, account: Account, change: MembershipChange) -> Entry:
    """What a period saved that is left behind is told by the entry that begins the next one."""
    return draft.sealed(membership=change, saved=change.after.saved - account.membership.saved, reason=change.cause)

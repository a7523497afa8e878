"""What time makes of a membership, at the midnight at which its next step falls due.

| | the day of notice | the period is over | a day of another try | the wait is over |
|---|---|---|---|---|
| TRIAL, ACTIVE | a payment is due | the next period, if it is paid for; else PAST_DUE, or without a wait ENDED | | |
| CANCELED_AT_PERIOD_END | | the next period, if it is paid for; else ENDED | | |
| PAST_DUE | | | a payment is due | ENDED |

A plan that is no longer in the program cannot be paid for: nothing is due, and what is unpaid ends.
"""

from __future__ import annotations

from quen.memberships.model.periods import due_on, ends_on, next_step, shifted
from quen.memberships.model.values import Membership, MembershipChange
from quen.program.model import Plan


def turned(membership: Membership, plan: Plan | None, day: str) -> MembershipChange:
    """What the beginning of that day, its `next_on`, makes of it; its next step is a later one."""
    if membership.state == "PAST_DUE":
        is_waiting = plan is not None and day < ends_on(membership, plan)
        return _due(membership, plan, day) if is_waiting and plan else _ended(membership)
    if day <= membership.until:
        return _due(membership, plan, day) if plan else _not_renewed(membership, day)
    if membership.ahead:
        return _renewed(membership, plan, day)
    if plan and plan.grace_days and membership.state != "CANCELED_AT_PERIOD_END":
        return _past_due(membership, plan, day)
    return _ended(membership)


def _due(membership: Membership, plan: Plan, day: str) -> MembershipChange:
    """A payment is due: on the first day that is not paid for, or where that is past, today."""
    after = membership._replace(next_on=next_step(membership, plan, day))
    return MembershipChange("payment_due", after, plan.id, plan.price, max(due_on(membership), day))


def _not_renewed(membership: Membership, day: str) -> MembershipChange:
    after = membership._replace(state="CANCELED_AT_PERIOD_END")
    return MembershipChange("canceled", after._replace(next_on=next_step(after, None, day)), membership.plan)


def _renewed(membership: Membership, plan: Plan | None, day: str) -> MembershipChange:
    """The next period begins that was paid for before; what the last one saved is told by its entry."""
    (until, paid), *ahead = membership.ahead
    after = membership._replace(since=shifted(membership.until, 1), until=until, saved=0, paid=paid, ahead=tuple(ahead))
    return MembershipChange("renewed", after._replace(next_on=next_step(after, plan, day)), membership.plan, paid)


def _past_due(membership: Membership, plan: Plan, day: str) -> MembershipChange:
    """The member no longer has what the plan gives; points stay, as ever. It waits to the end of a day to be paid for."""
    after = membership._replace(state="PAST_DUE")
    last = shifted(ends_on(after, plan), -1)
    return MembershipChange("past_due", after._replace(next_on=next_step(after, plan, day)), plan.id, plan.price, last)


def _ended(membership: Membership) -> MembershipChange:
    return MembershipChange("ended", membership._replace(state="ENDED", next_on=""), membership.plan)

"""How long a payment lasts, and on which day a membership's next step falls due.

A period of months ends the day before the same day of a later month, counted from the first day of the first one: paid for
on 31 January, a month is due on 28 February, the next one on 31 March. So a short month takes no day from those after it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from quen.business_days import add_months
from quen.memberships.model.values import Membership
from quen.program.model import Plan


class Term(NamedTuple):
    """A period's last day, and the day from which its months are counted ("": none are)."""

    until: str
    anchor: str


def term_from(first: str, plan: Plan, anchor: str = "") -> Term:
    """The period of the plan that begins on that day. `anchor` counts where the day is one of its months'."""
    begins = date.fromisoformat(first)
    if not plan.months:
        return Term(shifted(first, plan.days - 1), "")
    counted_from = date.fromisoformat(anchor) if anchor else begins
    months = (begins.year - counted_from.year) * 12 + begins.month - counted_from.month
    if add_months(counted_from, months) != begins:
        counted_from, months = begins, 0
    until = add_months(counted_from, months + plan.months) - timedelta(days=1)
    return Term(until.isoformat(), counted_from.isoformat())


def shifted(day: str, days: int) -> str:
    """So many days later, or earlier."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def days_of(first: str, last: str) -> int:
    """How many days there are from one day to another, both included."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days + 1


def due_on(membership: Membership) -> str:
    """The day on which the next payment is due: the first that is not paid for."""
    return shifted(membership.last_day, 1)


def ends_on(membership: Membership, plan: Plan | None) -> str:
    """The day at whose midnight a membership that is past due ends; with a plan that is no more, at once."""
    return shifted(membership.until, 1 + (plan.grace_days if plan else 0))


def next_retry(membership: Membership, plan: Plan | None, day: str) -> str:
    """The first day after that one on which a payment is tried again; "" where none is."""
    first, last = due_on(membership), ends_on(membership, plan)
    tries = [shifted(first, days) for days in plan.retry_days] if plan else []
    return min((tried for tried in tries if day < tried < last), default="")


def next_step(membership: Membership, plan: Plan | None, day: str) -> str:
    """The day at whose midnight something next becomes of the membership by mere time, after that day; "" where nothing does.

    That is the notice that a payment is due, the end of a period, a day on which the payment is tried again, the end of the
    wait. Whatever a newer version of the program says, it is never a day that has passed.
    """
    if membership.is_over:
        return ""
    if membership.state == "PAST_DUE":
        return next_retry(membership, plan, day) or max(ends_on(membership, plan), shifted(day, 1))
    steps = [shifted(membership.until, 1)]
    if plan and plan.notice_days and membership.state in {"TRIAL", "ACTIVE"}:
        steps.append(shifted(due_on(membership), -plan.notice_days))
    return min(step for step in steps if step > day)

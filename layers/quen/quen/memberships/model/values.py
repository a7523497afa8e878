"""What a membership is, what an entry says became of it, and the short forms of both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

MembershipState = Literal["", "TRIAL", "ACTIVE", "PAST_DUE", "CANCELED_AT_PERIOD_END", "ENDED"]
Cause = Literal[
    "trial_started",
    "paid",
    "payment_failed",
    "canceled",
    "resumed",
    "refunded",
    "payment_due",
    "renewed",
    "past_due",
    "ended",
    "merged",
]
RUNNING: frozenset[MembershipState] = frozenset({"TRIAL", "ACTIVE", "CANCELED_AT_PERIOD_END"})
"""The states in which the member has what the plan gives."""


class PaidPeriod(NamedTuple):
    """A period that was paid for and has not begun: its last day, and what was paid, in the smallest unit of money."""

    until: str
    paid: int


class Membership(NamedTuple):
    """The plan, its state, the first and the last day of the current period (of one that is over: the last one), and the day
    at whose midnight its next step falls due ("": none does).

    `saved` is what it has saved the member in this period, in the smallest unit of money; `had_trial` whether a trial was
    ever begun. `begun` is the first day of all periods that follow each other without a gap, `anchor` the day from which
    months are counted ("": none are). `paid` is what was paid for the current period, 0 for a trial; `ahead` are the periods
    after it that are paid for already; `payer` is the brand that was paid ("": the shop itself).
    """

    plan: str = ""
    state: MembershipState = ""
    since: str = ""
    until: str = ""
    next_on: str = ""
    saved: int = 0
    had_trial: int = 0
    begun: str = ""
    anchor: str = ""
    paid: int = 0
    ahead: tuple[PaidPeriod, ...] = ()
    payer: str = ""

    @property
    def is_running(self) -> bool:
        """Whether the member has what the plan gives."""
        return self.state in RUNNING

    @property
    def is_over(self) -> bool:
        """Whether there is none, or none any more: then any plan can be begun."""
        return self.state in {"", "ENDED"}

    @property
    def last_day(self) -> str:
        """The last day that is paid for, or tried for nothing."""
        return self.ahead[-1].until if self.ahead else self.until

    @property
    def is_paid(self) -> bool:
        """Whether anything was paid for this period or a later one: where not, it is a trial."""
        return bool(self.paid or self.ahead)

    def plan_on(self, day: date) -> str:
        """The plan whose perks the member has on that day, or had: "" where nothing is paid for. Days of a period that is over
        are still answered for, as receipts come late.
        """
        return self.plan if (self.begun or self.since) <= day.isoformat() <= self.last_day else ""


NO_MEMBERSHIP = Membership()


class MembershipChange(NamedTuple):
    """What an entry did to a membership, why, and what it is `after` it.

    `plan` is the plan that it is about (never empty), and `amount` money in its smallest unit: paid, not paid, due, or
    refunded. `on` is the day that goes with it: of a payment that is due its day, of one that failed the day of the next try
    ("": there is none), of one that is past due the last day on which it can be made.
    """

    cause: Cause
    after: Membership
    plan: str
    amount: int = 0
    on: str = ""


def membership_form(membership: Membership) -> list[Any]:
    """The membership as short JSON-able values: what is empty at its end is left out."""
    return _cut([*membership[:-2], [list(period) for period in membership.ahead], membership.payer])


def parse_membership(form: Sequence[Any]) -> Membership:
    """The membership that `membership_form` wrote."""
    unsaid: list[Any] = [*NO_MEMBERSHIP]
    membership = Membership(*form, *unsaid[len(form) :])
    return membership._replace(ahead=tuple(PaidPeriod(*period) for period in membership.ahead))


def change_form(change: MembershipChange) -> list[Any]:
    """The change as short JSON-able values."""
    return _cut([change.cause, membership_form(change.after), change.plan, change.amount, change.on])


def parse_change(form: Sequence[Any]) -> MembershipChange:
    """The change that `change_form` wrote."""
    cause, after, *rest = form
    return MembershipChange(cause, parse_membership(after), *rest)


def _cut(form: list[Any]) -> list[Any]:
    while form and not form[-1]:
        form.pop()
    return form

"""Paid memberships in answers, to members, partners and staff alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NotRequired, TypedDict

from quen.http.scalars import Count, Day, Money
from quen.memberships.model.values import Cause

State = Literal["TRIAL", "ACTIVE", "PAST_DUE", "CANCELED_AT_PERIOD_END", "ENDED"]


class Membership(TypedDict):
    """What a member pays for, or paid for last. `until` is the last day that is paid for, or tried for nothing; `renews`
    whether another payment is expected; `saved` what it has saved in its current period.
    """

    plan_id: str
    name: str
    state: State
    until: Day
    renews: bool
    saved: Money


PlanDays = TypedDict("PlanDays", {"from": Day, "to": Day})
"""The first and the last day of a period."""


class NextPayment(TypedDict):
    """What one period more costs, and the first day that is not paid for."""

    on: Day
    amount: Money


class SavedText(TypedDict):
    """What the membership has saved, as a person is told."""

    vi: str
    en: str


class MembershipDetail(Membership):
    """The same with its current period (of one that is over: the last one) and the payment that is expected next. One that is
    past due waits for it to the end of the day `pay_until`.
    """

    period: PlanDays
    next_payment: NextPayment | None
    pay_until: Day | None
    sentence: SavedText | None


class PlanPeriod(TypedDict):
    """How long one payment lasts: so many months, or days."""

    months: NotRequired[Count]
    days: NotRequired[Count]


class OfferedPlan(TypedDict):
    """A plan of the program, its name and terms by locale; `trial_days` are what this member can still try for nothing."""

    plan_id: str
    name: Mapping[str, str]
    terms: Mapping[str, str]
    price: Money
    period: PlanPeriod
    trial_days: Count


class MembershipShown(TypedDict):
    """The member's membership (null: they never had one)."""

    membership: MembershipDetail | None


class MembershipOffers(MembershipShown):
    """The member's membership, and the plans that can be paid for."""

    plans: list[OfferedPlan]


class MembershipChanged(MembershipShown):
    """The membership after what was done to it, and the entry that says so."""

    member_id: str
    entry_id: str


class MembershipChange(TypedDict):
    """What an entry did to a membership. `amount`, in the currency's smallest unit, was paid, not paid, is due or goes back;
    `on` is the day on which a payment is due, or tried again, or the last one on which it can be made (past_due).
    """

    cause: Cause
    plan_id: str
    state: State | None
    until: Day | None
    amount: Count
    on: Day | None

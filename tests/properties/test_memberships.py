"""Paid memberships over random payments, cancellations and days that pass: what is had is what was paid for, day by day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from factories import make_plan, make_program
from quen.business_days import add_months
from quen.errors import QuenError
from quen.ledger.model import (
    Account,
    CancelMembership,
    Command,
    Entry,
    RecordPayment,
    RefundMembership,
    ResumeMembership,
    StartTrial,
    bring_up_to,
    decide,
    folded,
    rebuild,
)
from quen.memberships.model import Membership
from quen.money import Money
from quen.program.model import Plan

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2027, 1, 29, 12, tzinfo=ZONE)
Step = Literal["trial", "paid", "failed", "cancel", "resume", "refund", "wait"]

plans = st.builds(
    make_plan,
    months=st.sampled_from([0, 1, 3, 12]),
    days=st.sampled_from([7, 30]),
    trial_days=st.sampled_from([0, 3, 14]),
    grace_days=st.sampled_from([0, 1, 7, 60]),
    notice_days=st.sampled_from([0, 3, 30]),
    retry_days=st.sampled_from([(), (1, 3, 5)]),
)
steps = st.lists(
    st.tuples(st.sampled_from(["trial", "paid", "failed", "cancel", "resume", "refund", "wait"]), st.integers(0, 45)),
    max_size=25,
)


@dataclass
class Shop:
    """One member, and by hand which days were bought: the trial's, and a period for every payment that was taken."""

    plan: Plan
    account: Account = field(default_factory=lambda: Account("mem"))
    now: datetime = START
    entries: list[Entry] = field(default_factory=list)
    bought: set[date] = field(default_factory=set)
    begun: set[date] = field(default_factory=set)
    taken: int = 0
    counted_from: date = date(2027, 1, 29)
    periods: int = 0
    due: date = date(2027, 1, 29)
    had: set[date] = field(default_factory=set)

    def command(self, step: Step, number: int) -> Command:
        outcome: Literal["succeeded", "failed"] = "failed" if step == "failed" else "succeeded"
        commands: dict[str, Command] = {
            "trial": StartTrial(f"trl_{number}", "vip"),
            "cancel": CancelMembership(),
            "resume": ResumeMembership(),
            "refund": RefundMembership(f"mrf_{number}", "vip"),
        }
        return commands.get(step) or RecordPayment("ptn", str(number), "vip", outcome, Money(49_000, "VND"), self.now)

    def do(self, step: Step, number: int) -> None:
        program = make_program(plans=(self.plan,))
        before = folded(self.account, bring_up_to(self.account, program, self.now, self.now)).membership
        if step != "wait":
            try:
                entries = decide(self.account, self.command(step, number), program, self.now)
            except QuenError:
                entries = []
            if entries:
                self.keep(entries)
                self.book(step, before)
        self.keep(bring_up_to(self.account, program, self.now, self.now))
        if self.account.membership.plan_on(self.now.date()):
            self.had.add(self.now.date())

    def book(self, step: Step, before: Membership) -> None:
        today, after = self.now.date(), self.account.membership
        if step in {"trial", "paid"}:
            follows = date.fromisoformat(before.last_day) + timedelta(1) if before.last_day else today
            first = follows if before.is_running else date.fromisoformat(after.since)
            # an unpaid period that would be over already is not paid for: then a new one begins today
            assert first == follows or (first == today and before.state != "ACTIVE")
            days = (date.fromisoformat(after.last_day) - first).days + 1
            if step == "paid":
                self.taken += 1
                self.count_on(first, is_new=before.is_over or first != follows or not before.is_paid)
                assert first + timedelta(days) == self.due
                assert self.due > today  # nobody pays for days that are over
            new = {first + timedelta(day) for day in range(days)}
            assert not new & self.bought  # no day is paid for twice
            self.bought |= new
        if step == "refund":
            # perks stop at once, though the day has begun: it may be bought anew
            self.bought, self.begun = {day for day in self.bought if day < today}, self.begun | {today}

    def count_on(self, first: date, *, is_new: bool) -> None:
        """One period more of those that are counted from one day, without a day lost at the end of a short month."""
        self.counted_from, self.periods = (first, 1) if is_new else (self.counted_from, self.periods + 1)
        if self.plan.months:
            self.due = add_months(self.counted_from, self.plan.months * self.periods)
        else:
            self.due = self.counted_from + timedelta(self.plan.days * self.periods)

    def keep(self, entries: list[Entry]) -> None:
        self.account = folded(self.account, entries)
        self.entries += entries


@settings(max_examples=300, deadline=None)
@given(plans, steps)
@example(make_plan(months=0, days=7, grace_days=60), [("paid", 0), ("wait", 20), ("paid", 0)])
@example(make_plan(months=1, trial_days=0), [("wait", 2), ("paid", 0), ("paid", 0), ("wait", 31), ("paid", 0)])
def test_nobody_is_a_member_on_a_day_that_was_not_bought_and_every_payment_buys_its_days(
    plan: Plan, told: list[tuple[Step, int]]
) -> None:
    shop = Shop(plan)
    for number, (step, days) in enumerate(told):
        if step == "wait":
            shop.now += timedelta(days)
        shop.do(step, number)
        membership = shop.account.membership
        today = shop.now.date()
        assert bool(membership.plan_on(today)) == (today in shop.bought)
        assert not membership.next_on or membership.next_on > today.isoformat()
        if membership.is_running:
            assert membership.since <= today.isoformat() <= membership.until <= membership.last_day
    assert shop.had <= shop.bought | shop.begun
    assert shop.taken == sum(entry.reason == "paid" for entry in shop.entries)
    assert rebuild("mem", shop.entries) == shop.account
    assert sum(entry.reason == "trial_started" for entry in shop.entries) <= 1

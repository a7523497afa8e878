"""Memberships under any events and any time: had on every day that is paid for or tried, and on no other."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from factories import make_plan, make_program
from quen.errors import QuenError
from quen.ledger.model import (
    Account,
    CancelMembership,
    RecordPayment,
    RefundMembership,
    ResumeMembership,
    StartTrial,
    next_due_on,
    rebuild,
    sealed_form,
    verify,
)
from quen.money import Money
from quen.program.model import Plan
from till import Till

PLANS = (
    make_plan(),
    make_plan(months=3, trial_days=3, notice_days=10, grace_days=0, retry_days=()),
    make_plan(months=0, days=7, trial_days=0, grace_days=30, retry_days=(1, 29)),
    make_plan(months=12, trial_days=28, grace_days=60, retry_days=()),
)
EVENTS = ("trial", "paid", "failed", "cancel", "resume", "refund", "wait")
STEPS = st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from((0, 0, 1, 3, 7, 13, 29, 31, 62, 400))), max_size=25)


@dataclass
class Book:
    """What somebody with a calendar and a pencil would keep: every day that was paid for or tried, one by one."""

    plan: Plan
    days: list[date] = field(default_factory=list)
    had_trial: bool = False
    is_canceled: bool = False
    anchor: date | None = None
    months: int = 0
    lengths: list[int] = field(default_factory=list)

    def is_had(self, day: date) -> bool:
        return day in self.days

    def waits_on(self, day: date) -> bool:
        """Unpaid, but not given up yet."""
        return bool(self.days) and not self.is_canceled and 0 < (day - self.days[-1]).days <= self.plan.grace_days

    def try_out(self, day: date) -> None:
        self.had_trial, self.is_canceled, self.anchor = True, False, None
        self.days += [day + timedelta(days=number) for number in range(self.plan.trial_days)]

    def pay(self, day: date) -> None:
        follows = self.is_had(day) or self.waits_on(day)
        first = self.days[-1] + timedelta(days=1) if follows else day
        self.anchor = self.anchor if follows else None
        length = self.measure(first)
        if first + timedelta(days=length) <= day:
            self.anchor, first = None, day
            length = self.measure(first)
        self.is_canceled = False
        self.lengths.append(length)
        self.months += self.plan.months
        self.days += [first + timedelta(days=number) for number in range(length)]

    def measure(self, first: date) -> int:
        """How many days a period from there has; months are counted from the first paid day of the row."""
        if not self.plan.months:
            return self.plan.days
        if self.anchor is None:
            self.anchor, self.months = first, 0
        year, month = divmod(self.anchor.year * 12 + self.anchor.month - 1 + self.months + self.plan.months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return (date(year, month + 1, min(self.anchor.day, last)) - first).days

    def refund(self, day: date) -> None:
        self.days = [each for each in self.days if each < day]
        self.is_canceled = True


def command(event: str, number: int, plan: Plan, till: Till) -> Any:
    if event in {"paid", "failed"}:
        outcome: Any = "succeeded" if event == "paid" else "failed"
        return RecordPayment("ptn", f"P-{number}", "vip", outcome, Money(plan.price, "VND"), till.now)
    return {
        "trial": StartTrial(f"mbs_{number}", "vip"),
        "cancel": CancelMembership(),
        "resume": ResumeMembership(),
        "refund": RefundMembership(f"mbs_{number}", "vip"),
    }[event]


def note(book: Book, event: str, today: date) -> None:
    if event == "trial":
        book.try_out(today)
    elif event == "paid":
        book.pay(today)
    elif event == "cancel":
        book.is_canceled = True
    elif event == "resume":
        book.is_canceled = False
    elif event == "refund":
        book.refund(today)


@given(st.sampled_from(PLANS), STEPS, st.dates(date(2027, 1, 1), date(2028, 12, 31)))
@example(PLANS[0], [("paid", 0), ("paid", 31), ("paid", 31)], date(2027, 1, 31))
@example(PLANS[0], [("trial", 0), ("paid", 3), ("cancel", 0), ("refund", 0), ("paid", 0)], date(2028, 2, 28))
@example(PLANS[2], [("paid", 29), ("paid", 0)], date(2027, 1, 1))
@settings(max_examples=150, deadline=None)
def test_a_plan_is_had_on_every_day_that_was_paid_for_or_tried_and_on_no_other(
    plan: Plan, steps: list[tuple[str, int]], first: date
) -> None:
    till, book = Till(make_program(plans=(plan,))), Book(plan)
    till.now = till.now.replace(year=first.year, month=first.month, day=first.day)
    today, refunded = first, 0
    for number, (event, days) in enumerate(steps):
        if event != "wait":
            try:
                till.do(command(event, number, plan, till))
            except QuenError:
                pass
            else:
                note(book, event, today)
                refunded += till.entries[-1].membership.amount if event == "refund" else 0  # type: ignore[union-attr]
        check(till, book, today)
        for _ in range(min(days, 3)):
            till.now += timedelta(days=1)
            today += timedelta(days=1)
            till.keep_up()
            check(till, book, today)
        till.now += timedelta(days=days - min(days, 3))
        today += timedelta(days=days - min(days, 3))
        till.keep_up()
        check(till, book, today)
    assert refunded <= plan.price * len(book.lengths)
    assert rebuild("mem", till.entries) == till.account
    assert verify(till.account, [sealed_form(entry) for entry in till.entries]) is None


def check(till: Till, book: Book, today: date) -> None:
    membership = till.account.membership
    assert (membership.plan_on(today) == "vip") is book.is_had(today)
    assert membership.is_running is book.is_had(today)
    assert (membership.state == "PAST_DUE") is (book.waits_on(today) and not book.is_had(today))
    assert len(set(book.days)) == len(book.days)
    if membership.is_running:
        assert membership.last_day == book.days[-1].isoformat()
        assert membership.since <= today.isoformat() <= membership.until
    due = next_due_on(till.account, till.program)
    assert due is None or due > today


@given(st.lists(st.sampled_from(["paid", "failed", "trial", "cancel", "resume"]), max_size=12), st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_one_late_look_finds_what_a_look_every_night_finds(events: list[str], days: int) -> None:
    nightly, late = (Till(make_program(plans=PLANS[:1])) for _ in range(2))
    for number, event in enumerate(events):
        for till in (nightly, late):
            try:
                till.do(command(event, number, PLANS[0], till))
            except QuenError:
                continue
    for _ in range(days):
        nightly.now += timedelta(days=1)
        nightly.keep_up()
    late.now += timedelta(days=days)
    late.keep_up()
    assert nightly.account.membership == late.account.membership
    assert [entry.membership for entry in nightly.entries] == [entry.membership for entry in late.entries]


def test_the_book_counts_as_people_do() -> None:
    book = Book(PLANS[0])
    for _ in range(3):
        book.pay(date(2027, 1, 31))
    assert book.lengths == [28, 31, 30]
    assert book.days[-1] == date(2027, 4, 29)
    assert Account("mem").membership.plan_on(date(2027, 1, 31)) == ""

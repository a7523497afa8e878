"""Whatever is done to two accounts, in whatever order and however time passes, the books are right after every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any, get_args

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from factories import make_event, make_program
from quen.errors import QuenError
from quen.ledger.model import (
    Account,
    Adjust,
    BringUpToDate,
    ComeBack,
    Entry,
    GiveUp,
    GrantBonus,
    Hold,
    MergeAway,
    MoveStoredValue,
    OpenBalance,
    ReceivePoints,
    RecordEvent,
    Redeem,
    Refund,
    Release,
    Reserve,
    SendPoints,
    SetState,
    SetTier,
    TakeOver,
    bring_up_to,
    coming_back,
    decide,
    folded,
    next_due_on,
    own_entry,
    parse_entry,
    rebuild,
    sealed_form,
    verify,
)
from quen.ledger.model.funding import by_last_day
from quen.ledger.model.privileges import privileges_of
from quen.ledger.model.values import OTHER_UNITS, unit_of
from quen.program.model import Cap, EarningRule, Expiry, Reward, StoredValuePolicy, TierPolicy, TransferPolicy
from quen.program.model.rewards import LimitPeriod
from recounts import given_up_with, recounted, sum_of, taken_with, told_apart
from till import Till
from unit.tiers.levels import LEVELS

START = datetime(2026, 11, 22, 5, tzinfo=UTC)
EXPIRIES = [
    Expiry(),
    Expiry("days", 3),
    Expiry("months", 1, "end_of_month"),
    Expiry("months", 1, "end_of_quarter"),
    Expiry("fixed", month_day=(12, 31)),
    Expiry("inactive_months", 1, activities=frozenset({"purchase", "redemption"})),
]
RULES = (
    EarningRule("base", "purchase", points=1, per=10_000),
    EarningRule("slow", "purchase", points=1, per=30_000, pending_days=9),
    EarningRule("double", "purchase", multiplier=Fraction(2), caps=(Cap(40, "day"),)),
    EarningRule("status", "purchase", points=1, per=1_000, wallet="qualifying"),
    EarningRule("stamp", "purchase", points=1, wallet="stamps"),
    EarningRule("review", "review", points=15, caps=(Cap(40, "day"),)),
    EarningRule("late-review", "review", points=7, pending_days=5, caps=(Cap(20, "month", "reject"),)),
    EarningRule("review-stamp", "review", points=2, wallet="stamps"),
)
members = st.integers(0, 1)
partners = st.sampled_from(["", "ptn_a", "ptn_b"])
periods = st.sampled_from(get_args(LimitPeriod))


class LedgerMachine(RuleBasedStateMachine):
    """Two members' lives; what is refused leaves both as they were."""

    @initialize(pending=st.integers(0, 3), expiry=st.sampled_from(EXPIRIES), debt=st.sampled_from([0, 25, 100_000]))
    def start(self, pending: int, expiry: Expiry, debt: int) -> None:
        program = make_program(
            earning=RULES,
            transfers=TransferPolicy(per_day=300),
            stored_value=StoredValuePolicy(1_000_000),
            tiers=LEVELS,
            tiering=TierPolicy("rolling", months=1, notice_days=10, grace_days=5),
        )
        points = replace(program.points, pending_days=pending, expiry=expiry, debt_limit=debt)
        self.program = replace(program, points=points)
        self.tills = [Till(self.program, Account(f"mem_{name}"), START) for name in "ab"]
        self.number = 0
        self.open: list[tuple[int, str]] = []
        self.spent: list[tuple[int, str, Hold, str]] = []
        self.merge: tuple[int, GiveUp] | None = None
        self.has_merged = False

    @property
    def now(self) -> datetime:
        return self.tills[0].now

    def next_id(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}_{self.number}"

    def attempt(self, act: Callable[[], Any]) -> Any:
        """What it answers; None where it is refused, and then nothing has happened."""
        before = [till.account for till in self.tills]
        try:
            return act()
        except QuenError:
            assert [till.account for till in self.tills] == before
            return None

    def pair(self, one: int, command: Any, reply: Callable[[Account, Entry], Any]) -> bool:
        """Both halves or neither, as the ledger commits them."""

        def act() -> bool:
            first, second = self.tills[one], self.tills[1 - one]
            entries = decide(first.account, command, self.program, self.now)
            answer = reply(folded(first.account, entries[:-1]), own_entry(entries))
            replies = decide(second.account, answer, self.program, self.now)
            for till, written in ((first, entries), (second, replies)):
                till.keep(written)
                till.keep(bring_up_to(till.account, self.program, self.now, self.now))
            return True

        return bool(self.attempt(act))

    @rule(hours=st.integers(1, 24) | st.integers(1, 24 * 40))
    def time_passes(self, hours: int) -> None:
        for till in self.tills:
            till.now += timedelta(hours=hours)

    @rule(
        who=members,
        amount=st.integers(0, 3_000_000),
        late=st.integers(0, 24 * 100),
        store=st.sampled_from([None, *"ABCDEFGHIJKL"]),
        funder=partners,
    )
    def buy(self, who: int, amount: int, late: int, store: str | None, funder: str) -> None:
        at = self.now - timedelta(hours=late)
        self.attempt(lambda: self.tills[who].buy(amount, self.next_id("B"), at, store, funder=funder))

    @rule(who=members, type_=st.sampled_from(["review", "visit"]), late=st.integers(0, 24 * 100), funder=partners)
    def report(self, who: int, type_: str, late: int, funder: str) -> None:
        told = make_event(type_, event_id=self.next_id("E"), at=self.now - timedelta(hours=late))
        self.attempt(lambda: self.tills[who].do(RecordEvent("ptn", told, funder=funder)))

    @rule(who=members, data=st.data(), part=st.fractions(0, 1))
    def bring_back(self, who: int, data: st.DataObject, part: Fraction) -> None:
        till = self.tills[who]
        if till.sales:
            purchase_id = data.draw(st.sampled_from(sorted(till.sales)))
            amount = int(till.sales[purchase_id]["total"][0] * part)
            self.attempt(lambda: till.bring_back(amount, purchase_id))

    @rule(
        who=members,
        points=st.integers(1, 90),
        hours=st.integers(1, 24 * 60),
        limit=st.none() | st.integers(1, 2),
        per=periods,
        at_once=st.booleans(),
    )
    def reserve(self, who: int, points: int, hours: int, limit: int | None, per: LimitPeriod, at_once: bool) -> None:
        redemption, till = self.next_id("red"), self.tills[who]
        lapses_at = self.now + timedelta(hours=hours)
        period = Reward("mug", {}, points, limit_per=per).period_on(self.program.local_day(self.now))
        command = Reserve(
            redemption, points, lapses_at, "mug" if limit else "", 1, limit, period=period, at_once=at_once
        )
        if not self.attempt(lambda: till.do(command)):
            return
        if at_once:
            change = next(entry.hold for entry in reversed(till.entries) if entry.hold)
            self.spent.append((who, redemption, change.hold, ""))
        else:
            self.open.append((who, redemption))

    @rule(who=members, points=st.integers(1, 90), payee=partners)
    def spend(self, who: int, points: int, payee: str) -> None:
        redemption, till = self.next_id("red"), self.tills[who]
        if self.attempt(lambda: till.do(Reserve(redemption, points, self.now + timedelta(minutes=15)))):
            hold = till.account.holds[redemption]
            if self.attempt(lambda: till.do(Redeem(redemption, payee))):
                self.spent.append((who, redemption, hold, payee))

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        who, redemption = data.draw(st.sampled_from(self.open))
        hold = self.tills[who].account.holds.get(redemption)
        command = data.draw(st.sampled_from([Redeem(redemption), Release(redemption)]))
        if self.attempt(lambda: self.tills[who].do(command)) and isinstance(command, Redeem) and hold:
            self.spent.append((who, redemption, hold, ""))

    @precondition(lambda self: self.spent)
    @rule(data=st.data())
    def refund(self, data: st.DataObject) -> None:
        redeemed = data.draw(st.sampled_from(self.spent))
        who, redemption, hold, payee = redeemed
        if self.attempt(lambda: self.tills[who].do(Refund(redemption, hold, hold.lots, payee=payee))):
            self.spent.remove(redeemed)

    @rule(who=members, points=st.integers(-300, 300), days=st.none() | st.integers(-2, 40))
    def adjust(self, who: int, points: int, days: int | None) -> None:
        last_day = None if days is None else date(2026, 11, 22) + timedelta(days=days)
        self.attempt(lambda: self.tills[who].do(Adjust(self.next_id("adj"), points, "goodwill", last_day)))

    @rule(who=members, points=st.integers(1, 100))
    def birthday(self, who: int, points: int) -> None:
        self.attempt(lambda: self.tills[who].do(GrantBonus("birthday", points, str(self.now.year), "birthday")))

    @rule(who=members, points=st.integers(1, 200), months=st.integers(1, 4))
    def open_balance(self, who: int, points: int, months: int) -> None:
        lots = {f"2027-{months:02d}-28": points}
        self.attempt(lambda: self.tills[who].do(OpenBalance(self.next_id("imp"), lots, {"stamps": months})))

    @rule(who=members, points=st.integers(1, 350))
    def transfer(self, who: int, points: int) -> None:
        transfer_id = self.next_id("trf")
        sender, receiver = (till.account.member_id for till in (self.tills[who], self.tills[1 - who]))
        self.pair(
            who,
            SendPoints(transfer_id, points, receiver),
            lambda _, sent: ReceivePoints(transfer_id, {lot: -moved for lot, moved in sent.lots.items()}, sender),
        )

    @precondition(lambda self: not self.merge and all(len(till.entries) > 6 for till in self.tills))
    @rule(who=members)
    def merge_into_the_other(self, who: int) -> None:
        merge_id = self.next_id("mrg")
        survivor = self.tills[1 - who].account
        carried: list[Account] = []

        def take_over(before: Account, _: Entry) -> TakeOver:
            carried.append(before)
            return TakeOver(merge_id, before)

        if self.pair(who, MergeAway(merge_id, survivor.member_id), take_over):
            owed = folded(survivor, bring_up_to(survivor, self.program, self.now, self.now)).debt
            self.merge = (who, GiveUp(merge_id, carried[0], owed, privileges_of(survivor)))
            self.has_merged = True

    @precondition(lambda self: self.merge)
    @rule()
    def undo_the_merge(self) -> None:
        assert self.merge
        who, command = self.merge

        def come_back(before: Account, gave: Entry) -> ComeBack:
            return coming_back(before, command, gave, self.program)

        if self.pair(1 - who, command, come_back):
            self.merge = None

    @rule(who=members, state=st.sampled_from(["active"] * 6 + ["inactive", "blocked"]))
    def set_state(self, who: int, state: Any) -> None:
        if state != self.tills[who].account.state:
            self.attempt(lambda: self.tills[who].do(SetState(state, "a reason")))

    @rule(who=members, tier=st.sampled_from(["", "gold", "platinum"]), days=st.none() | st.integers(-1, 40))
    def set_tier(self, who: int, tier: str, days: int | None) -> None:
        today = self.program.local_day(self.now)
        until = None if days is None else today + timedelta(days=days)
        if self.attempt(lambda: self.tills[who].do(SetTier(tier, until, "goodwill"))):
            assert self.tills[who].account.tier_on(today) == tier != "platinum"

    @rule(
        who=members,
        activity=st.sampled_from(["load", "redeem", "refund", "adjust"]),
        amount=st.integers(1, 600_000),
    )
    def move_stored_value(self, who: int, activity: Any, amount: int) -> None:
        self.attempt(lambda: self.tills[who].do(MoveStoredValue(self.next_id("sva"), activity, amount)))

    @rule(who=members, hours=st.integers(0, 48))
    def job(self, who: int, hours: int) -> None:
        """A job for an earlier moment leaves what fell due since."""
        until = self.now - timedelta(hours=hours)
        till = self.tills[who]
        till.keep(decide(till.account, BringUpToDate(until), self.program, self.now))
        assert not bring_up_to(till.account, self.program, until, self.now)

    @invariant()
    def the_account_is_the_fold_of_its_entries(self) -> None:
        for till in self.tills:
            assert rebuild(till.account.member_id, till.entries) == till.account

    @invariant()
    def lines_sum_to_zero_in_every_unit_and_balances_are_what_lines_say(self) -> None:
        everywhere: Counter[str] = Counter()
        for till in self.tills:
            totals: Counter[str] = Counter()
            for entry in till.entries:
                totals.update(entry.lines)
            for unit in ("points", *OTHER_UNITS):
                assert sum(amount for name, amount in totals.items() if unit_of(name) == unit) == 0
            account = till.account
            assert totals["member.active"] == account.active == sum(account.lots.values())
            assert totals["member.pending"] == account.pending_points
            assert totals["member.held"] == account.held
            assert totals["member.debt"] == -account.debt
            assert all(totals[f"member.{unit}"] == account.wallet(unit) for unit in OTHER_UNITS)
            everywhere.update(totals)
        assert everywhere["program.transferred"] == 0

    @invariant()
    def nothing_is_below_zero_and_nobody_owes_who_could_pay(self) -> None:
        for till in self.tills:
            account = till.account
            assert all(amount > 0 for pocket in (account.lots, account.pending) for amount in pocket.values())
            assert all(amount > 0 for amount in account.counters.values())
            assert account.debt >= 0
            assert not (account.debt and account.active)

    @invariant()
    def no_rule_gives_more_than_its_cap_in_a_day(self) -> None:
        for till in self.tills:
            assert all(
                0 < used <= 40 + 40 * bool(self.merge)
                for key, used in till.account.caps.items()
                if key.endswith(("/double", "/review"))
            )

    @invariant()
    def no_partner_takes_back_more_than_it_gave_or_is_paid_for_less_than_nothing(self) -> None:
        totals: Counter[str] = Counter()
        for till in self.tills:
            for entry in till.entries:
                totals.update({name: points for name, points in entry.lines.items() if name.startswith("partner.")})
        assert all((points <= 0) == name.endswith(".funded") or not points for name, points in totals.items())

    @precondition(lambda self: not self.has_merged)
    @invariant()
    def a_limited_reward_counts_what_is_held_or_had_in_a_period_that_is_not_over(self) -> None:
        today = self.program.local_day(self.now).isoformat()
        for till in self.tills:
            had: Counter[str] = Counter()
            for entry in till.entries:
                had.update(taken_with(entry))
                had.subtract(given_up_with(entry))
            current = {key: count for key, count in had.items() if "/" not in key or key.split("/")[1] >= today}
            assert all(0 <= count <= 2 for count in current.values())
            assert {key: till.account.rewards.get(key, 0) for key in current} == current

    @precondition(lambda self: not self.has_merged)
    @invariant()
    def the_habits_are_what_a_recount_of_all_purchases_says(self) -> None:
        for till in self.tills:
            bought = [
                self.program.local_day(datetime.fromisoformat(sale["occurred_at"])) for sale in till.sales.values()
            ]
            account, recount = till.account, recounted(till)
            assert (account.first_bought_on, account.last_bought_on) == (
                min(bought, default=None),
                max(bought, default=None),
            )
            assert sum_of(account.habits.values()) == sum_of(recount.values())
            for month in told_apart(recount):
                assert [*account.habits.get(month, [0, 0])][:2] == recount[month]
            assert all(0 <= visits <= purchases for purchases, _, visits in account.habits.values())

    @invariant()
    def nothing_due_is_forgotten(self) -> None:
        for till in self.tills:
            account = till.account
            due = next_due_on(account, self.program)
            assert (due is None) == (
                not account.pending and not account.holds and {*by_last_day(account.lots)} <= {"never"}
            )

    def teardown(self) -> None:
        for till in self.tills:
            kept = [sealed_form(entry) for entry in till.entries]
            assert [parse_entry(*sealed) for sealed in kept] == till.entries
            assert verify(till.account, kept) is None


LedgerMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
TestLedgerMachine = LedgerMachine.TestCase


class LongLife(LedgerMachine):
    """The same for a hundred thousand steps."""


LongLife.TestCase.settings = settings(max_examples=2000, stateful_step_count=50, deadline=None)
TestLongLedgerMachine = pytest.mark.long(LongLife.TestCase)

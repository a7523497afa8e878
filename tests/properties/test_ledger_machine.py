"""Whatever is done to an account, in whatever order and however time passes, the books are right after every step."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from factories import make_program, make_purchase
from quen.errors import QuenError
from quen.ledger.model import (
    Account,
    Adjust,
    BringUpToDate,
    Command,
    Entry,
    GrantBonus,
    RecordPurchase,
    Redeem,
    Release,
    Reserve,
    bring_up_to,
    decide,
    folded,
    next_due_on,
    parse_entry,
    rebuild,
    sealed_form,
    verify,
)
from quen.program.model import Expiry

START = datetime(2026, 11, 22, 5, tzinfo=UTC)
EXPIRIES = [
    Expiry(),
    Expiry("days", 3),
    Expiry("months", 1, "end_of_month"),
    Expiry("fixed", month_day=(12, 31)),
]
OURS = {"member.active", "member.pending", "member.held", "member.debt"}


class LedgerMachine(RuleBasedStateMachine):
    """One member's life, with a model beside it that only counts."""

    @initialize(pending=st.integers(0, 3), expiry=st.sampled_from(EXPIRIES))
    def start(self, pending: int, expiry: Expiry) -> None:
        program = make_program()
        self.program = replace(program, points=replace(program.points, pending_days=pending, expiry=expiry))
        self.now = START
        self.account = Account("mem_0000000000000001")
        self.history: list[Entry] = []
        self.number = 0
        self.open: list[str] = []
        self.totals = dict.fromkeys(("issued", "redeemed", "expired", "adjusted"), 0)

    def do(self, command: Command) -> list[Entry]:
        """Decide and settle, as the ledger does; what is refused changes nothing."""
        before = self.account
        try:
            entries = decide(before, command, self.program, self.now)
            entries += bring_up_to(folded(before, entries), self.program, self.now, self.now)
        except QuenError:
            assert self.account is before
            return []
        self.keep(entries)
        assert not bring_up_to(self.account, self.program, self.now, self.now)
        return entries

    def keep(self, entries: list[Entry]) -> None:
        self.account = folded(self.account, entries)
        self.history += entries
        for entry in entries:
            for name, points in entry.lines.items():
                if name not in OURS:
                    self.totals[name.removeprefix("program.")] += points

    def next_id(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}_{self.number}"

    @rule(hours=st.integers(1, 24 * 40))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(amount=st.integers(0, 3_000_000), late=st.integers(0, 72))
    def buy(self, amount: int, late: int) -> None:
        at = self.now - timedelta(hours=late)
        command = RecordPurchase("ptn_1", make_purchase(amount, purchase_id=self.next_id("B"), at=at))
        assert "earn" in [entry.kind for entry in self.do(command)]

    @rule(points=st.integers(1, 400), hours=st.integers(1, 24 * 60), limit=st.one_of(st.none(), st.integers(1, 2)))
    def reserve(self, points: int, hours: int, limit: int | None) -> None:
        redemption = self.next_id("red")
        lapses_at = self.now + timedelta(hours=hours)
        if self.do(Reserve(redemption, points, lapses_at, "mug" if limit else "", limit=limit)):
            self.open.append(redemption)

    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        if self.open:
            redemption = data.draw(st.sampled_from(self.open))
            self.do(data.draw(st.sampled_from([Redeem(redemption), Release(redemption)])))

    @rule(points=st.integers(-300, 300), days=st.one_of(st.none(), st.integers(-2, 40)))
    def adjust(self, points: int, days: int | None) -> None:
        last_day = None if days is None else date(2026, 11, 22) + timedelta(days=days)
        self.do(Adjust(self.next_id("adj"), points, "goodwill", last_day))

    @rule(points=st.integers(1, 100))
    def birthday(self, points: int) -> None:
        self.do(GrantBonus("birthday", points, str(self.now.year), "birthday"))

    @rule(hours=st.integers(0, 48))
    def job(self, hours: int) -> None:
        """A job for an earlier moment leaves what fell due since."""
        until = self.now - timedelta(hours=hours)
        entries = decide(self.account, BringUpToDate(until), self.program, self.now)
        self.keep(entries)
        assert not bring_up_to(self.account, self.program, until, self.now)

    @invariant()
    def the_account_is_the_fold_of_its_entries(self) -> None:
        if self.history:
            assert rebuild(self.account.member_id, self.history) == self.account

    @invariant()
    def lines_sum_to_zero_and_balances_to_lots(self) -> None:
        account = self.account
        assert all(sum(entry.lines.values()) == 0 for entry in self.history)
        assert all(points > 0 for points in [*account.lots.values(), *account.pending.values()])
        owned = account.active + account.pending_points + account.held - account.debt
        assert owned + sum(self.totals.values()) == 0
        assert account.active == sum(entry.points for entry in self.history)
        assert account.debt == 0

    @invariant()
    def nothing_due_is_forgotten(self) -> None:
        due = next_due_on(self.account, self.program.time_zone)
        assert (due is None) == (
            not self.account.pending and not self.account.holds and {*self.account.lots} <= {"never"}
        )

    def teardown(self) -> None:
        kept = [sealed_form(entry) for entry in self.history]
        assert [parse_entry(*sealed) for sealed in kept] == self.history
        assert verify(self.account, kept) is None


LedgerMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
TestLedgerMachine = LedgerMachine.TestCase

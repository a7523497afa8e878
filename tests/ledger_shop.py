"""A replay's shop and nights in memory, over the real rules of the ledger: thousands of purchases in a second."""

from __future__ import annotations

import threading
from collections import defaultdict
from datetime import UTC, date, datetime

from local.histories import PastMember, PastPurchase
from local.replaying import Sent
from quen.business_days import day_end
from quen.earning.model import Purchase
from quen.ledger.model import Account, Entry, RecordPurchase, apply, bring_up_to, decide, sealed_form, verify
from quen.money import Money
from quen.program.model import Program

PARTNER = "ptn_0000000000000001"


class LedgerShop:
    """Members are known by their phone. What happened is kept in `days` and `order`, for a test to look at."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.now = datetime(1970, 1, 1, tzinfo=UTC)
        self.accounts: dict[str, Account] = {}
        self.entries: dict[str, list[Entry]] = defaultdict(list)
        self.recorded: dict[str, Sent] = {}
        self.order: dict[str, list[str]] = defaultdict(list)
        self.enrolments = 0
        self.days: list[date] = []
        self.clock: list[datetime] = []
        self._lock = threading.Lock()

    def enrol(self, member: PastMember) -> str:
        with self._lock:
            self.enrolments += 1
            self.accounts.setdefault(member.phone, Account(member.phone))
        return ""

    def buy(self, purchase: PastPurchase) -> Sent:
        with self._lock:
            if known := self.recorded.get(purchase.purchase_id):
                return Sent(known.member_id, known.points, replayed=True)
            phone = purchase.member.phone
            bought = Purchase(purchase.purchase_id, purchase.occurred_at, Money(purchase.amount, self.program.currency))
            entries = decide(self.accounts[phone], RecordPurchase(PARTNER, bought), self.program, self.now)
            self._write(phone, entries)
            self.order[phone].append(purchase.purchase_id)
            self.recorded[purchase.purchase_id] = Sent(phone, entries[-1].points)
            return self.recorded[purchase.purchase_id]

    def set_clock(self, instant: datetime) -> None:
        self.clock.append(instant)
        self.now = instant

    def run_jobs(self, on: date) -> None:
        self.days.append(on)
        until = min(self.now, day_end(on, self.program.time_zone))
        for phone, account in self.accounts.items():
            self._write(phone, bring_up_to(account, self.program, until, self.now))

    def all_entries(self) -> list[Entry]:
        return [entry for entries in self.entries.values() for entry in entries]

    def is_sound(self) -> bool:
        """Whether every chain and every fold is right."""
        kept = {phone: [sealed_form(entry) for entry in entries] for phone, entries in self.entries.items()}
        return all(verify(account, kept[phone]) is None for phone, account in self.accounts.items())

    def _write(self, phone: str, entries: list[Entry]) -> None:
        for entry in entries:
            self.accounts[phone] = apply(self.accounts[phone], entry)
            self.entries[phone].append(entry)

"""A till over the pure core: what its purchases and returns do to one account, without a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from factories import NOON, make_program, make_purchase
from quen.ledger.model import (
    Account,
    ComeBack,
    Entry,
    GiveUp,
    MergeAway,
    RecordPurchase,
    ReturnPurchase,
    TakeOver,
    bring_up_to,
    coming_back,
    decide,
    folded,
    limits_held,
    own_entry,
    own_left,
    rules_that_applied,
    still_earned,
)
from quen.ledger.model.privileges import privileges_of
from quen.money import Money
from quen.program.model import Program
from quen.returns.model import Goods, give_back, is_whole, read_sales, returned_form, sold_form


@dataclass
class Till:
    """Buys and brings back over the pure core, keeping of each purchase what its documents keep."""

    program: Program = field(default_factory=make_program)
    account: Account = field(default_factory=lambda: Account("mem"))
    now: datetime = NOON
    entries: list[Entry] = field(default_factory=list)
    sales: dict[str, dict[str, Any]] = field(default_factory=dict)
    returns: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def do(self, command: Any) -> list[Entry]:
        """Decide and settle, as the ledger does; what is refused changes nothing."""
        entries = decide(self.account, command, self.program, self.now)
        self.keep(entries)
        self.keep_up()
        return entries

    def keep_up(self) -> None:
        """Write what has fallen due, as a job does."""
        self.keep(bring_up_to(self.account, self.program, self.now, self.now))

    def keep(self, entries: list[Entry]) -> None:
        self.account = folded(self.account, entries)
        self.entries += entries

    def buy(
        self,
        amount: int,
        purchase_id: str = "B-1",
        at: datetime | None = None,
        store: str | None = None,
        discount: int = 0,
        funder: str = "",
    ) -> int:
        purchase = make_purchase(amount, purchase_id=purchase_id, at=at or self.now, store=store, discount=discount)
        entry = own_entry(self.do(RecordPurchase("ptn", purchase, funder=funder)))
        self.sales[purchase_id] = sold_form(purchase, entry, self.program) | {"rules": self.program}
        self.returns[purchase_id] = []
        return sum(share.points for share in entry.shares)

    def bring_back(self, amount: int, purchase_id: str = "B-1", **payments: Any) -> list[Entry]:
        kept = self.sales[purchase_id]
        sales = read_sales(purchase_id, kept, self.returns[purchase_id])
        sale = sales[-1]
        goods = Goods(f"R-{len(self.returns[purchase_id])}", self.now, Money(amount, "VND"))
        after, returned = give_back(sale, goods)
        rules = rules_that_applied(kept["rules"], sales[0].purchase, sale.facts, sale.rooms)
        command = ReturnPurchase(
            "ptn", purchase_id, goods.return_id, rules, sale.remaining, after.remaining, sale.earned,
            sale.rooms, sale.own, self.now, payments, is_whole(sale, after),
            sale.facts, limits_held(rules, [each.remaining for each in sales], sale.facts, sale.rooms), sale.stamped_on,
            sale.funder,
        )  # fmt: skip
        still = still_earned(command)
        lost = {wallet: max(0, points - still.earned(wallet)) for wallet, points in sale.earned.items()}
        own = own_left(sale.own, lost["points"])
        form = returned_form(goods, returned, lost, own)
        entries = self.do(command)
        self.returns[purchase_id].append(form)
        return entries

    @property
    def worth(self) -> int:
        return self.account.active + self.account.pending_points + self.account.held - self.account.debt


def pair(one: Till, command: Any, other: Till, reply: Any) -> None:
    """Both halves of what concerns two accounts."""
    entries = decide(one.account, command, one.program, one.now)
    answer = reply(folded(one.account, entries[:-1]), own_entry(entries))
    one.keep(entries)
    other.keep(decide(other.account, answer, other.program, other.now))
    for till in (one, other):
        till.keep_up()


def merge(survivor: Till, merged: Till) -> GiveUp:
    """Everything of the one goes to the other; answers what undoes it."""
    owed, before, carried = survivor.account.debt, privileges_of(survivor.account), []

    def take_over(whole: Account, _: Entry) -> TakeOver:
        carried.append(whole)
        return TakeOver("mrg_1", whole)

    pair(merged, MergeAway("mrg_1", survivor.account.member_id), survivor, take_over)
    return GiveUp("mrg_1", carried[0], owed, before)


def undo(survivor: Till, merged: Till, command: GiveUp) -> None:
    """Two again."""

    def come_back(before: Account, gave: Entry) -> ComeBack:
        return coming_back(before, command, gave, survivor.program)

    pair(survivor, command, merged, come_back)

"""What the ledger itself costs: microseconds to decide and fold a command, and the write units that its transaction bills.

The member is a busy one: 24 lots, a year of qualifying months, stamps. Time is CPU time, the best of many rounds; beside it
stands what no ledger like this can do without, the canonical text and the SHA-256 of the very entries (the floor), so that
a ratio remains where machines differ. Units are computed from the items, because emulators misreport them.
"""

from __future__ import annotations

import time
import timeit
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from local.write_units import item_size, transaction_units
from quen.dynamodb import open_client
from quen.earning.model import Purchase
from quen.ledger.documents import Claim, Closing, DocumentKey
from quen.ledger.model import (
    Account,
    BringUpToDate,
    Command,
    Entry,
    OpenBalance,
    RecordPurchase,
    Redeem,
    Reserve,
    ReturnPurchase,
    canonical_form,
    decide,
    folded,
    own_entry,
)
from quen.ledger.model.chain import hash_of
from quen.ledger.ports import Change
from quen.ledger.store import LedgerStore
from quen.money import Money
from quen.program.model import EarningRule, Expiry, PointsPolicy, Program
from quen.returns.model import sold_form

ROUNDS, CALLS = 40, 100
NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
PARTNER = "ptn_0q8r5t2y6w9e3k1m"
FINGERPRINT = "0" * 64
# An answer as the APIs give it is 400 to 500 bytes when compressed; incompressible here, so that it is not less.
ANSWER = {"answer": hash_of("answer") * 6}


@dataclass(frozen=True, slots=True)
class Cost:
    """One command's: CPU microseconds, those of the floor, write units, and the bytes of its largest item."""

    name: str
    microseconds: float
    floor: float
    units: int
    largest: int


def make_program() -> Program:
    """A point per 10,000 VND, twelve months to the end of the month, qualifying points and a stamp."""
    return Program(
        id="bench",
        name="Bench",
        time_zone=ZoneInfo("Asia/Ho_Chi_Minh"),
        currency="VND",
        locales=("vi", "en"),
        version=1,
        effective_from=datetime(2020, 1, 1, tzinfo=UTC),
        points=PointsPolicy(1, 100, expiry=Expiry("months", 12, "end_of_month"), debt_limit=100_000),
        earning=(
            EarningRule("base", "purchase", points=1, per=10_000),
            EarningRule("status", "purchase", points=1, per=1_000, wallet="qualifying"),
            EarningRule("stamp", "purchase", points=1, wallet="stamps"),
        ),
    )


def make_busy_account(program: Program) -> Account:
    """24 lots, twelve qualifying months and some stamps."""
    lots = {f"{2027 + month // 12}-{month % 12 + 1:02d}-28": 1234 for month in range(24)}
    counters = {f"qualifying/2026-{month:02d}": 1234 for month in range(1, 13)} | {"stamps": 9}
    account = Account("mem_yvvnjcczy36td4h3")
    return folded(account, decide(account, OpenBalance("imp_1", lots, counters), program, NOW))


def commands(program: Program, account: Account) -> Mapping[str, tuple[Account, Command, datetime]]:
    """What is measured: a command, the account that it meets, and when."""
    purchase = Purchase("HCM-01-20261122-000123", NOW, Money(1_370_000, "VND"), "q1")
    bought = folded(account, decide(account, RecordPurchase(PARTNER, purchase), program, NOW))
    held = folded(account, decide(account, Reserve("red_85jy2s6w8t5d81h6", 120, NOW + timedelta(days=1)), program, NOW))
    back = ReturnPurchase(
        PARTNER,
        purchase.purchase_id,
        "R-1",
        program,
        purchase,
        replace(purchase, total=Money(1_000_000, "VND")),
        {"points": 137, "qualifying": 1370, "stamps": 1},
        own={"2027-11-30": 137},
    )
    return {
        "earn": (account, RecordPurchase(PARTNER, purchase), NOW),
        "reserve": (account, Reserve("red_85jy2s6w8t5d81h6", 120, NOW + timedelta(days=1)), NOW),
        "redeem": (held, Redeem("red_85jy2s6w8t5d81h6"), NOW),
        "return": (bought, back, NOW),
        "expire": (account, BringUpToDate(datetime(2027, 1, 28, 17, tzinfo=UTC)), datetime(2027, 1, 29, tzinfo=UTC)),
    }


def measure() -> list[Cost]:
    """Every command's cost."""
    program = make_program()
    store = LedgerStore(open_client("us-east-1", "http://127.0.0.1:1"), "Ledger")
    found = commands(program, make_busy_account(program))
    return [_cost(store, name, account, command, program, now) for name, (account, command, now) in found.items()]


def main() -> None:
    """A table: time against the floor, and units."""
    print("\nThe ledger's own cost, a member with 24 lots and two wallets\n")
    print(f"  {'command':<10} {'µs':>6} {'floor µs':>9} {'ratio':>6} {'write units':>12} {'largest item, bytes':>20}")
    for cost in measure():
        ratio = cost.microseconds / cost.floor
        print(
            f"  {cost.name:<10} {cost.microseconds:6.0f} {cost.floor:9.0f} {ratio:6.1f} {cost.units:12} {cost.largest:20}"
        )


def _cost(store: LedgerStore, name: str, account: Account, command: Command, program: Program, now: datetime) -> Cost:
    def act() -> list[Entry]:
        entries = decide(account, command, program, now)
        folded(account, entries)
        return entries

    entries = act()

    def floor() -> None:
        for entry in entries:
            hash_of(canonical_form(entry))

    change = _change(name, account, entries, program)
    writes = [{write.operation: dict(write.parameters)} for write in store.writes(change)]
    closed = {"REDEMPTION#red_85jy2s6w8t5d81h6": 1000}
    sizes = [item_size(item["Put"]["Item"]) for item in writes if "Put" in item]
    return Cost(name, _best(act), _best(floor), transaction_units(writes, closed), max(sizes))


def _change(name: str, account: Account, entries: list[Entry], program: Program) -> Change:
    after, own = folded(account, entries), own_entry(entries)
    claim: Claim | None = None
    closing: Closing | None = None
    if name == "earn":
        purchase = Purchase("HCM-01-20261122-000123", NOW, Money(1_370_000, "VND"), "q1")
        details = sold_form(purchase, own, program)
        key = DocumentKey(f"PURCHASE#{PARTNER}#{purchase.purchase_id}")
        claim = Claim(key, "purchase", FINGERPRINT, details=details)
    if name == "return":
        details = {
            "return_id": "R-1",
            "amount": 370_000,
            "lost": {"points": 37, "qualifying": 370},
            "own": {"2027-11-30": 100},
        }
        key = DocumentKey(f"PURCHASE#{PARTNER}#HCM-01-20261122-000123", "RETURN#0001")
        claim = Claim(key, "return", FINGERPRINT, details=details)
    if name == "reserve":
        key = DocumentKey("REDEMPTION#red_85jy2s6w8t5d81h6")
        claim = Claim(key, "redemption", FINGERPRINT, "reserved", {"partner_id": None, "reward_id": "free-coffee"})
    if name == "redeem":
        closing = Closing(DocumentKey("REDEMPTION#red_85jy2s6w8t5d81h6"), "redeemed", by=PARTNER)
    return Change(account, after, entries, program, claim, closing, ANSWER, sequence=own.sequence)


def _best(act: Callable[[], Any]) -> float:
    """CPU microseconds of one call in the best of many rounds."""
    return min(timeit.repeat(act, number=CALLS, repeat=ROUNDS, timer=time.process_time)) / CALLS * 1e6


if __name__ == "__main__":
    main()

"""A program with tiers that are reached by visits, and the life of a member in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from factories import SAIGON, make_program
from quen.ledger.model import Account, Entry, RecordPurchase, decide, folded
from quen.people import Person
from quen.program.model import Criteria, EarningRule, Program, Tier, TierPolicy
from quen.tiers.model import StandingChange
from till import Till

IN_VIETNAMESE = {"member": "Thành viên", "silver": "Bạc", "gold": "Vàng", "diamond": "Kim cương"}
STATUS = EarningRule("status", "purchase", points=1, per=10_000, wallet="qualifying")


def visits(count: int) -> Criteria:
    return Criteria({"visits": count})


def level(name: str, reach: Criteria | None = None, keep: Criteria | None = None, *, is_retired: bool = False) -> Tier:
    return Tier(
        name, {"vi": IN_VIETNAMESE.get(name, name), "en": name.title()}, reach=reach, keep=keep, is_retired=is_retired
    )


MEMBER = level("member")
SILVER = level("silver", visits(2))
GOLD = level("gold", visits(4))
DIAMOND = level("diamond", visits(8))
LEVELS = (MEMBER, SILVER, GOLD, DIAMOND)


def levelled(*tiers: Tier, **policy: object) -> Program:
    """A program with these tiers, or all four; by the calendar year, without notice or grace, unless it is said."""
    said = TierPolicy(**{"notice_days": 0, "grace_days": 0, **policy})  # type: ignore[arg-type]
    program = make_program()
    return replace(program, earning=(*program.earning, STATUS), tiers=tiers or LEVELS, tiering=said)


@dataclass
class Life:
    """A member who comes now and then; days are local ones, at noon."""

    program: Program = field(default_factory=levelled)
    till: Till = field(init=False)
    number: int = 0

    def __post_init__(self) -> None:
        self.till = Till(self.program, Account("mem"), datetime(2026, 1, 1, 5, tzinfo=UTC))

    def on(self, day: str) -> Life:
        """Go on to that day; what has fallen due is written."""
        at = datetime.combine(date.fromisoformat(day), datetime.min.time(), SAIGON) + timedelta(hours=12)
        self.till.now = max(self.till.now, at.astimezone(UTC))
        self.till.keep_up()
        return self

    def come(self, day: str, times: int = 1, *, amount: int = 100_000) -> Entry:
        """So many visits on that day, at as many stores; the last one's entry."""
        self.on(day)
        for _ in range(times):
            self.number += 1
            self.till.buy(amount, f"B-{self.number}", store=f"S-{self.number}")
        return next(entry for entry in reversed(self.till.entries) if entry.kind == "earn")

    def hand_in(self, bought_on: str, today: str, times: int = 1) -> Entry:
        """Receipts of an earlier day, today."""
        self.on(today)
        at = datetime.combine(date.fromisoformat(bought_on), datetime.min.time(), SAIGON) + timedelta(hours=12)
        for _ in range(times):
            self.number += 1
            self.till.buy(100_000, f"B-{self.number}", at.astimezone(UTC), store=f"S-{self.number}")
        return self.till.entries[-1]

    def buys_as(self, person: Person | None, day: str) -> Entry:
        """A visit of somebody of whom the profile says this."""
        from factories import make_purchase

        self.on(day)
        self.number += 1
        bought = make_purchase(100_000, purchase_id=f"B-{self.number}", at=self.till.now, store=f"S-{self.number}")
        [entry] = decide(self.till.account, RecordPurchase("ptn", bought, person), self.program, self.till.now)
        self.till.keep([entry])
        return entry

    def change(self, program: Program) -> Life:
        """Another version is in force from now on."""
        self.till.keep_up()
        self.program = self.till.program = replace(program, version=self.program.version + 1)
        return self

    @property
    def account(self) -> Account:
        return self.till.account

    @property
    def tier(self) -> str:
        return self.account.standing.tier

    @property
    def changes(self) -> list[StandingChange]:
        """What became of the standing, oldest first."""
        return [entry.standing for entry in self.till.entries if entry.standing]

    @property
    def causes(self) -> list[str]:
        return [change.cause for change in self.changes]

    def rebuilt(self) -> Account:
        return folded(Account("mem"), self.till.entries)

"""A year, day by day: what members do and what the nights write, in the house and in the independent model side by side.

The house is the real ledger and the real jobs over accounts in memory; its two indexes change with the account, as those
of a table do. The model is told what members do, and when the schedule wakes, and nothing else.
"""

from __future__ import annotations

import random
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from factories import make_plan, make_program, make_purchase
from properties.year_model import Member, Nights, Rules
from quen.errors import InsufficientPointsError, RedemptionNotFoundError, ReservationExpiredError
from quen.jobs.model import SHARDS, Run
from quen.ledger.model import (
    Account,
    Command,
    NoteReach,
    RecordPayment,
    RecordPurchase,
    Redeem,
    Release,
    Reserve,
    next_due_on,
    next_review_on,
)
from quen.ledger.ports import Change, DuePage
from quen.money import Money
from quen.program.model import (
    Birthday,
    Criteria,
    EarningRule,
    EveryLunarYear,
    EveryYear,
    Expiry,
    ExpiryWarning,
    Gift,
    Gifts,
    Holiday,
    PointsPolicy,
    Program,
    Tier,
    TierPolicy,
)
from unit.jobs.fakes import MemoryAccounts, MemoryRuns, World

JOBS = ("expire-points", "review-tiers", "birthday-rewards", "holiday-rewards")
MOVING_BY_TIME = ("expire-points", "review-tiers")
PLAN = "vip"
NO_SUCH_HOLD = (ReservationExpiredError, RedemptionNotFoundError)


class IndexedAccounts(MemoryAccounts):
    """The accounts, whose indexes change with them and are not looked for among all of them."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.due: list[dict[str, str]] = [{} for _ in range(SHARDS)]
        self.reviews: list[dict[str, str]] = [{} for _ in range(SHARDS)]
        self.expired = 0
        self.warnings: list[tuple[str, list[str]]] = []
        self.looked_at = 0

    def commit(self, change: Change, *more: Change) -> None:
        super().commit(change)
        self.expired += sum(-entry.points for entry in change.entries if entry.kind == "expire")
        self.warnings += [(entry.member_id, [*entry.warned.points]) for entry in change.entries if entry.warned]
        account, shard = change.after, int(change.after.member_id[4])
        due_on = next_due_on(account, self.program)
        _put(self.due[shard], account.member_id, due_on.isoformat() if due_on else "")
        _put(self.reviews[shard], account.member_id, next_review_on(account))

    def list_due(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        return self._listed(self.due[shard], on.isoformat(), cursor, limit)

    def list_reviews(self, shard: int, on: date | None, cursor: str | None, limit: int) -> DuePage:
        return self._listed(self.reviews[shard], on.isoformat() if on else "~", cursor, limit)

    def _listed(self, index: dict[str, str], on: str, cursor: str | None, limit: int) -> DuePage:
        found = sorted(f"{day} {member_id}" for member_id, day in index.items() if day <= on)
        rest = [place for place in found if place > (cursor or "")]
        self.looked_at += len(rest[:limit])
        return DuePage(
            [place.partition(" ")[2] for place in rest[:limit]], rest[limit - 1] if len(rest) > limit else None
        )


class KeyedRuns(MemoryRuns):
    """The runs, of which the days that are asked for are looked up by their names."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[str, list[str]] = {}

    def create(self, run: Run) -> bool:
        is_new = super().create(run)
        if is_new:
            insort(self.keys.setdefault(run.job, []), run.key)
        return is_new

    def list_from(self, job: str, first: date) -> list[Run]:
        keys = self.keys.get(job, [])
        return [self.runs[job, key] for key in keys[bisect_left(keys, first.isoformat()) :]]

    def ran_before(self, job: str, day: date) -> bool:
        return any(key < day.isoformat() for key in self.keys.get(job, []))


class YearWorld(World):
    """The jobs over those."""

    accounts_type, runs_type = IndexedAccounts, KeyedRuns
    accounts: IndexedAccounts


@dataclass(frozen=True, slots=True)
class Chances:
    """How often a member does what on one day, in thousandths, and on how many days the schedule sleeps."""

    buys: int = 70
    reserves: int = 25
    settles: int = 300
    pays: int = 45
    arrives: int = 800
    nights_missed: int = 120


class Walk:
    """Members' days in both. `seed` decides all of it."""

    def __init__(self, rules: Rules, first: date, members: int, seed: int, chances: Chances) -> None:
        self.rules = rules
        self.chances = chances
        self.random = random.Random(seed)
        self.world = YearWorld(program=make_year_program(rules), now=rules.midnight(first))
        self.members: dict[str, Member] = {}
        self.nights = Nights(rules)
        self.refused = 0
        self.number = 0
        self.expired_by_night = 0
        self.joining = {
            number: first + timedelta(days=max(0, self.random.randint(-200, 200))) for number in range(members)
        }

    def look_back(self, day: date) -> None:
        """What some members bought on a day before there was any schedule."""
        self.world.clock.instant = now = self.rules.midnight(day) + timedelta(hours=12)
        first = min(self.joining.values())
        for number, joins_on in sorted(self.joining.items()):
            if number % 2 == 0 and joins_on == first:
                self.joining[number] = day
                member_id = self._join(number, day)
                self._buy(now, member_id, (1_600_000, 4_100_000)[number % 4 // 2])

    def walk(self, first: date, days: int, outages: Sequence[range], check: Callable[[int], None]) -> None:
        """So many days; during an `outage` (numbers of days) no schedule wakes. `check` is called at the end of every day."""
        for number in range(days):
            day = first + timedelta(days=number)
            is_missed = any(number in outage for outage in outages)
            is_missed = is_missed or self.random.randrange(1000) < self.chances.nights_missed
            for at, act in sorted(self._day(day, is_missed=is_missed), key=lambda planned: planned[0]):
                self.world.clock.instant = at
                act(at)
            check(number)

    def night(self, now: datetime) -> None:
        """The schedule wakes every job, and the queue works what there is, now and then twice."""
        self.nights.come(now, [*self.members.values()])
        for job in JOBS:
            written = self.count_expired() if job in MOVING_BY_TIME else 0
            self.world.start(job, now)
            self.world.queue.deliver(self.world.jobs, times=self.random.choice((1, 1, 1, 2)))
            if job in MOVING_BY_TIME:
                self.expired_by_night += self.count_expired() - written

    def deliver(self, now: datetime) -> None:
        """The warnings of the last day go out. Some do not arrive, and to some members none ever does."""
        warnings, self.world.accounts.warnings = self.world.accounts.warnings, []
        for member_id, days in warnings:
            if not is_out_of_reach(member_id) and self.random.randrange(1000) < self.chances.arrives:
                self.world.ledger.record_proof(member_id, days, self._name("msg"), "delivered")
                self.members[member_id].hear(now, map(date.fromisoformat, days))

    def count_expired(self) -> int:
        """Points that the ledger's entries say have expired."""
        return self.world.accounts.expired

    def _day(self, day: date, *, is_missed: bool) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
        """What happens on that day, and when."""
        begins, ends = self.rules.midnight(day), self.rules.midnight(day + timedelta(days=1))
        minutes = int((ends - begins).total_seconds()) // 60
        hours = [] if is_missed else self.random.choice(([0], [0, 1], [0, 13], [9]))
        yield from ((begins + timedelta(hours=hour), self.night) for hour in hours)
        yield begins + timedelta(hours=10, minutes=30), self.deliver
        for number, joins_on in self.joining.items():
            if joins_on == day:
                self._join(number, day)
        for member_id in self.members:
            for act in self._acts(member_id):
                yield begins + timedelta(minutes=self.random.randrange(1, minutes)), act

    def _join(self, number: int, day: date) -> str:
        member_id = f"mem_{number % SHARDS}{number:015}"
        # Every tenth is born on a leap day, so that there are some; every twentieth takes no part.
        born = (2, 29) if number % 10 == 0 else (self.random.randint(1, 12), self.random.randint(1, 28))
        # Every tenth may not be told of their points, and of those who may, no message ever reaches every tenth.
        may_be_told = number % 10 != 7
        self.members[member_id] = Member(self.rules, day, born, number % 20 != 5, may_be_told)
        self.world.accounts.add(Account(member_id))
        if may_be_told:
            self._do(member_id, NoteReach(reachable=True))
        self.world.profiles.born[member_id] = f"{born[0]:02}-{born[1]:02}"
        self.world.profiles.joined[member_id] = self.rules.midnight(day)
        if number % 20 == 5:
            self.world.profiles.inactive.add(member_id)
        return member_id

    def _acts(self, member_id: str) -> Iterator[Callable[[datetime], None]]:
        """What that member does on a day."""
        member, draw = self.members[member_id], lambda: self.random.randrange(1000)
        if draw() < self.chances.buys:
            yield lambda now: self._buy(now, member_id, self.random.randint(5, 200) * 1_000)
        if draw() < self.chances.reserves:
            yield lambda now: self._reserve(now, member_id, self.random.randint(1, 60))
        for name in member.holds:
            if draw() < self.chances.settles:
                yield lambda now, name=name: self._settle(now, member_id, name)  # type: ignore[misc]
        # Who has a membership pays more readily; who pays too late begins anew.
        if int(member_id[-3:]) % 3 == 0 and draw() < self.chances.pays and member.paid_months < 12:
            yield lambda now: self._pay(now, member_id)

    def _buy(self, now: datetime, member_id: str, amount: int) -> None:
        bought = make_purchase(amount, purchase_id=self._name("B"), at=now)
        self._do(member_id, RecordPurchase("ptn", bought))
        self.members[member_id].buy(now, amount)

    def _reserve(self, now: datetime, member_id: str, points: int) -> None:
        name = self._name("red")
        lapses_at = now + timedelta(hours=self.rules.hold_hours)
        had = self.members[member_id].reserve(now, name, points)
        self._do(member_id, Reserve(name, points, lapses_at), refusal=() if had else (InsufficientPointsError,))

    def _settle(self, now: datetime, member_id: str, name: str) -> None:
        redeems = self.random.random() < 0.5
        member = self.members[member_id]
        had = member.redeem(now, name) if redeems else member.release(now, name)
        self._do(member_id, (Redeem if redeems else Release)(name), refusal=() if had else NO_SUCH_HOLD)

    def _pay(self, now: datetime, member_id: str) -> None:
        price = Money(49_000, "VND")
        self._do(member_id, RecordPayment("ptn", self._name("pay"), PLAN, "succeeded", price, now))
        self.members[member_id].pay(now)

    def _do(self, member_id: str, command: Command, refusal: tuple[type[Exception], ...] = ()) -> None:
        """In the house; it must refuse what the model refuses, and nothing else."""
        with pytest.raises(refusal) if refusal else nullcontext():
            self.world.ledger.execute(member_id, command, answer=lambda _account, _entry: {})
        self.refused += bool(refusal)

    def _name(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}_{self.number}"


def is_out_of_reach(member_id: str) -> bool:
    """Whether no message to that member ever arrives."""
    return member_id.endswith("3")


def make_year_program(rules: Rules) -> Program:
    """The program that those rules tell of. Tết and 8 March are named as programs name them: by their calendars."""
    names = {"vi": "x", "en": "x"}
    warning = ExpiryWarning((30, 7, 1), together_days=7, is_required=True, grace_days=rules.living_on_days)
    points = {name: points for name, _, points in rules.holidays}
    recurrences = {"tet": EveryLunarYear(1, 1), "women": EveryYear(3, 8)}
    tiers = [
        Tier(name, names, reach=Criteria({"spend": least}) if least else None)
        for name, least in zip(("member", "silver", "gold"), rules.reach, strict=True)
    ]
    return make_program(
        time_zone=rules.zone,
        points=PointsPolicy(
            1,
            100,
            pending_days=rules.pending_days,
            expiry=Expiry("months", rules.months, "end_of_month", warning=warning),
        ),
        earning=(EarningRule("base", "purchase", points=1, per=rules.money_per_point),),
        birthday=Birthday(rules.birthday_points),
        holidays=tuple(Holiday(name, names, recurrences[name], Gifts(Gift(points[name]))) for name in recurrences),
        tiers=tuple(tiers),
        tiering=TierPolicy("calendar_year", notice_days=rules.notice_days, grace_days=0),
        plans=(make_plan(trial_days=0, grace_days=rules.grace_days),),
    )


def _put(index: dict[str, str], member_id: str, day: str) -> None:
    """Sparse: who has nothing due is not in it."""
    if day:
        index[member_id] = day
    else:
        index.pop(member_id, None)

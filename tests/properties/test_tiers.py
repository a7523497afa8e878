"""Whatever is bought, brought back, handed in late and spent, and however the program changes: the tier that is kept is the one
that a naive recount of the entries comes to, and no spending lowers it.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import SAIGON, make_purchase
from quen.errors import QuenError
from quen.ledger.model import Account, Entry, RecordPurchase, Reserve, decide, folded, next_review_on, verify
from quen.ledger.model.chain import sealed_form
from quen.people import Person
from quen.program.model import Criteria, Program, Tier, TierPolicy
from till import Till
from unit.tiers.levels import MEMBER, level, levelled

START = datetime(2026, 1, 20, 5, tzinfo=UTC)
DAY = timedelta(days=1)

amounts = st.fixed_dictionaries(
    {},
    optional={
        "qualifying": st.integers(1, 60),
        "spend": st.integers(1, 600_000),
        "visits": st.integers(1, 4),
        "purchases": st.integers(1, 4),
    },
).filter(bool)
criteria = st.builds(Criteria, amounts) | st.builds(
    lambda common, ways: Criteria(common, any_of=tuple(Criteria(way) for way in ways)),
    amounts,
    st.lists(amounts, min_size=1, max_size=2),
)
levels = st.builds(
    lambda reaches, keep, retired: (
        MEMBER,
        *(
            level(f"t{rank}", reach, keep if rank == 2 else None, is_retired=rank == retired)
            for rank, reach in enumerate(reaches, 1)
        ),
    ),
    st.lists(criteria, min_size=1, max_size=3),
    st.none() | criteria,
    st.integers(1, 8),
)
policies = st.builds(
    TierPolicy,
    st.sampled_from(["calendar_year", "program_year", "rolling", "anniversary", "lifetime"]),
    st.integers(1, 12),
    st.integers(2, 6) | st.integers(7, 18),
    st.sampled_from(["one_level", "to_earned"]),
    st.sampled_from([30, 10, 90, 0]),
    st.sampled_from([60, 15, 0]),
)
buying = st.tuples(st.just("buy"), st.integers(0, 60), st.integers(1, 9))
steps = st.lists(
    buying
    | buying
    | st.tuples(st.just("late"), st.integers(0, 40), st.integers(1, 90))
    | st.tuples(st.just("return"), st.integers(0, 100), st.integers(1, 5))
    | st.tuples(st.just("spend"), st.integers(0, 5), st.integers(1, 40))
    | st.tuples(st.just("wait"), st.sampled_from([20, 45, 90, 120, 200, 400]), st.just(0))
    | st.tuples(st.just("change"), st.integers(0, 90), st.integers(0, 1)),
    min_size=8,
    max_size=30,
)
Figures = dict[str, int]


class Told(NamedTuple):
    """What an entry says: on which day it was written, what it adds to which month, and when the member joined."""

    day: date
    adds: list[tuple[tuple[int, int], str, int]]
    joined_on: date | None
    program: int


@dataclass
class Recount:
    """Goes through a life day by day, with lists of receipts instead of an account."""

    programs: Sequence[Program]
    tier: str = ""
    until: date | None = None
    notice: date | None = None
    told: bool = False
    missed: date | None = None
    joined: date | None = None
    receipts: list[tuple[tuple[int, int], str, int]] = field(default_factory=list)

    def live(self, entries: list[Told], last: date) -> str:
        day, number = entries[0].day if entries else last, 0
        for at in [day + DAY * step for step in range((last - day).days + 1)]:
            program = self.programs[number]
            while self.until and (at == self.notice or at > self.until):
                self.midnight(at, program)
            for entry in [entry for entry in entries if entry.day == at]:
                number = entry.program
                program = self.programs[number]
                if entry.joined_on:
                    self.joined = min(self.joined or entry.joined_on, entry.joined_on)
                self.receipts += entry.adds
                if entry.adds and all(amount > 0 for _, _, amount in entry.adds):
                    self.raise_on(at, program, {month for month, _, _ in entry.adds})
        return self.tier

    def midnight(self, at: date, program: Program) -> None:
        assert self.until
        rank = self.rank(program)
        months = self.months_until(self.missed or self.until, program.tiering)
        if self.missed and months:
            months = months | self.months_from(self.missed, at)
        figures = self.sum(months)
        kept = rank > 0 and (program.tiering.period == "lifetime" or self.meets(self.keep(program), figures))
        if at <= self.until:
            self.notice, self.told = None, rank > 0 and not kept
            return
        best = self.best(program, figures, len(program.tiers))
        following = at if self.missed or program.tiering.period != "rolling" else self.until
        if best > rank:
            self.take(program.tiers[best].id, at, self.end(following, program.tiering), program.tiering)
        elif kept:
            self.take(self.tier, at, self.end(following, program.tiering), program.tiering)
        else:
            grace = (
                program.tiering.grace_days
                if self.told
                else max(program.tiering.grace_days, program.tiering.notice_days)
            )
            if rank and grace and not self.missed:
                self.missed, self.until = self.until, self.until + DAY * grace
                return
            below = self.best(program, figures, rank)
            if program.tiering.down == "one_level":
                candidates = [lower for lower in range(1, rank) if not program.tiers[lower].is_retired]
                below = max([below, *candidates])
            self.take(program.tiers[below].id if below else "", at, self.end(at, program.tiering), program.tiering)

    def raise_on(self, at: date, program: Program, touched: set[tuple[int, int]]) -> None:
        now = self.months_of(at, program.tiering)
        options = [now]
        if program.tiering.period in {"calendar_year", "program_year", "anniversary"}:
            assert now
            year, month = min(now)
            before = self.months_of(date(year, month, 1) - DAY, program.tiering)
            assert before
            if touched & (before - now):
                options.append(before)
        best = max(self.best(program, self.sum(months), len(program.tiers)) for months in options)
        if best > self.rank(program):
            self.take(program.tiers[best].id, at, self.end(at, program.tiering), program.tiering)
        elif self.missed:
            window = self.months_until(self.missed, program.tiering)
            figures = self.sum(window | self.months_from(self.missed, at) if window else None)
            if self.rank(program) and (program.tiering.period == "lifetime" or self.meets(self.keep(program), figures)):
                self.take(self.tier, at, self.end(at, program.tiering), program.tiering)

    def take(self, tier: str, at: date, until: date | None, policy: TierPolicy) -> None:
        self.tier, self.until = tier, until if tier else None
        self.missed, self.told, self.notice = None, False, None
        if self.until and policy.notice_days:
            notice = max(self.until - DAY * policy.notice_days, at + DAY)
            self.notice = notice if notice <= self.until else None

    # What is looked at: sets of months, None for all there ever were

    def months_of(self, at: date, policy: TierPolicy) -> set[tuple[int, int]] | None:
        if policy.period == "lifetime":
            return None
        if policy.period == "rolling":
            return self.back_from(at, policy.months + 1)
        end = self.end(at, policy)
        assert end
        months = self.back_from(end, 12)
        if (
            policy.period == "anniversary"
            and self.joined
            and end.year == self.joined.year + 1
            and end.month == self.joined.month
        ):
            return months | {(self.joined.year, self.joined.month)}
        return months

    def months_until(self, until: date, policy: TierPolicy) -> set[tuple[int, int]] | None:
        if policy.period in {"lifetime", "rolling"} or self.end(until, policy) == until:
            return self.months_of(until, policy)
        return self.back_from(until, 12)

    def months_from(self, first: date, last: date) -> set[tuple[int, int]]:
        return {((first + DAY * step).year, (first + DAY * step).month) for step in range((last - first).days + 1)}

    def back_from(self, last: date, count: int) -> set[tuple[int, int]]:
        months, at = set(), last.replace(day=1)
        for _ in range(count):
            months.add((at.year, at.month))
            at = (at - DAY).replace(day=1)
        return months

    def end(self, at: date, policy: TierPolicy) -> date | None:
        """Walk on, month by month, to the one that ends the period."""
        if policy.period == "lifetime":
            return None
        ends = at.replace(day=monthrange(at.year, at.month)[1])
        if policy.period == "rolling":
            for _ in range(policy.months):
                ends = ends + DAY
                ends = ends.replace(day=monthrange(ends.year, ends.month)[1])
            return ends
        last = {"calendar_year": 12, "program_year": policy.starts_month - 1 or 12}.get(policy.period, 12)
        if policy.period == "anniversary" and self.joined:
            last = self.joined.month
        while ends.month != last or (
            policy.period == "anniversary"
            and self.joined
            and (ends.year, ends.month) <= (self.joined.year, self.joined.month)
        ):
            ends = ends + DAY
            ends = ends.replace(day=monthrange(ends.year, ends.month)[1])
        return ends

    # What is found

    def sum(self, months: set[tuple[int, int]] | None) -> Figures:
        totals: Counter[str] = Counter()
        for month, measure, amount in self.receipts:
            if months is None or month in months:
                totals[measure] += amount
        return dict(totals)

    def rank(self, program: Program) -> int:
        names = [tier.id for tier in program.tiers]
        return names.index(self.tier) if self.tier in names else 0

    def keep(self, program: Program) -> Criteria | None:
        tier: Tier = program.tiers[self.rank(program)]
        return None if tier.is_retired else tier.keep or tier.reach

    def best(self, program: Program, figures: Figures, below: int) -> int:
        for rank in range(below - 1, 0, -1):
            tier = program.tiers[rank]
            if not tier.is_retired and self.meets(tier.reach, figures):
                return rank
        return 0

    def meets(self, asked: Criteria | None, figures: Figures) -> bool:
        if asked is None:
            return False
        enough = [figures.get(measure, 0) >= amount for measure, amount in asked.at_least.items()]
        ways = [self.meets(way, figures) for way in asked.any_of]
        return False not in enough and (not ways or True in ways)


def told_by(entry: Entry, version: int) -> Told:
    """An entry as the recount reads it."""
    adds: list[tuple[tuple[int, int], str, int]] = []
    for month, tally in entry.habits.items():
        named = zip(("purchases", "spend", "visits"), tally, strict=True)
        adds += [(month_of(month), measure, amount) for measure, amount in named if amount]
    adds += [(month_of(key[-7:]), "qualifying", amount) for key, amount in entry.counters.items()]
    joined = entry.seen.get("joined")
    day = entry.recorded_at.astimezone(SAIGON).date()
    return Told(day, adds, date.fromisoformat(joined) if joined else None, version)


def month_of(text: str) -> tuple[int, int]:
    """What came back of a month that is no longer told apart is of long ago."""
    return (0, 0) if text == "earlier" else (int(text[:4]), int(text[5:]))


class World:
    """A till whose member is known, and a program that changes between two of its versions."""

    def __init__(self, programs: Sequence[Program], joined_days_ago: int) -> None:
        self.programs = programs
        self.version = 0
        self.till = Till(programs[0], Account("mem"), START)
        joined_on = START.astimezone(SAIGON).date() - DAY * joined_days_ago
        self.person = Person(None, None, frozenset(), frozenset(), joined_on)
        self.told: list[Told] = []
        self.bought: list[str] = []

    def step(self, what: str, days: int, size: int) -> None:
        self.till.now += DAY * days
        self.till.keep_up()
        before, written = self.till.account.standing, len(self.till.entries)
        with suppress(QuenError):  # then nothing has happened
            getattr(self, what)(size)
        self.told += [told_by(entry, self.version) for entry in self.till.entries[written:] if entry.kind != "review"]
        program = self.programs[self.version]
        assert program.rank_of(self.till.account.standing.tier) >= program.rank_of(before.tier)

    def buy(self, size: int, at: datetime | None = None) -> None:
        number = f"B-{len(self.bought)}"
        self.bought.append(number)
        at = at or self.till.now
        if self.till.program.asks_joining:
            purchase = make_purchase(size * 100_000, purchase_id=number, at=at, store=f"S-{size}")
            self.till.keep(
                decide(
                    self.till.account, RecordPurchase("ptn", purchase, self.person), self.till.program, self.till.now
                )
            )
            self.bought.pop()
            self.bought.append("")
        else:
            self.till.buy(size * 100_000, number, at, f"S-{size}")

    def late(self, size: int) -> None:
        self.buy(3, self.till.now - DAY * size)

    def spend(self, size: int) -> None:
        self.till.do(Reserve(f"red-{len(self.till.entries)}", size, self.till.now + DAY))

    def wait(self, size: int) -> None:
        """Nothing but time."""

    def change(self, size: int) -> None:
        self.version = size
        self.till.program = self.programs[size]
        self.told.append(Told(self.till.now.astimezone(SAIGON).date(), [], None, size))

    def give_back(self, size: int) -> None:
        if numbers := [number for number in self.bought if number]:
            self.till.bring_back(size * 50_000, numbers[-1])

    def __getattr__(self, name: str) -> Any:
        if name == "return":
            return self.give_back
        raise AttributeError(name)


@given(levels, policies, levels, policies, st.integers(0, 800), steps)
@settings(max_examples=120, deadline=None)
def test_the_tier_is_what_a_naive_recount_of_the_entries_comes_to_and_spending_never_lowers_it(
    tiers: tuple[Tier, ...],
    policy: TierPolicy,
    others: tuple[Tier, ...],
    other: TierPolicy,
    joined: int,
    life: list[Any],
) -> None:
    both = [replace(levelled(*tiers), tiering=policy), replace(levelled(*others), tiering=other, version=2)]
    world = World(both, joined)
    for step in life:
        world.step(*step)
    last = world.till.now.astimezone(SAIGON).date()
    recount = Recount(both)
    assert world.till.account.standing.tier == recount.live(world.told, last)
    kept = [sealed_form(entry) for entry in world.till.entries]
    assert verify(world.till.account, kept) is None
    until = world.till.account.standing.until
    assert until == (recount.until.isoformat() if recount.until else "")


@given(levels, policies, st.integers(1, 30), st.lists(st.integers(1, 200), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_to_be_brought_up_in_one_step_is_to_be_brought_up_in_many(
    tiers: tuple[Tier, ...], policy: TierPolicy, visits: int, waits: list[int]
) -> None:
    till = Till(replace(levelled(*tiers), tiering=policy), Account("mem"), START)
    for number in range(visits):
        till.buy(100_000, f"B-{number}", store=f"S-{number % 9}")
    at_once, by_and_by = till.account, Till(till.program, till.account, START)
    for days in waits:
        by_and_by.now += DAY * days
        by_and_by.keep_up()
    till.now = by_and_by.now
    till.keep_up()
    assert [entry.standing for entry in till.entries if entry.kind == "review"] == [
        entry.standing for entry in by_and_by.entries if entry.kind == "review"
    ]
    assert till.account.standing == by_and_by.account.standing
    assert folded(at_once, by_and_by.entries) == by_and_by.account
    assert (
        next_review_on(till.account) in {"", "never"}
        or next_review_on(till.account) > f"{till.now.astimezone(SAIGON):%Y-%m-%d}"
    )

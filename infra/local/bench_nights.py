"""What a night costs: read units against what is due, and whether a night of as many members due grows with those that exist.

The jobs and the stores are the deployed ones, over tables in this process that count as AWS bills (`counted_tables`). What
is due is the floor: each account that must be read, once, consistently; for a birthday the profile too. A run's own record
is in the sum: every shard's message loads it, and the hourly start looks at the runs of the last 31 days.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any, cast

from msgspec.structs import replace

from local.bench_ledger import make_program
from local.counted_tables import CONSISTENT, CountedTables, Item, read_units
from local.tables import index_keys
from local.write_units import item_size
from quen.gifts.service import OccasionGifts
from quen.jobs.birthday_rewards import BirthdayRewards, MemberPage, Profile
from quen.jobs.expire_points import ExpirePoints
from quen.jobs.model import CATCH_UP_DAYS_MAX, PAGE_MEMBERS, SHARDS, Run
from quen.jobs.service import Handler
from quen.ledger.items import account_item, member_key, shard_key, shard_of
from quen.ledger.model import Account, OpenBalance, decide, folded
from quen.ledger.ports import Change
from quen.ledger.service import Ledger
from quen.ledger.store import LedgerStore
from quen.members.model import birthday_shard, member_shard
from quen.members.store import MemberStore
from quen.program.model import Birthday, Program

DUE = 1_000
FEW, MANY = 10_000, 100_000
READS_MAX = Fraction(11, 10)
"""A night reads so many units for each that is due, at most."""
GROWTH_MAX = 3
"""Ten times the members, of whom as many are due, cost so many times as much, at most."""

RUN_BYTES = 3 * 1024
NOW = datetime(2027, 1, 29, 1, tzinfo=UTC)
TODAY, OVER, ALIVE = date(2027, 1, 29), "2027-01-28", "2027-06-30"


@dataclass(frozen=True, slots=True)
class Night:
    """What it came to: members there were and were done, read units, those of what was due, and seconds of CPU."""

    members: int
    done: int
    units: Fraction
    due_units: Fraction
    seconds: float

    @property
    def reads(self) -> Fraction:
        """Units read for each unit that is due."""
        return self.units / self.due_units


def measure(make_night: Callable[[int], Night], name: str) -> bool:
    """Two nights in a table; whether both targets are met."""
    few, many = make_night(FEW), make_night(MANY)
    growth, slower = many.units / few.units, many.seconds / few.seconds
    for night in (few, many):
        print(
            f"  {name:<10} {night.members:8,} {night.done:6,} {float(night.units):9,.1f} {float(night.due_units):9,.1f}"
            f" {float(night.reads):7.3f} {float(READS_MAX):6.1f} {night.seconds:8.2f}"
        )
    print(
        f"  {'':<10} ten times the members: {float(growth):.2f} x the units, {slower:.2f} x the CPU, target {GROWTH_MAX}"
    )
    is_done = few.done == many.done == DUE
    return is_done and max(few.reads, many.reads) <= READS_MAX and max(float(growth), slower) <= GROWTH_MAX


class Current:
    """The program, whenever one asks."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def current(self, _now: datetime) -> Program:
        """It."""
        return self._program


class Morning:
    """A clock that stands still."""

    def now(self) -> datetime:
        """The night's own time."""
        return NOW


class Birthdays:
    """Profiles as the job asks for them, without the use cases around them."""

    def __init__(self, store: MemberStore) -> None:
        self._store = store

    def list_birthdays(self, month_day: str, shard: int, cursor: str | None = None, limit: int = 100) -> MemberPage:
        """Members whose birthday is that `MM-DD`, one shard of them."""
        return self._store.list_birthdays(month_day, shard, cursor, limit)

    def load(self, member_id: str) -> Profile:
        """The profile."""
        return self._store.load(member_id)


def main() -> None:
    """The table; ends with 1 where a target is missed."""
    print(f"\nA night with {DUE:,} members due: read units\n")
    print(f"  {'job':<10} {'members':>8} {'done':>6} {'units':>9} {'due':>9} {'ratio':>7} {'target':>6} {'CPU s':>8}")
    met = [measure(expiry_night, "expiry"), measure(birthday_night, "birthdays")]
    if not all(met):
        sys.exit("\nA night reads more than it may.")


def expiry_night(members: int, due: int = DUE) -> Night:
    """Points of some are over; everybody else's live."""
    program, tables, step = make_program(), open_tables(), members // due
    alive, over = account_item_of(program, {ALIVE: 120}), account_item_of(program, {OVER: 40, ALIVE: 120})
    items = [account_named(alive if number % step else over, number) for number in range(members)]
    tables.load("Ledger", items)
    job = ExpirePoints(open_ledger(tables, program), Current(program))
    return night(tables, job, members, floor(items[::step]))


def birthday_night(members: int, due: int = DUE) -> Night:
    """It is the birthday of some; everybody else's is on one of the other days of the year."""
    program, tables, step = replace(make_program(), birthday=Birthday(50)), open_tables(), members // due
    account = account_item_of(program, {ALIVE: 120})
    accounts = [account_named(account, number) for number in range(members)]
    others = (TODAY + timedelta(days=1 + number % 300) for number in range(members))
    profiles = [make_profile(number, day if number % step else TODAY) for number, day in enumerate(others)]
    tables.load("Ledger", accounts)
    tables.load("Members", profiles)
    store = MemberStore(cast("Any", tables), "Members", cast("Any", None))
    gifts = OccasionGifts(open_ledger(tables, program), cast("Any", None), b"a key of the benchmark")
    job = BirthdayRewards(gifts, Birthdays(store), Current(program))
    return night(tables, job, members, floor([*accounts[::step], *profiles[::step]]))


def night(tables: CountedTables, job: Handler, members: int, due_units: Fraction) -> Night:
    """Every shard of one run, page by page, with what the run's own record is read for."""
    run = Run("a-job", TODAY, "run_1", as_of=NOW, started_at=NOW, started_by="schedule")
    tables.units = SHARDS * read_units(RUN_BYTES, CONSISTENT) + read_units(RUN_BYTES * CATCH_UP_DAYS_MAX, CONSISTENT)
    done, began = 0, time.process_time()
    for shard in range(SHARDS):
        cursor: str | None = None
        while True:
            page = job.list_members(run, shard, cursor, PAGE_MEMBERS)
            done += sum(job.handle(run, member_id, is_recovering=False).was_done for member_id in page.member_ids)
            cursor = page.cursor
            if cursor is None:
                break
    return Night(members, done, tables.units, due_units, time.process_time() - began)


def floor(items: Sequence[Item]) -> Fraction:
    """What it costs to read these, once and consistently."""
    return sum((read_units(item_size(item), CONSISTENT) for item in items), Fraction(0))


def open_tables() -> CountedTables:
    """The tables' indexes are those of the stack."""
    return CountedTables({index: keys for each in index_keys().values() for index, keys in each.items()})


def open_ledger(tables: CountedTables, program: Program) -> Ledger:
    """The ledger's use cases over its store."""
    store = LedgerStore(cast("Any", tables), "Ledger")
    return Ledger(store, Current(program), cast("Any", None), Morning(), lambda _attempt: None)


def account_item_of(program: Program, lots: Mapping[str, int]) -> Item:
    """An account with these lots, as it is kept."""
    account = Account(member_name(0))
    entries = decide(account, OpenBalance("imp_1", lots, {}), program, datetime(2026, 6, 1, tzinfo=UTC))
    return account_item(Change(account, folded(account, entries), entries, program)).to_dynamodb_dict()


def account_named(item: Item, number: int) -> Item:
    """The same of another member, in that one's place in the index."""
    member_id = member_name(number)
    return {**item, "PK": {"S": member_key(member_id)}, "due_shard": {"S": shard_key(shard_of(member_id))}}


def make_profile(number: int, birthday: date) -> Item:
    """A profile of about the usual size."""
    member_id = member_name(number)
    return {
        "PK": {"S": f"MEMBER#{member_id}"},
        "SK": {"S": "PROFILE"},
        "member_id": {"S": member_id},
        "state": {"S": "active"},
        "phone": {"S": "+84901234567"},
        "name": {"S": "Nguyễn Thị Lan"},
        "birthday": {"S": birthday.isoformat()},
        "birthday_shard": {"S": birthday_shard(birthday, member_id)},
        "member_shard": {"S": member_shard(member_id)},
        "locale": {"S": "vi"},
        "consents": {"L": []},
        "joined_at": {"S": "2026-06-01T00:00:00.000000+0000"},
        "card_code": {"S": "7" * 16},
        "login_key": {"S": "0" * 43},
        "version": {"N": "1"},
    }


def member_name(number: int) -> str:
    """An id of the usual length."""
    return f"mem_{number:016}"


if __name__ == "__main__":
    main()

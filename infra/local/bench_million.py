"""Finding 10,000 due accounts of 1,000,000: read units, as AWS bills the index's pages.

A table of a million items cannot be made here in the time of a benchmark. The index can: a million entries of true size in
this process, of which the job's own queries read what is due, and nothing else. The others have points that end later, so they
stand in the index behind the last day that is asked for; one without anything due ever would not be in it at all.
"""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

from local.bench_ledger import make_program
from local.bench_nights import ALIVE, NOW, OVER, TODAY, Current, member_name, open_ledger, open_tables
from quen.jobs.expire_points import ExpirePoints
from quen.jobs.model import PAGE_MEMBERS, SHARDS, Run
from quen.ledger.items import member_key, shard_key, shard_of

MEMBERS, DUE = 1_000_000, 10_000


def finding_units(members: int = MEMBERS, due: int = DUE) -> Fraction:
    """Read units until every page of every shard was listed; the members that are found are counted, and are those due."""
    program, tables, step = make_program(), open_tables(), members // due
    tables.index(
        "Ledger",
        "DueAccounts",
        (
            (shard_key(shard_of(name)), ALIVE if number % step else OVER, member_key(name))
            for number, name in names(members)
        ),
    )
    job = ExpirePoints(open_ledger(tables, program), Current(program))
    run = Run("a-job", TODAY, "run_1", as_of=NOW, started_at=datetime(2027, 1, 29, tzinfo=UTC), started_by="schedule")
    found = 0
    for shard in range(SHARDS):
        cursor: str | None = None
        while True:
            page = job.list_members(run, shard, cursor, PAGE_MEMBERS)
            found, cursor = found + len(page.member_ids), page.cursor
            if cursor is None:
                break
    if found != due:
        raise ValueError(f"{found} members were found, {due} are due")
    return tables.units


def names(members: int) -> list[tuple[int, str]]:
    """Members by their numbers."""
    return [(number, member_name(number)) for number in range(members)]

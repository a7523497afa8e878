"""A year of nights, missed ones too: the ledger and its jobs come to what an independent model says, member by member."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from properties import year_model
from properties.year_model import Member, Rules
from properties.year_walk import JOBS, Chances, Walk
from quen.ledger.model import Account, Entry, rebuild
from quen.ledger.model.due import bring_up_to

WINTER, AUTUMN, LAST = date(2027, 2, 20), date(2027, 10, 20), date(2028, 3, 9)
BEFORE = date(2026, 11, 20)
OUTAGES = ((date(2027, 12, 27), 11), (date(2028, 2, 27), 4))  # over New Year, and over 28 and 29 February
HOLIDAYS = (("women", date(2027, 3, 8), 5), ("tet", date(2028, 1, 26), 20), ("women", date(2028, 3, 8), 5))
CHECKED_EVERY = 61
TIERS = {"": 0, "member": 0, "silver": 1, "gold": 2}
BY_TIME = {"expire": "expired", "activate": "activated", "lapse": "lapsed"}
REVIEWS = ("upgraded", "noticed", "on_track", "prolonged", "downgraded")


def shown(account: Account) -> Mapping[str, Any]:
    """What the house says of a member."""
    return {
        "lots": {date.fromisoformat(day): points for day, points in account.lots.items()},
        "waiting": {date.fromisoformat(key.partition("/")[0]): points for key, points in account.pending.items()},
        "held": account.held,
        "tier": TIERS[account.standing.tier],
        "until": account.standing.until,
        "membership": account.membership.state if account.membership.plan else "",
        "paid_through": account.membership.last_day if account.membership.plan else "",
    }


def expected(member: Member, walk: Walk) -> Mapping[str, Any]:
    """What the model says of the same one."""
    now = walk.world.clock.now()
    member.advance(now)
    return {
        "lots": {day: points for day, points in member.lots.items() if points},
        "waiting": dict(member.waiting),
        "held": sum(taken.total() for _, taken in member.holds.values()),
        "tier": member.tier,
        "until": member.tier_until.isoformat() if member.tier_until else "",
        "membership": member.membership(now),
        "paid_through": member.paid_through.isoformat() if member.paid_through else "",
    }


def did(entries: Iterable[Entry]) -> Counter[str]:
    """What the entries say that time has done, and what was given."""
    found: Counter[str] = Counter()
    for entry in entries:
        if entry.kind in BY_TIME:
            found[BY_TIME[entry.kind]] += abs(sum(entry.lots.values()))
        elif entry.kind == "extend":
            found["extended"] += max(entry.lots.values())
        elif entry.kind == "bonus":
            found["birthday" if entry.reference.kind == "birthday" else entry.reference.id.partition(":")[0]] += 1
        if entry.standing:
            found[entry.standing.cause] += 1
    return found


def compare(walk: Walk) -> None:
    """Every member, as the house shows them now: with what fell due since the last night and is not written yet."""
    for member_id, member in walk.members.items():
        assert shown(walk.world.ledger.load_account(member_id)) == expected(member, walk), member_id


def compare_histories(walk: Walk) -> None:
    """Every member's entries, with those that the next night will write: what they did, and that they are the account."""
    now, accounts = walk.world.clock.now(), walk.world.accounts
    for member_id, member in walk.members.items():
        account, entries = accounts.accounts[member_id], accounts.entries[member_id]
        assert rebuild(member_id, entries) == account
        told = did([*entries, *bring_up_to(account, walk.world.program, now, now)])
        assert +told == +member.did, member_id


def compare_runs(walk: Walk) -> None:
    """One run for every business day and job, ended, in which each was counted once."""
    for job in JOBS:
        runs = sorted((run for run in walk.world.runs.runs.values() if run.job == job), key=lambda run: run.on)
        assert [run.on for run in runs] == walk.nights.days
        assert {(run.state, run.failures) for run in runs} == {("finished", 0)}
        if job.endswith("-rewards"):
            what = job.partition("-")[0]
            assert {run.on: run.counts.points for run in runs} == {
                day: given[what] for day, given in walk.nights.given.items()
            }
    moved = sum(run.counts.points for run in walk.world.runs.runs.values() if not run.job.endswith("-rewards"))
    assert moved == walk.expired_by_night


def nothing_is_left(walk: Walk) -> None:
    """Once a night has come, nothing is due any more that fell due by its midnight."""
    today = walk.rules.day(walk.world.clock.now())
    if walk.nights.days and walk.nights.days[-1] == today:
        for shard in range(8):
            assert not walk.world.accounts.list_due(shard, today, None, 1).member_ids
            assert not walk.world.accounts.list_reviews(shard, today, None, 1).member_ids


@pytest.mark.parametrize(
    ("zone", "members", "first", "seed"),
    [
        ("Europe/Berlin", 60, AUTUMN, 1),
        pytest.param("Asia/Ho_Chi_Minh", 1_000, WINTER, 2, marks=pytest.mark.long),
        pytest.param("Europe/Berlin", 1_000, WINTER, 3, marks=pytest.mark.long),
    ],
)
def test_after_all_nights_every_member_has_what_the_program_s_words_say(
    zone: str, members: int, first: date, seed: int
) -> None:
    """From winter to winter it is more than a year, with a 28 February that stands for the 29th and a 29 February. The walk
    from autumn has most of what is special about one: a change of the clocks, a turn of the year, Tết, a 29 February.
    """
    days = (LAST - first).days
    walk = Walk(Rules(ZoneInfo(zone), holidays=HOLIDAYS), first, members, seed, Chances())

    def check(number: int) -> None:
        nothing_is_left(walk)
        if number % CHECKED_EVERY == 0:
            compare(walk)

    walk.look_back(BEFORE)
    walk.walk(first, days, [range((out - first).days, (out - first).days + length) for out, length in OUTAGES], check)
    walk.world.clock.instant = walk.rules.midnight(LAST)
    walk.night(walk.world.clock.now())
    compare(walk)
    compare_histories(walk)
    compare_runs(walk)
    is_something(walk)


def is_something(walk: Walk) -> None:
    """Nothing of what was compared was empty."""
    done: Counter[str] = Counter()
    for member in walk.members.values():
        done += member.did
    what = ("expired", "extended", "activated", "lapsed", "birthday", "tet", "women", *REVIEWS)
    assert [name for name in what if not done[name]] == []
    assert walk.refused


def test_the_model_knows_nothing_of_the_house() -> None:
    source = Path(year_model.__file__).read_text("utf-8")
    imported = {
        line.split()[1].partition(".")[0] for line in source.splitlines() if line.startswith(("import", "from"))
    }
    assert imported == {"__future__", "calendar", "collections", "dataclasses", "datetime", "zoneinfo"}

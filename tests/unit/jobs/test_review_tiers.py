"""The nightly review of tiers: who is told, kept, prolonged or goes down, however often the job is stopped or told again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from factories import make_account, make_purchase
from quen.ledger.model import RecordPurchase, decide, folded, rebuild
from quen.money import Money
from tiered import POLICY, make_tiered
from unit.jobs.fakes import Fuse, World

REVIEW, EXPIRE = "review-tiers", "expire-points"
BOUGHT_AT = datetime(2026, 3, 1, 5, tzinfo=UTC)
BOUGHT_AGAIN_AT = datetime(2027, 2, 1, 5, tzinfo=UTC)
NOTICE_ON, LAST_DAY, NEW_YEAR = date(2027, 12, 1), date(2027, 12, 31), date(2028, 1, 1)


def at_night(day: date) -> datetime:
    """Soon after the midnight with which that day begins in Saigon."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=6)


class TierWorld(World):
    """Members who bought in 2026, some of them in 2027 too, as the year 2027 comes to its end."""

    def __init__(self, fuse: Fuse | None = None, now: datetime | None = None, **policy: Any) -> None:
        program = make_tiered(tiering=replace(POLICY, **policy))
        super().__init__(fuse, program, now or at_night(NEW_YEAR))
        self.kept = self.add_buyer(0, 1, 1_200_000, again=1_000_000)
        self.fading = [self.add_buyer(0, number, 1_200_000) for number in (2, 3)]
        self.falling = self.add_buyer(3, 1, 600_000)
        self.low = self.add_buyer(5, 1, 100_000)

    def add_buyer(self, shard: int, number: int, amount: int, again: int = 0) -> str:
        """A member who has bought for so much, and who is up to date at the end of October 2027."""
        member_id = f"mem_{shard}{number:015}"
        account = make_account(member_id=member_id)
        entries = []
        for at, spent in ((BOUGHT_AT, amount), (BOUGHT_AGAIN_AT, again)):
            if spent:
                purchase = replace(make_purchase(at=at, purchase_id=f"B-{spent}"), total=Money(spent, "VND"))
                made = decide(account, RecordPurchase("ptn", purchase), self.program, at)
                account, entries = folded(account, made), [*entries, *made]
        self.accounts.add(account)
        self.accounts.entries[member_id] = entries
        return member_id

    def tier(self, member_id: str) -> str:
        return self.accounts.accounts[member_id].standing.tier

    def causes(self, member_id: str) -> list[str]:
        return [entry.standing.cause for entry in self.accounts.entries[member_id] if entry.standing]

    def run(self, job: str, on: date, *, dry_run: bool = False) -> dict[str, Any]:
        self.clock.instant = max(self.clock.instant, at_night(on))
        return self.jobs.start_run(job, on, dry_run=dry_run, actor="staff:an")

    def outcome(self) -> tuple[Any, Any]:
        """Accounts, and what was written, but for when it was recorded."""
        entries = {
            member_id: [(entry.kind, entry.occurred_at, entry.points, entry.standing) for entry in of]
            for member_id, of in self.accounts.entries.items()
        }
        return {key: replace(one, head="") for key, one in self.accounts.accounts.items()}, entries


def reviewed(world: TierWorld) -> TierWorld:
    """The world after its nights."""
    world.run_to_the_end(REVIEW)
    return world


def test_a_night_counts_whom_it_saw_and_what_came_of_each_review() -> None:
    world = reviewed(TierWorld())
    [run] = world.runs.runs.values()
    assert (run.state, run.counts.seen, run.counts.done) == ("finished", 4, 4)
    # The night of New Year's Day, the first of this stack, makes up for all that fell due since October.
    assert run.counts.totals == {"downgraded": 3, "noticed": 3, "on_track": 4, "prolonged": 4}
    assert [world.tier(one) for one in (world.kept, *world.fading, world.falling, world.low)] == [
        "gold",
        "silver",
        "silver",
        "",
        "",
    ]


def test_members_of_the_entry_tier_are_not_looked_at() -> None:
    world = TierWorld()
    loaded, load = [], world.accounts.load

    def noted(member_id: str) -> Any:
        loaded.append(member_id)
        return load(member_id)

    world.accounts.load = noted
    world.run(REVIEW, NEW_YEAR)
    assert world.low not in loaded
    assert len(loaded) == 4


def test_each_night_does_what_is_due_that_night_and_nothing_twice() -> None:
    world = TierWorld(now=at_night(NOTICE_ON - timedelta(days=1)))
    world.run(REVIEW, NOTICE_ON - timedelta(days=1))
    for on, totals, done in (
        (NOTICE_ON, {"noticed": 3, "on_track": 1}, 4),
        (NOTICE_ON + timedelta(days=1), {}, 0),
        (LAST_DAY, {}, 0),
        (NEW_YEAR, {"downgraded": 3, "prolonged": 1}, 4),
    ):
        run = world.run(REVIEW, on)
        assert (run["totals"], run["done"]) == (totals, done)
        assert world.run(REVIEW, on)["done"] == 0


def test_nobody_goes_down_who_was_not_told_and_the_grace_is_counted() -> None:
    world = TierWorld(grace_days=14, now=at_night(NOTICE_ON))
    world.run(REVIEW, NOTICE_ON)
    assert world.run(REVIEW, NEW_YEAR)["totals"] == {"grace": 3, "prolonged": 1}
    assert world.tier(world.falling) == "silver"
    assert world.run(REVIEW, date(2028, 1, 15))["totals"] == {"downgraded": 3}
    assert world.tier(world.falling) == ""


def test_days_that_were_missed_are_caught_up_in_order() -> None:
    nightly, late = TierWorld(now=at_night(NOTICE_ON)), TierWorld(now=at_night(NOTICE_ON))
    for world in (nightly, late):
        reviewed(world)
    for day in range((NEW_YEAR - NOTICE_ON).days):
        nightly.clock.instant = at_night(NOTICE_ON + timedelta(days=day + 1))
        reviewed(nightly)
    late.clock.instant = at_night(NEW_YEAR)
    reviewed(late)
    assert late.outcome() == nightly.outcome()
    runs = [run for (job, _), run in sorted(late.runs.runs.items()) if job == REVIEW]
    assert [run.on for run in runs] == [NOTICE_ON + timedelta(days=day) for day in range(32)]
    # A day that is over is worked to its end, so what falls due at the midnight after it is the run's already.
    assert [run.counts.totals for run in runs[-2:]] == [{"downgraded": 3, "prolonged": 1}, {}]


@pytest.mark.parametrize("first", [EXPIRE, REVIEW])
def test_which_of_the_night_s_jobs_comes_first_makes_no_difference(first: str) -> None:
    """Their entries are the same, and so is what both together count."""
    worlds = []
    for order in ([EXPIRE, REVIEW], [first, EXPIRE if first == REVIEW else REVIEW]):
        world = TierWorld(now=at_night(NOTICE_ON))
        counts: dict[str, int] = {}
        for on in (NOTICE_ON, NEW_YEAR):
            for job in order:
                run = world.run(job, on)
                for name, number in {**run["totals"], "points": run["points"]}.items():
                    counts[name] = counts.get(name, 0) + number
        worlds.append((world.outcome(), counts))
    assert worlds[0] == worlds[1]
    assert worlds[0][1] == {"points": 430, "noticed": 3, "on_track": 4, "prolonged": 4, "downgraded": 3}


def test_a_dry_run_says_the_same_and_changes_nothing() -> None:
    world = TierWorld()
    before = world.outcome()
    dry = world.run(REVIEW, NEW_YEAR, dry_run=True)
    assert world.outcome() == before
    real = world.run(REVIEW, NEW_YEAR)
    assert [dry[name] for name in ("seen", "done", "totals")] == [real[name] for name in ("seen", "done", "totals")]
    assert world.run(REVIEW, NEW_YEAR, dry_run=True)["totals"] == {}


def test_one_bad_account_is_tried_alone_and_the_others_are_reviewed() -> None:
    world = TierWorld()
    bad = world.fading[0]
    world.accounts.broken.add(bad)
    world.run_to_the_end(REVIEW)
    [run] = world.runs.runs.values()
    assert (run.state, run.failures, run.counts.done) == ("failed", 1, 3)
    world.accounts.broken.clear()
    world.queue.waiting = [world.queue.dead.pop()]
    world.queue.deliver(world.jobs, times=2)
    [run] = world.runs.runs.values()
    assert (run.state, run.counts.done, run.counts.totals["downgraded"]) == ("finished", 4, 3)


def test_what_the_nights_have_written_is_the_account() -> None:
    world = reviewed(TierWorld())
    for member_id, account in world.accounts.accounts.items():
        assert rebuild(member_id, world.accounts.entries[member_id]) == account

"""Winning back: who is offered something, who is held out and who was not asked; once, and not who is back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from msgspec.structs import replace

from quen.ledger.model import rebuild
from quen.ledger.ports import DuePage
from quen.program.model import Gift, Gifts, Program, WinBackPolicy
from unit.jobs.fakes import NOW, Fuse, World
from unit.jobs.lapsing import LAPSED_DAYS, OFFER, TO_ALL, add_regular, buy, lapsed_world, make_winning
from unit.jobs.occasions import make_gold

JOB = "win-back"
TODAY = date(2026, 12, 1)
TOLD = ("seen", "done", "points", "totals")


def run(world: World, on: date = TODAY, *, dry_run: bool = False) -> dict[str, Any]:
    return world.jobs.start_run(JOB, on, dry_run=dry_run, actor="staff:an")


def outcomes(world: World) -> dict[str, str]:
    """What became of each member whose lapse was handled."""
    return {key: of.win_back.outcome for key, of in world.accounts.accounts.items() if of.win_back.outcome}


def world_of(*members: int, **changes: Any) -> World:
    """A world in which everybody is offered something; members last bought so many days ago."""
    world = World(program=make_winning(replace(TO_ALL, **changes)), now=NOW)
    for number, days_ago in enumerate(members):
        add_regular(world, 1, number, days_ago)
    return world


class TestWhoIsOffered:
    def test_of_those_who_have_lapsed_each_is_handled_once_and_all_are_counted(self):
        world = lapsed_world()
        world.run_to_the_end(JOB)
        [done] = world.runs.runs.values()
        became = list(outcomes(world).values())
        assert {*became} == {"offered", "held_out", "unasked"}
        totals = {what: became.count(what) for what in {*became}}
        gold = sum(1 for of in world.accounts.accounts.values() if of.granted)
        assert (done.state, done.counts.seen, done.counts.done) == ("finished", 28, 27)
        assert done.counts.points == 50 * (totals["offered"] - gold)
        things = {"vouchers": gold, "perks": gold, "rewards": totals["offered"] - gold}
        assert done.counts.totals == dict(sorted((totals | things).items()))
        assert len(world.accounts.others) == gold > 0

    def test_who_has_not_lapsed_is_not_looked_at(self):
        world = world_of(LAPSED_DAYS - 1)
        assert run(world)["seen"] == 0

    def test_the_next_days_find_nobody_again(self):
        world = lapsed_world()
        run(world)
        world.clock.advance(days=1)
        again = run(world, TODAY + timedelta(days=1))
        assert (again["seen"], again["done"]) == (1, 0)  # the one who may not buy

    def test_who_is_back_before_the_job_comes_is_offered_nothing(self):
        world = world_of(LAPSED_DAYS)
        [member_id] = world.accounts.accounts
        page = world.accounts.list_lapsed(1, TODAY, None, 10)
        buy(world, member_id, NOW)
        world.accounts.list_lapsed = lambda *_: page  # type: ignore[method-assign] # an index is a moment old
        done = run(world)
        assert (done["seen"] > 0, done["done"], outcomes(world)) == (True, 0, {})

    def test_a_late_night_asks_the_day_s_question_of_today_s_account(self):
        world = world_of(LAPSED_DAYS)
        [member_id] = world.accounts.accounts
        world.clock.advance(days=3)
        buy(world, member_id, world.clock.now())
        assert run(world, TODAY)["done"] == 0

    def test_who_stays_away_again_is_offered_again(self):
        world = world_of(LAPSED_DAYS)
        [member_id] = world.accounts.accounts
        run(world)
        world.clock.advance(days=10)
        buy(world, member_id, world.clock.now())
        world.clock.advance(days=60)
        assert run(world, world.clock.now().date())["done"] == 1
        assert world.active(member_id) == 100

    def test_a_tier_that_is_offered_nothing_is_not_asked_again(self):
        world = world_of(LAPSED_DAYS, LAPSED_DAYS, gifts=Gifts(by_tier={"gold": Gift(80)}))
        gold, other = world.accounts.accounts
        make_gold(world, gold)
        assert run(world)["totals"] == {"not_meant": 1, "offered": 1}
        assert (world.active(gold), world.active(other), run(world)["seen"]) == (80, 0, 0)

    def test_who_joined_after_the_day_gets_nothing_of_it(self):
        world = world_of(LAPSED_DAYS)
        [member_id] = world.accounts.accounts
        world.profiles.joined[member_id] = NOW + timedelta(days=1)
        assert run(world)["done"] == 0

    @pytest.mark.parametrize("offer", [None, replace(OFFER, gifts=Gifts())])
    def test_a_program_that_offers_nothing_looks_at_nobody(self, offer):
        world = world_of(LAPSED_DAYS)
        world.program = world.programs.program = world.accounts.program = make_winning(offer)
        assert run(world)["seen"] == 0

    def test_a_share_that_grows_later_takes_nothing_back_and_gives_nothing_twice(self):
        world = world_of(LAPSED_DAYS)
        [member_id] = world.accounts.accounts
        run(world)
        world.programs.program = make_winning(replace(OFFER, hold_out=1))
        assert (run(world)["done"], world.active(member_id)) == (0, 50)


class Programs:
    """One program until an instant, another one from then on."""

    def __init__(self, before: Program, since: datetime, after: Program) -> None:
        self.since = since
        self.programs = before, after

    def current(self, now: datetime) -> Program:
        return self.programs[now >= self.since]


class TestAnotherRhythm:
    """What the index shows was written by the program of then."""

    def begin(self, before: WinBackPolicy | None, after: WinBackPolicy | None, *days_ago: int) -> World:
        """A world whose program changed on the evening before TODAY."""
        world = world_of(*days_ago)
        changing = Programs(make_winning(before), NOW - timedelta(hours=12), make_winning(after))
        world.program = world.accounts.program = changing.programs[1]
        world.programs.current = changing.current  # type: ignore[method-assign]
        return world

    def test_those_who_had_gone_long_before_are_asked_once_it_begins(self):
        world = self.begin(None, TO_ALL, 60, 90, 3)
        world.accounts.list_lapsed = lambda *_: DuePage([], None)  # type: ignore[method-assign] # written without any rhythm
        done = run(world)
        assert (done["seen"], done["done"]) == (3, 2)
        world.clock.advance(days=1)
        assert run(world, TODAY + timedelta(days=1))["seen"] == 0

    def test_who_lapses_later_is_put_into_the_index_then_and_who_has_no_rhythm_is_not(self):
        world = self.begin(None, TO_ALL, 3)
        [away] = world.accounts.accounts
        world.add_member(1, 7)
        shown: list[str] = []
        world.lapses.reindex = shown.append  # type: ignore[method-assign]
        assert (run(world)["seen"], shown) == (2, [away])

    def test_another_gift_is_no_other_rhythm(self):
        world = self.begin(TO_ALL, replace(TO_ALL, gifts=Gifts(Gift(5)), hold_out=Fraction(1, 2)), 3)
        assert run(world)["seen"] == 0

    def test_where_it_ends_nobody_is_looked_at(self):
        assert run(self.begin(TO_ALL, None, 60))["seen"] == 0


class TestDryRun:
    def test_it_counts_the_same_and_changes_nothing(self):
        world = lapsed_world()
        before = dict(world.accounts.accounts)
        dry = run(world, dry_run=True)
        assert (world.accounts.accounts, world.accounts.others) == (before, [])
        real = run(world)
        assert [dry[name] for name in TOLD] == [real[name] for name in TOLD]
        assert [run(world, dry_run=True)[name] for name in TOLD] == [1, 0, 0, {}]


def ended(fuse: Fuse | None = None, times: int = 1) -> tuple[World, Any]:
    """A night of four members, each message delivered so many times, and all that must not depend on who was stopped where."""
    world = lapsed_world(fuse, members=4)
    world.run_to_the_end(JOB, times=times)
    [run] = world.runs.runs.values()
    entries = {key: [(one.kind, one.points, one.reason) for one in of] for key, of in world.accounts.entries.items()}
    vouchers = sorted(write.name for write in world.accounts.others)
    return world, (entries, outcomes(world), vouchers, run.state, run.counts)


def test_stopped_at_any_call_before_or_after_it_the_end_and_its_counts_are_the_same() -> None:
    whole, said = ended()
    assert {*outcomes(whole).values()} == {"offered", "held_out", "unasked"}
    for after in (False, True):
        for at in range(1, whole.fuse.calls + 1):
            assert ended(Fuse(at, after=after))[1] == said, f"stopped {'after' if after else 'before'} call {at}"


def test_every_message_delivered_again_changes_nothing() -> None:
    assert ended(times=3)[1] == ended()[1]


def test_what_the_job_has_written_is_the_account() -> None:
    world = world_of(LAPSED_DAYS, LAPSED_DAYS)
    run(world)
    for member_id, account in world.accounts.accounts.items():
        assert rebuild(member_id, world.accounts.entries[member_id]) == account

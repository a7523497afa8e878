"""Every job, stopped at every page and told everything twice or late: the night ends as if nothing had happened."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from quen.business_days import local_day
from unit.jobs.fakes import Fuse, Killed, World
from unit.jobs.nights import NIGHTS, books

EVERY_NIGHT = pytest.mark.parametrize("job", NIGHTS)
PAIRS = 150


class Watch(Fuse):
    """Notes what is called, and burns at every one of these calls, each time before it has an effect.

    Between two calls nothing is kept anywhere: to die after one of them is to die before the next.
    """

    def __init__(self, *at: int) -> None:
        super().__init__()
        self.at_all = frozenset(at)
        self.names: list[str] = []

    def guard(self, effect: Any, *arguments: Any, **named: Any) -> Any:
        self.names.append(effect.__qualname__)
        self.calls += 1
        if self.calls in self.at_all:
            raise Killed
        return effect(*arguments, **named)


def undisturbed(job: str) -> World:
    world = NIGHTS[job].world(Watch())
    world.run_to_the_end(job)
    return world


def stopped(job: str, *at: int, times: int = 1) -> World:
    """The world after a night whose process died before each of these calls."""
    world = NIGHTS[job].world(Watch(*at))
    world.run_to_the_end(job, times=times)
    return world


def by_hand(job: str, fuse: Fuse) -> World:
    """The world after somebody ran the day, and the schedule came after them."""
    world = NIGHTS[job].world(fuse)
    with suppress(Killed):
        world.jobs.start_run(
            job, local_day(world.clock.now(), world.program.time_zone), dry_run=False, actor="staff:an"
        )
    world.run_to_the_end(job)
    return world


def page_calls(whole: World) -> list[int]:
    """The calls of a night that differ in what goes on around them: the beginning, the midst and the end of its pages, and
    one shard without work of many.
    """
    assert isinstance(whole.fuse, Watch)
    names = whole.fuse.names
    around = {tuple(names[max(0, at - 3) : at + 2]): at for at in range(len(names), 0, -1)}
    return sorted(around.values())


def assert_the_same(job: str, world: World, whole: World, place: str) -> None:
    outcome, expected = NIGHTS[job].outcome(world), NIGHTS[job].outcome(whole)
    different = [name for name in expected if outcome[name] != expected[name]]
    assert not different, f"{place}: {different}"


@EVERY_NIGHT
def test_a_night_of_the_table_has_several_pages_and_something_to_do(job: str) -> None:
    [run] = undisturbed(job).runs.runs.values()
    assert (run.state, run.failures) == ("finished", 0)
    assert max(progress.pages for progress in run.shards) >= 2
    assert run.counts.done > 2


@EVERY_NIGHT
def test_stopped_at_every_page_the_night_ends_the_same(job: str) -> None:
    whole = undisturbed(job)
    for at in page_calls(whole):
        assert_the_same(job, stopped(job, at), whole, f"stopped before call {at}")


@pytest.mark.long
@EVERY_NIGHT
def test_stopped_before_any_call_the_night_ends_the_same(job: str) -> None:
    whole = undisturbed(job)
    for at in range(1, whole.fuse.calls + 1):
        assert_the_same(job, stopped(job, at), whole, f"stopped before call {at}")


@EVERY_NIGHT
def test_a_run_by_hand_that_is_stopped_at_every_page_is_ended_by_the_schedule(job: str) -> None:
    whole = by_hand(job, Watch())
    for at in page_calls(whole):
        world = by_hand(job, Watch(at))
        [run], [expected] = world.runs.runs.values(), whole.runs.runs.values()
        # Whoever dies before the run is kept leaves the day to the schedule, whose run looks no further than its midnight.
        ended = (run.state, run.counts.done, run.counts.points)
        assert ended == (expected.state, expected.counts.done, expected.counts.points), f"stopped before call {at}"
        assert {**books(world), "runs": {}} == {**books(whole), "runs": {}}, f"stopped before call {at}"


@pytest.mark.long
@EVERY_NIGHT
def test_stopped_twice_with_every_message_delivered_twice_the_night_ends_the_same(job: str) -> None:
    whole = undisturbed(job)
    every_pair = [*combinations(range(1, whole.fuse.calls + 1), 2)]
    for pair in random.Random(job).sample(every_pair, PAIRS):
        assert_the_same(job, stopped(job, *pair, times=2), whole, f"stopped before the calls {pair}")


@EVERY_NIGHT
@pytest.mark.parametrize("times", [2, 3])
def test_every_message_delivered_again_changes_nothing(job: str, times: int) -> None:
    often = NIGHTS[job].world()
    often.run_to_the_end(job, times=times)
    assert_the_same(job, often, undisturbed(job), f"delivered {times} times")


@EVERY_NIGHT
def test_messages_that_come_once_more_when_all_is_over_change_nothing(job: str) -> None:
    late = NIGHTS[job].world()
    sent, send = [], late.queue.send

    def noted(messages: Any, delay_seconds: int = 0) -> None:
        sent.extend(messages)
        send(messages, delay_seconds)

    late.queue.send = noted  # type: ignore[method-assign]
    late.run_to_the_end(job)
    late.clock.advance(hours=3)
    late.queue.waiting = [*reversed(sent)]
    late.queue.deliver(late.jobs)
    assert_the_same(job, late, undisturbed(job), "delivered late")


@EVERY_NIGHT
def test_a_night_that_comes_a_day_late_ends_the_same(job: str) -> None:
    """The messages of a day wait in their queue while the next day begins."""
    late, whole = NIGHTS[job].world(), undisturbed(job)
    late.start(job)
    late.clock.advance(hours=20)
    late.queue.deliver(late.jobs)
    [run], [expected] = late.runs.runs.values(), whole.runs.runs.values()
    assert (run.on, run.state, run.counts) == (expected.on, expected.state, expected.counts)
    assert late.clock.now() - run.started_at == timedelta(hours=20)

"""Parked work: what is listed, and how it is given back to be tried again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from quen.errors import NotFoundError, TemporarilyUnavailableError
from quen.jobs.redrives import LATEST_RUNS, MESSAGES_PER_REDRIVE_MAX, REDRIVE_SECONDS, Redrives
from unit.jobs.fakes import NOW, World
from unit.jobs.test_service import EXPIRE, TODAY, expiring_world

QUEUES = ("expire-points", "birthday-rewards", "messages")


class MemoryParked:
    """Messages parked by queue; ten move with one call, which takes a second."""

    def __init__(self, world: World, **parked: int) -> None:
        self.world = world
        self.parked = {name.replace("_", "-"): number for name, number in parked.items()}
        self.counted: dict[str, int] = {}

    def count(self, queue: str) -> int:
        return self.counted.get(queue, self.parked.get(queue, 0))

    def give_back(self, queue: str, limit: int) -> int:
        self.world.clock.advance(seconds=1)
        moved = min(limit, 10, self.parked.get(queue, 0))
        self.parked[queue] = self.parked.get(queue, 0) - moved
        return moved


class ParkedInWorld:
    """What the world's own queue parked."""

    def __init__(self, world: World) -> None:
        self.queue = world.queue

    def count(self, queue: str) -> int:
        return len(self.queue.dead)

    def give_back(self, queue: str, limit: int) -> int:
        moved = self.queue.dead[:limit]
        del self.queue.dead[:limit]
        self.queue.received.clear()  # a message that is sent anew has not been received yet
        self.queue.send(moved)
        return len(moved)


def make_redrives(world: World, parked: Any) -> Redrives:
    return Redrives(QUEUES, parked, world.jobs, world.clock)


def listed(redrives: Redrives) -> Mapping[str, Any]:
    return {item["job"]: item for item in redrives.list_jobs()}


class TestRedrive:
    def test_all_that_is_parked_goes_back_to_its_queue(self) -> None:
        world = World()
        parked = MemoryParked(world, expire_points=23, messages=4)
        redriven = make_redrives(world, parked).redrive("expire-points")
        assert redriven == {"job": "expire-points", "parked": 23, "moved": 23}
        assert parked.parked == {"expire-points": 0, "messages": 4}

    def test_a_queue_without_runs_is_redriven_too(self) -> None:
        world = World()
        assert make_redrives(world, MemoryParked(world, messages=4)).redrive("messages")["moved"] == 4

    def test_what_fails_again_meanwhile_waits_for_the_next_redrive(self) -> None:
        world = World()
        parked = MemoryParked(world, expire_points=30)
        parked.counted["expire-points"] = 10
        assert make_redrives(world, parked).redrive("expire-points")["moved"] == 10

    def test_where_sqs_counts_none_it_is_asked_all_the_same(self) -> None:
        world = World()
        parked = MemoryParked(world, expire_points=3)
        parked.counted["expire-points"] = 0
        redriven = make_redrives(world, parked).redrive("expire-points")
        assert redriven == {"job": "expire-points", "parked": 3, "moved": 3}

    def test_where_nothing_is_parked_nothing_moves(self) -> None:
        world = World()
        redriven = make_redrives(world, MemoryParked(world)).redrive("messages")
        assert redriven == {"job": "messages", "parked": 0, "moved": 0}

    def test_it_ends_in_time_and_says_what_is_left(self) -> None:
        world = World()
        redriven = make_redrives(world, MemoryParked(world, messages=5_000)).redrive("messages")
        assert redriven == {"job": "messages", "parked": 5_000, "moved": 10 * REDRIVE_SECONDS}

    def test_it_moves_no_more_than_so_many_at_once(self) -> None:
        world = World()
        parked = MemoryParked(world, messages=5_000)
        world.clock.advance = lambda **duration: None  # type: ignore[method-assign] # a queue that takes no time
        redriven = make_redrives(world, parked).redrive("messages")
        assert redriven["moved"] == MESSAGES_PER_REDRIVE_MAX

    def test_a_queue_that_there_is_not_is_refused(self) -> None:
        world = World()
        with pytest.raises(NotFoundError):
            make_redrives(world, MemoryParked(world)).redrive("events-failed")


def test_a_failed_run_is_finished_by_a_redrive_once_its_cause_is_corrected() -> None:
    world = expiring_world()
    redrives = make_redrives(world, ParkedInWorld(world))
    bad = ["mem_0000000000000004", "mem_3000000000000001"]
    world.accounts.broken.update(bad)
    world.run_to_the_end(EXPIRE)
    item = listed(redrives)[EXPIRE]
    assert (item["last_run"]["state"], item["last_run"]["failed"], item["parked"]) == ("failed", 2, 2)

    assert redrives.redrive(EXPIRE)["moved"] == 2
    world.queue.deliver(world.jobs)
    assert listed(redrives)[EXPIRE]["parked"] == 2  # the cause was not corrected: they are parked again

    world.accounts.broken.clear()
    assert redrives.redrive(EXPIRE)["moved"] == 2
    world.queue.deliver(world.jobs, times=2)
    item = listed(redrives)[EXPIRE]
    undisturbed = expiring_world()
    undisturbed.run_to_the_end(EXPIRE)
    [whole] = undisturbed.jobs.list_runs(EXPIRE)
    same = ("on", "state", "seen", "done", "failed", "points", "totals")
    assert [item["last_run"][name] for name in same] == [whole[name] for name in same]
    assert item["parked"] == 0


def test_a_shard_that_was_parked_whole_goes_on_where_it_was() -> None:
    world = World()
    members = [world.add_member(0, number, (1, "2026-11-30")) for number in range(130)]
    world.accounts.broken.update(members)
    world.start(EXPIRE)
    world.queue.deliver(world.jobs)
    [run] = world.runs.runs.values()
    assert run.state == "running"
    world.accounts.broken.clear()
    make_redrives(world, ParkedInWorld(world)).redrive(EXPIRE)
    world.queue.deliver(world.jobs)
    [run] = world.runs.runs.values()
    assert (run.state, run.counts.seen, run.counts.done, run.counts.points) == ("finished", 130, 130, 130)


class TestList:
    def test_every_queue_has_a_line_by_name_and_a_job_its_last_run(self) -> None:
        world = expiring_world()
        world.run_to_the_end(EXPIRE)
        items = make_redrives(world, MemoryParked(world, messages=2)).list_jobs()
        assert [(item["job"], item["is_scheduled"], item["parked"]) for item in items] == [
            ("birthday-rewards", True, 0),
            ("expire-points", True, 0),
            ("messages", False, 2),
        ]
        assert [item["last_run"] and item["last_run"]["on"] for item in items] == [None, "2026-12-01", None]

    def test_a_dry_run_is_not_taken_for_the_last_one(self) -> None:
        world = expiring_world()
        dry = [world.jobs.start_run(EXPIRE, TODAY, dry_run=True, actor="staff:an") for _ in range(2)]
        redrives = make_redrives(world, MemoryParked(world))
        assert listed(redrives)[EXPIRE]["last_run"]["run_id"] in {run["run_id"] for run in dry}  # there is no other
        world.clock.instant = NOW + timedelta(minutes=1)
        done = world.jobs.start_run(EXPIRE, TODAY, dry_run=False, actor="staff:an")
        for _ in range(LATEST_RUNS - 3):
            world.jobs.start_run(EXPIRE, TODAY, dry_run=True, actor="staff:an")
        assert listed(redrives)[EXPIRE]["last_run"]["run_id"] == done["run_id"]

    def test_a_queue_that_cannot_be_asked_is_said_to_be_so(self) -> None:
        class Unreachable(MemoryParked):
            def count(self, queue: str) -> int:
                raise TemporarilyUnavailableError

        world = World()
        with pytest.raises(TemporarilyUnavailableError):
            make_redrives(world, Unreachable(world)).list_jobs()

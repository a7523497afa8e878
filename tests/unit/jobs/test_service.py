"""Jobs from the schedule to the last count: also when they are stopped anywhere, or told everything twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from factories import make_program
from quen.errors import NotFoundError, ValidationFailedError
from quen.jobs.model import PAGE_MEMBERS, SHARDS, Progress, Run
from quen.program.model import Birthday
from unit.jobs.fakes import NOW, Fuse, World
from unit.jobs.occasions import holiday_world

EXPIRE, BIRTHDAY, HOLIDAY = "expire-points", "birthday-rewards", "holiday-rewards"
TODAY = date(2026, 12, 1)
LAST_DAY = "2026-11-30"  # of lots that expired with the midnight before NOW


def outcome(world: World) -> tuple[Any, Any, Any]:
    """All that must not depend on who was stopped where: accounts, entries but for when they were written, counts."""
    entries = {
        member: [(entry.kind, entry.points, entry.kind == "expire" and entry.occurred_at) for entry in of]
        for member, of in world.accounts.entries.items()
    }
    lots = {member: dict(account.lots) for member, account in world.accounts.accounts.items()}
    runs = {key: (run.state, run.counts, run.failures) for key, run in world.runs.runs.items()}
    vouchers = sorted(write.name for write in world.accounts.others)
    return (lots, vouchers), entries, runs


def expiring_world(fuse: Fuse | None = None) -> World:
    world = World(fuse)
    for number in range(PAGE_MEMBERS + 3):
        world.add_member(0, number, (10 + number, LAST_DAY), (5, "2027-01-31"))
    world.add_member(3, 1, (7, "2026-10-31"), (8, LAST_DAY))
    world.add_member(5, 1, (9, "2026-12-01"))  # lives to the end of today
    return world


def birthday_world(fuse: Fuse | None = None) -> World:
    world = World(fuse, now=datetime(2027, 2, 28, 1, 0, tzinfo=UTC))
    for number in range(PAGE_MEMBERS + 2):
        world.add_member(2, number, (10, None), born="02-28")
    world.add_member(2, 900, (10, None), born="02-29")
    world.add_member(4, 1, (10, None), born="02-27")
    world.profiles.inactive.add(world.add_member(6, 1, (10, None), born="02-28"))
    return world


class TestExpiry:
    def test_what_was_due_at_midnight_expires_and_nothing_else(self):
        world = expiring_world()
        world.run_to_the_end(EXPIRE)
        [run] = world.runs.runs.values()
        assert run.state == "finished"
        assert (run.counts.seen, run.counts.done) == (PAGE_MEMBERS + 4, PAGE_MEMBERS + 4)
        assert run.counts.points == sum(range(10, 10 + PAGE_MEMBERS + 3)) + 15
        assert world.active("mem_0000000000000000") == 5
        assert world.active("mem_5000000000000001") == 9

    def test_expiry_is_written_at_the_midnight_it_happened(self):
        world = expiring_world()
        world.run_to_the_end(EXPIRE)
        [first, second] = world.accounts.entries["mem_3000000000000001"]
        assert first.occurred_at == datetime(2026, 10, 31, 17, tzinfo=UTC)
        assert second.occurred_at == datetime(2026, 11, 30, 17, tzinfo=UTC)


class TestBirthdays:
    def test_every_active_member_whose_day_it_is_gets_the_gift(self):
        world = birthday_world()
        world.run_to_the_end(BIRTHDAY)
        [run] = world.runs.runs.values()
        assert (run.counts.seen, run.counts.done) == (PAGE_MEMBERS + 4, PAGE_MEMBERS + 3)
        assert run.counts.points == 50 * (PAGE_MEMBERS + 3)
        assert world.active("mem_2000000000000900") == 60  # 29 February is kept on the 28th this year
        assert world.active("mem_4000000000000001") == 10
        assert world.active("mem_6000000000000001") == 10

    def test_a_day_before_a_member_joined_gives_them_nothing(self):
        world = World(now=NOW)
        newcomer = world.add_member(1, 1, (10, None), born=f"{NOW:%m-%d}")
        world.profiles.joined[newcomer] = NOW
        for year in (2020, 2024, NOW.year - 1):
            run = world.jobs.start_run("birthday-rewards", NOW.date().replace(year=year), dry_run=False, actor="staff")
            assert (run["done"], run["points"]) == (0, 0)
        world.jobs.start_run("birthday-rewards", NOW.date(), dry_run=False, actor="staff")
        assert world.active(newcomer) == 60

    @pytest.mark.parametrize(
        ("feb_29", "given_on"), [("feb_28", date(2027, 2, 28)), ("mar_1", date(2027, 3, 1)), ("skip", None)]
    )
    def test_the_leap_day_is_kept_as_the_program_says(self, feb_29, given_on):
        world = World(program=make_program(birthday=Birthday(50, feb_29=feb_29)), now=NOW.replace(year=2027, month=3))
        leapling = world.add_member(1, 1, (1, None), born="02-29")
        for day in (date(2027, 2, 27), date(2027, 2, 28), date(2027, 3, 1)):
            before = world.active(leapling)
            world.jobs.start_run(BIRTHDAY, day, dry_run=False, actor="staff:an")
            assert world.active(leapling) - before == (50 if day == given_on else 0)

    def test_in_a_leap_year_the_leap_day_is_its_own(self):
        world = World(now=datetime(2028, 3, 2, tzinfo=UTC))
        leapling = world.add_member(1, 1, (1, None), born="02-29")
        world.jobs.start_run(BIRTHDAY, date(2028, 2, 28), dry_run=False, actor="staff:an")
        assert world.active(leapling) == 1
        world.jobs.start_run(BIRTHDAY, date(2028, 2, 29), dry_run=False, actor="staff:an")
        assert world.active(leapling) == 51

    def test_a_gift_before_the_day_belongs_to_the_birthdays_year(self):
        world = World(program=make_program(birthday=Birthday(50, days_before=10)), now=datetime(2027, 1, 6, tzinfo=UTC))
        member = world.add_member(1, 1, (1, None), born="01-05")
        world.jobs.start_run(BIRTHDAY, date(2026, 12, 26), dry_run=False, actor="staff:an")
        assert world.active(member) == 51
        world.programs.program = make_program(birthday=Birthday(50))
        world.jobs.start_run(BIRTHDAY, date(2027, 1, 5), dry_run=False, actor="staff:an")
        assert world.active(member) == 51

    @pytest.mark.parametrize("gift", [None, Birthday(0)])
    def test_without_a_gift_nobody_is_looked_at(self, gift):
        world = World(program=make_program(birthday=gift))
        world.add_member(1, 1, (1, None), born="12-01")
        run = world.jobs.start_run(BIRTHDAY, TODAY, dry_run=False, actor="staff:an")
        assert (run["state"], run["seen"], run["points"]) == ("finished", 0, 0)

    def test_missed_days_are_given_in_order(self):
        world = World(now=NOW - timedelta(days=4))
        world.run_to_the_end(BIRTHDAY)
        world.clock.instant = NOW
        members = [world.add_member(1, n, (1, None), born=f"11-{n}") for n in (28, 29, 30)]
        world.run_to_the_end(BIRTHDAY)
        assert [world.active(member) for member in members] == [51, 51, 51]
        finished = [(run.on, run.finished_at, run.shards[0].touched_at) for run in world.runs.runs.values()]
        assert [on for on, _, _ in finished] == sorted(date(2026, 11, 27) + timedelta(days=n) for n in range(5))


class TestSchedule:
    def test_a_day_is_claimed_once_however_often_the_schedule_wakes(self):
        world = expiring_world()
        assert [run["on"] for run in world.start(EXPIRE)] == ["2026-12-01"]
        assert world.start(EXPIRE) == []
        assert world.start(EXPIRE, NOW + timedelta(hours=5)) == []

    def test_a_late_event_counts_for_its_own_time(self):
        world = expiring_world()
        assert [run["on"] for run in world.start(EXPIRE, NOW - timedelta(days=1))] == ["2026-11-30"]

    def test_a_sandbox_moves_the_event_with_its_clock(self):
        world = expiring_world()
        world.jobs._read_offset = lambda: timedelta(days=40)
        assert [run["on"] for run in world.start(EXPIRE)] == ["2027-01-10"]

    def test_one_day_is_worked_at_a_time(self):
        world = World(now=NOW - timedelta(days=3))
        world.run_to_the_end(EXPIRE)
        world.clock.instant = NOW
        world.start(EXPIRE)
        assert {message.run for message in world.queue.waiting} == {"2026-11-29"}

    @pytest.mark.parametrize("times", [1, 2, 3])
    def test_messages_that_come_twice_do_not_multiply_while_days_are_caught_up(self, times):
        """A day's duplicates come before the next day's first message, so each of them finds that day untouched."""
        world = World(now=NOW - timedelta(days=4))
        world.run_to_the_end(EXPIRE)
        sent, send = [], world.queue.send

        def noted(messages, delay_seconds=0):
            sent.extend(messages)
            send(messages, delay_seconds)

        world.queue.send = noted
        world.clock.instant = NOW
        world.run_to_the_end(EXPIRE, times=times)
        assert [run.state for run in world.runs.runs.values()] == ["finished"] * 5
        assert len(sent) == 4 * SHARDS

    def test_messages_that_got_lost_are_sent_again(self):
        world = expiring_world()
        world.start(EXPIRE)
        world.queue.waiting.clear()
        world.clock.advance(minutes=20)
        world.start(EXPIRE, NOW)
        assert world.queue.waiting == []
        world.clock.advance(minutes=40)
        world.start(EXPIRE, NOW)
        world.queue.deliver(world.jobs)
        assert [run.state for run in world.runs.runs.values()] == ["finished"]

    def test_a_day_that_cannot_end_does_not_hold_up_the_next_for_ever(self):
        world = World(now=NOW - timedelta(days=1))
        world.start(EXPIRE)
        world.queue.waiting.clear()
        world.clock.instant = NOW
        world.start(EXPIRE)
        assert {message.run for message in world.queue.waiting} == {"2026-11-30", "2026-12-01"}

    def test_before_the_first_program_nothing_happens(self):
        world = World()
        world.programs.program = None
        assert world.start(EXPIRE) == []
        assert world.runs.runs == {}

    def test_an_unknown_job_is_refused(self):
        with pytest.raises(NotFoundError):
            World().jobs.start("make-coffee", NOW)


class TestByHand:
    def test_it_works_at_once_and_answers_the_record(self):
        world = expiring_world()
        run = world.jobs.start_run(EXPIRE, date(2026, 11, 30), dry_run=False, actor="staff:an")
        assert run.pop("run_id").startswith("run_")
        points = sum(range(10, 10 + PAGE_MEMBERS + 3)) + 15
        assert run == {
            "job": EXPIRE,
            "on": "2026-11-30",
            "dry_run": False,
            "state": "finished",
            "seen": PAGE_MEMBERS + 4,
            "done": PAGE_MEMBERS + 4,
            "failed": 0,
            "points": points,
            "started_at": "2026-12-01T01:00:00Z",
            "totals": {},
            "finished_at": "2026-12-01T01:00:00Z",
            "started_by": "staff:an",
        }
        assert world.queue.waiting == []

    def test_a_dry_run_says_the_same_and_changes_nothing(self):
        for world, job in ((expiring_world(), EXPIRE), (birthday_world(), BIRTHDAY)):
            day = world.clock.now().date()
            before = dict(world.accounts.accounts)
            dry = world.jobs.start_run(job, day, dry_run=True, actor="staff:an")
            assert world.accounts.accounts == before
            real = world.jobs.start_run(job, day, dry_run=False, actor="staff:an")
            assert (dry["dry_run"], real["dry_run"]) == (True, False)
            assert [dry[name] for name in ("seen", "done", "points")] == [
                real[name] for name in ("seen", "done", "points")
            ]
            again = world.jobs.start_run(job, day, dry_run=True, actor="staff:an")
            assert (again["done"], again["points"]) == (0, 0)

    def test_a_finished_day_runs_again_and_does_what_is_left(self):
        world = birthday_world()
        world.run_to_the_end(BIRTHDAY)
        late = world.add_member(7, 1, (1, None), born="02-28")
        world.clock.advance(seconds=1)
        run = world.jobs.start_run(BIRTHDAY, date(2027, 2, 28), dry_run=False, actor="staff:an")
        assert (run["done"], run["points"], run["state"]) == (1, 50, "finished")
        assert world.active(late) == 51
        assert len(world.jobs.list_runs(BIRTHDAY)) == 2

    def test_a_day_run_by_hand_is_not_run_again_by_the_schedule(self):
        world = expiring_world()
        world.jobs.start_run(EXPIRE, TODAY, dry_run=False, actor="staff:an")
        assert world.start(EXPIRE) == []

    def test_a_day_that_has_not_begun_is_refused(self):
        world = expiring_world()
        with pytest.raises(ValidationFailedError) as refused:
            world.jobs.start_run(EXPIRE, date(2026, 12, 2), dry_run=False, actor="staff:an")
        assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/on", "not_begun")]
        assert world.runs.runs == {}

    def test_an_unknown_job_is_refused(self):
        with pytest.raises(NotFoundError):
            World().jobs.start_run("make-coffee", TODAY, dry_run=False, actor="staff:an")
        with pytest.raises(NotFoundError):
            World().jobs.list_runs("make-coffee")

    def test_what_ten_seconds_do_not_reach_is_left_to_the_queue(self):
        world = expiring_world()
        load, worked = world.accounts.load, []

        def slow_load(member_id: str) -> object:
            worked.append(member_id)
            world.clock.advance(seconds=1)
            return load(member_id)

        world.accounts.load = slow_load
        run = world.jobs.start_run(EXPIRE, TODAY, dry_run=False, actor="staff:an")
        assert run["state"] == "running"
        assert len(worked) == 10
        world.queue.deliver(world.jobs)
        [finished] = world.jobs.list_runs(EXPIRE)
        assert (finished["state"], finished["done"]) == ("finished", PAGE_MEMBERS + 4)


class TestFailures:
    def test_one_bad_account_is_reported_tried_alone_and_parked_and_the_others_are_done(self):
        world = expiring_world()
        bad = "mem_0000000000000004"
        world.accounts.broken.add(bad)
        world.run_to_the_end(EXPIRE)
        [run] = world.runs.runs.values()
        assert (run.state, run.failures, run.counts.done) == ("failed", 1, PAGE_MEMBERS + 3)
        assert [message.member_id for message in world.queue.dead] == [bad]
        assert world.reports.failed == [bad] * 6

        world.accounts.broken.clear()
        world.queue.waiting = [world.queue.dead.pop()]
        world.queue.deliver(world.jobs, times=2)
        [run] = world.runs.runs.values()
        assert (run.state, run.failures) == ("finished", 0)
        assert (run.counts.seen, run.counts.done) == (PAGE_MEMBERS + 4, PAGE_MEMBERS + 4)

    def test_when_all_fail_the_fault_is_not_theirs(self):
        world = World()
        for number in range(130):
            world.accounts.broken.add(world.add_member(0, number, (1, LAST_DAY)))
        world.start(EXPIRE)
        world.queue.deliver(world.jobs)
        assert [message.shard for message in world.queue.dead if not message.member_id] == [0]
        [run] = world.runs.runs.values()
        assert run.state == "running"


WORLDS = [(EXPIRE, expiring_world), (BIRTHDAY, birthday_world), (HOLIDAY, holiday_world)]


@pytest.mark.long  # with pages of their full size; `test_killed_nights.py` does it to every job with small ones
@pytest.mark.parametrize(("job", "make_world"), WORLDS)
def test_stopped_at_any_call_before_or_after_it_the_end_is_the_same(job, make_world):
    whole = make_world()
    whole.run_to_the_end(job)
    calls = whole.fuse.calls
    assert calls > 80
    for after in (False, True):
        for at in range(1, calls + 1):
            world = make_world(Fuse(at, after=after))
            world.run_to_the_end(job)
            assert outcome(world) == outcome(whole), f"stopped {'after' if after else 'before'} call {at}"


@pytest.mark.parametrize(("job", "make_world"), WORLDS)
def test_out_of_time_after_every_few_members_the_end_is_the_same(job, make_world):
    whole, hasty = make_world(), make_world()
    whole.run_to_the_end(job)
    hasty.start(job)
    asked = 0

    def out_of_time() -> bool:
        nonlocal asked
        asked += 1
        return asked % 29 == 0

    hasty.queue.deliver(hasty.jobs, out_of_time=out_of_time)
    assert outcome(hasty) == outcome(whole)


@pytest.mark.parametrize(("job", "make_world"), WORLDS)
def test_two_deliveries_of_one_shard_side_by_side_count_once(job, make_world):
    whole, raced = make_world(), make_world()
    whole.run_to_the_end(job)
    raced.start(job)
    [shard] = [message for message in raced.queue.waiting if message.shard == (0 if job == EXPIRE else 2)]
    replace_progress, is_nested = raced.runs.replace_progress, False

    def replace_after_the_other(run: Run, number: int, after: Progress) -> Run | None:
        nonlocal is_nested
        if not is_nested and number == shard.shard:
            is_nested = True
            raced.jobs.work(shard.body(), lambda: False)
        return replace_progress(run, number, after)

    raced.runs.replace_progress = replace_after_the_other
    raced.queue.deliver(raced.jobs)
    assert outcome(raced) == outcome(whole)


def test_a_program_without_a_birthday_section_is_told_apart_from_a_stack_without_a_program():
    world = World(program=replace(make_program(), birthday=None))
    assert [run["on"] for run in world.start(BIRTHDAY)] == ["2026-12-01"]

"""The nightly proof: every member once, whoever is stopped where, and one result for each day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from quen.jobs.model import FINDINGS_KEPT_MAX, Run
from quen.ledger.model import Account
from quen.verification.model import Baseline, MemberFlaw
from unit.jobs.fakes import NOW
from unit.verification.fakes import VERIFY_LEDGER, Fuse, ProofWorld

TODAY = date(2026, 12, 1)
MIDNIGHT = datetime(2026, 11, 30, 17, tzinfo=UTC)


def touched(fuse: Fuse | None = None) -> ProofWorld:
    """A world with one richer account, one deleted document and one entry that is gone with its account's last step."""
    world = ProofWorld(fuse)
    rich, bare, back = sorted(world.accounts.accounts)[3:6]
    world.accounts.accounts[rich] = replace(world.accounts.accounts[rich], lots={"2027-11-30": 9999})
    world.accounts.documents = {
        key: document for key, document in world.accounts.documents.items() if document.member_id != bare
    }
    world.accounts.accounts[back] = Account(back)
    world.accounts.entries[back] = []
    return world


def only_run(world: ProofWorld) -> Run:
    [run] = world.runs.runs.values()
    return run


def test_every_member_is_proven_and_the_day_is_kept() -> None:
    world = ProofWorld()
    world.run_to_the_end(VERIFY_LEDGER)
    run, [found] = only_run(world), world.table.days.values()
    assert (run.state, run.counts.seen, run.counts.done, run.counts.points) == ("finished", 23, 23, 0)
    assert (found.on, found.as_of, found.members, found.entries) == (TODAY, MIDNIGHT, 23, 23)
    assert found.totals == {"member.active": 1150, "program.issued": -1150}
    assert found.is_sound
    assert world.table.last == found
    assert world.drift.results == [found]


def test_what_is_flawed_is_told_and_counted_and_the_others_are_proven() -> None:
    world = touched()
    rich, bare, back = sorted(world.accounts.accounts)[3:6]
    world.run_to_the_end(VERIFY_LEDGER)
    run, [found] = only_run(world), world.table.days.values()
    assert (run.state, run.failures) == ("finished", 0)
    assert (run.counts.seen, run.counts.done) == (
        24,
        21,
    )  # a document without its entry is looked at beside the members
    assert sorted(found.flaws, key=lambda flaw: flaw.member_id) == [
        MemberFlaw(rich, 1, "the account is not the fold of its entries"),
        MemberFlaw(bare, 1, f"its document MEMBER#{bare}/CLAIM#birthday:2026 is missing"),
        MemberFlaw(back, 1, f"the entry of MEMBER#{back}/CLAIM#birthday:2026 is missing"),
    ]
    assert sorted(world.drift.flaws, key=str) == sorted(found.flaws, key=str)
    assert not found.is_sound


def test_when_everything_is_flawed_the_first_flaws_are_kept_and_all_are_told() -> None:
    world = ProofWorld(members=60)
    world.accounts.documents.clear()
    world.run_to_the_end(VERIFY_LEDGER)
    [found] = world.table.days.values()
    assert (len(found.flaws), len(world.drift.flaws)) == (FINDINGS_KEPT_MAX, 60)
    assert only_run(world).state == "finished"


@pytest.mark.long  # `test_killed_nights.py` does it at every page
@pytest.mark.parametrize("make_world", [ProofWorld, touched])
def test_stopped_at_any_call_before_or_after_it_the_result_is_the_same(make_world: type[ProofWorld]) -> None:
    whole = make_world(None)
    whole.run_to_the_end(VERIFY_LEDGER)
    assert whole.fuse.calls > 100
    for after in (False, True):
        for at in range(1, whole.fuse.calls + 1):
            world = make_world(Fuse(at, after=after))
            world.run_to_the_end(VERIFY_LEDGER)
            place = f"stopped {'after' if after else 'before'} call {at}"
            assert only_run(world).counts == only_run(whole).counts, place
            assert world.kept() == whole.kept(), place
            assert world.table.last, place


@pytest.mark.parametrize("times", [2, 3])
def test_every_message_delivered_again_changes_nothing(times: int) -> None:
    once, often = touched(), touched()
    once.run_to_the_end(VERIFY_LEDGER)
    often.run_to_the_end(VERIFY_LEDGER, times=times)
    assert (often.table.days, often.table.last) == (once.table.days, once.table.last)
    assert only_run(often).counts == only_run(once).counts


def test_out_of_time_after_every_few_members_the_result_is_the_same() -> None:
    whole, hasty = touched(), touched()
    whole.run_to_the_end(VERIFY_LEDGER)
    hasty.start(VERIFY_LEDGER)
    asked = 0

    def out_of_time() -> bool:
        nonlocal asked
        asked += 1
        return asked % 11 == 0

    hasty.queue.deliver(hasty.jobs, out_of_time=out_of_time)
    assert hasty.kept() == whole.kept()


def test_a_second_run_of_one_day_is_the_last_check_and_leaves_the_day_as_it_was_kept() -> None:
    world = ProofWorld()
    world.run_to_the_end(VERIFY_LEDGER)
    first = world.table.days[TODAY]
    world.clock.advance(hours=1)
    world.give("mem_0000000000000000", 2027)
    world.clock.advance(hours=1)
    again = world.jobs.start_run(VERIFY_LEDGER, TODAY, dry_run=False, actor="staff:an")
    assert (again["state"], again["done"]) == ("finished", 23)
    assert world.table.days == {TODAY: first}
    assert world.table.last
    assert (world.table.last.entries, world.table.last.is_sound) == (24, True)
    assert world.table.last.root != first.root


def test_a_dry_run_keeps_nothing() -> None:
    world = ProofWorld()
    run = world.jobs.start_run(VERIFY_LEDGER, TODAY, dry_run=True, actor="staff:an")
    assert (run["state"], run["done"]) == ("finished", 23)
    assert (world.table.days, world.table.last) == ({}, None)


def test_a_member_who_fails_at_first_is_in_the_result_that_is_kept() -> None:
    """Without them there is no root; the day's result waits until the member's own message is worked."""
    world, hindered = ProofWorld(), ProofWorld()
    world.run_to_the_end(VERIFY_LEDGER)
    failing = ["mem_0000000000000004"] * 2

    def fail(member_id: str) -> None:
        if member_id in failing:
            failing.remove(member_id)
            assert hindered.table.days == {}
            raise RuntimeError("not now")

    hindered.table.reading = fail
    hindered.run_to_the_end(VERIFY_LEDGER)
    assert failing == []
    assert hindered.kept() == world.kept()


def test_each_night_takes_the_root_of_the_night_before_once_more() -> None:
    world = ProofWorld()
    for night in range(3):
        world.run_to_the_end(VERIFY_LEDGER)
        world.clock.advance(hours=1)
        world.give(f"mem_000000000000000{night}", 2030 + night)
        world.clock.instant = NOW + timedelta(days=night + 1)
    compared = [found.baseline for found in world.kept()]
    assert compared == [None, Baseline(TODAY, is_same=True), Baseline(TODAY + timedelta(days=1), is_same=True)]
    assert len({found.root for found in world.kept()}) == 3


def test_a_history_that_was_written_anew_as_a_whole_is_told_by_the_root_of_the_night_before() -> None:
    """Entries, account and documents fit each other: no check of the member can find it."""
    world = ProofWorld()
    world.run_to_the_end(VERIFY_LEDGER)
    gone = "mem_0000000000000007"
    world.accounts.accounts[gone] = Account(gone)
    world.accounts.entries[gone] = []
    world.accounts.documents = {k: d for k, d in world.accounts.documents.items() if d.member_id != gone}
    world.clock.instant = NOW + timedelta(days=1)
    world.run_to_the_end(VERIFY_LEDGER)
    found = world.table.days[TODAY + timedelta(days=1)]
    assert (found.flaws, found.baseline) == ((), Baseline(TODAY, is_same=False))
    assert not found.is_sound


def test_days_that_were_missed_compare_with_a_day_that_was_kept_before_they_began() -> None:
    """What is kept while a run works is no part of it, so all of its pages compare with the same day."""
    world = ProofWorld()
    world.run_to_the_end(VERIFY_LEDGER)
    world.clock.instant = NOW + timedelta(days=3)
    world.run_to_the_end(VERIFY_LEDGER)
    assert [found.baseline for found in world.kept()][1:] == [Baseline(TODAY, is_same=True)] * 3

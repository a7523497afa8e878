"""Warnings of vouchers that end: which are told of, when, to whom, and how often."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from msgspec.structs import replace

from factories import make_program
from quen.jobs.model import PAGE_MEMBERS
from quen.messages.model import Intent
from quen.program.benefits import Benefit
from quen.program.model import MessagePolicy
from quen.vouchers.model import Reservation
from unit.jobs.ending import TODAY, EndingWorld
from unit.jobs.fakes import NOW

JOB = "warn-endings"
TENTH = Benefit("percent_off", percent=Fraction(1, 10))
RESERVED = Reservation("vus_1", 50_000, NOW + timedelta(minutes=30))


def run(world: EndingWorld, on: date = TODAY, *, dry_run: bool = False) -> dict[str, Any]:
    return world.jobs.start_run(JOB, on, dry_run=dry_run, actor="staff:an")


def keys(world: EndingWorld) -> list[str]:
    return [intent.key for intent in world.intents.sent]


@pytest.mark.parametrize(("days", "stage"), [(7, 7), (1, 1)])
def test_a_voucher_is_told_of_seven_days_before_its_last_day_and_on_the_day_before_it(days: int, stage: int) -> None:
    world = EndingWorld()
    member_id = world.add_member(1, 1)
    voucher_id = world.add_voucher(member_id, days)
    done = run(world)
    last_day = (TODAY + timedelta(days=days)).isoformat()
    data = {"what": "voucher", "id": voucher_id, "on": last_day, "amount": 50_000}
    assert world.intents.sent == [Intent(member_id, "gift_ending", f"{voucher_id}.{stage}", data)]
    assert (done["seen"], done["done"], done["totals"]) == (1, 1, {"asked": 1})
    [intent] = world.intents.sent
    assert Intent.parse(intent.body()) == intent


@pytest.mark.parametrize("days", [0, 2, 6, 8, 30])
def test_on_any_other_day_no_voucher_is_looked_at(days: int) -> None:
    world = EndingWorld()
    world.add_voucher(world.add_member(1, 1), days)
    assert (run(world)["seen"], keys(world)) == (0, [])


@pytest.mark.parametrize("changes", [{"remaining": 0}, {"is_cancelled": True}])
def test_nobody_is_told_of_what_is_used_up_or_cancelled(changes: dict[str, Any]) -> None:
    world = EndingWorld()
    world.add_voucher(world.add_member(1, 1), 7, **changes)
    assert (run(world)["done"], keys(world)) == (0, [])


def test_nobody_is_told_of_a_voucher_that_is_for_whoever_has_the_code() -> None:
    world = EndingWorld()
    world.add_voucher(None, 7)
    assert (run(world)["done"], keys(world)) == (0, [])


def test_what_is_left_of_a_voucher_that_is_used_in_parts_is_what_is_told() -> None:
    world = EndingWorld()
    world.add_voucher(world.add_member(1, 1), 7, remaining=20_000, reservation=RESERVED)
    run(world)
    [intent] = world.intents.sent
    assert intent.data["amount"] == 20_000


def test_a_voucher_that_is_no_money_has_no_amount() -> None:
    world = EndingWorld()
    world.add_voucher(world.add_member(1, 1), 7, benefit=TENTH)
    run(world)
    [intent] = world.intents.sent
    assert intent.data.keys() == {"what", "id", "on"}


def test_who_has_taken_over_the_member_is_told() -> None:
    world = EndingWorld()
    merged, survivor = world.add_member(1, 1), world.add_member(1, 2)
    world.accounts.accounts[merged] = replace(world.accounts.accounts[merged], moved_to=survivor)
    world.add_voucher(merged, 7)
    run(world)
    assert [intent.member_id for intent in world.intents.sent] == [survivor]


def test_a_voucher_of_nobody_who_is_known_is_passed_over() -> None:
    world = EndingWorld()
    world.add_voucher("mem_gone", 7)
    assert (run(world)["done"], world.reports.failed) == (0, [])


def test_a_day_that_was_missed_tells_what_is_still_true_and_each_voucher_once() -> None:
    """Six days late, the seven days of one are its last but one: only that is told, by its own day's run."""
    world = EndingWorld(now=NOW - timedelta(days=1))
    world.run_to_the_end(JOB)
    member_id = world.add_member(1, 1)
    over, later = world.add_voucher(member_id, 1), world.add_voucher(member_id, 7, number=2)
    still = world.add_voucher(member_id, 9, number=3)
    world.clock.instant = NOW + timedelta(days=6)
    world.run_to_the_end(JOB)
    assert keys(world) == [f"gift_ending:{still}.7", f"gift_ending:{later}.1"]
    assert not any(over in key for key in keys(world))


def test_a_voucher_that_lives_on_after_a_refund_is_told_of_by_its_new_last_day() -> None:
    world = EndingWorld()
    world.add_voucher(world.add_member(1, 1), 0, grace_days=7)
    run(world)
    [intent] = world.intents.sent
    assert intent.data["on"] == "2026-12-08"


def test_run_again_it_asks_for_the_same_messages() -> None:
    world = EndingWorld()
    member_id = world.add_member(1, 1)
    for number in range(PAGE_MEMBERS + 2):
        world.add_voucher(member_id, 7 if number % 2 else 1, number=number)
    for _ in range(2):
        run(world)
    assert len(keys(world)) == 2 * len({*keys(world)}) == 2 * (PAGE_MEMBERS + 2)


def test_a_dry_run_counts_and_asks_for_nothing() -> None:
    world = EndingWorld()
    world.add_voucher(world.add_member(1, 1), 7)
    assert (run(world, dry_run=True)["totals"], keys(world)) == ({"asked": 1}, [])


def test_a_program_that_tells_nobody_of_gifts_that_end_reads_nothing() -> None:
    world = EndingWorld(program=make_program(messages=MessagePolicy(kinds={"gift_ending": ()})))
    world.add_voucher(world.add_member(1, 1), 7)
    assert (run(world)["seen"], world.vouchers.asked) == (0, [])


def test_a_day_without_endings_is_planned_at_once_and_looks_at_two_days_of_each_shard() -> None:
    world = EndingWorld()
    world.add_voucher(world.add_member(1, 1), 30)
    assert run(world)["state"] == "finished"
    assert world.vouchers.asked == [TODAY + timedelta(days=7), TODAY + timedelta(days=1)] * 8

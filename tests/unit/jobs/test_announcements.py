"""Announcements: who is asked to be told, when, and how often."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from quen.jobs.model import PAGE_MEMBERS
from quen.messages.model import Intent
from unit.jobs.announcing import TODAY, announcing_world, make_announcement, make_announcing
from unit.jobs.fakes import NOW, Fuse, World
from unit.jobs.occasions import make_gold

JOB = "announcements"


def run(world: World, on: date = TODAY, *, dry_run: bool = False) -> dict[str, Any]:
    return world.jobs.start_run(JOB, on, dry_run=dry_run, actor="staff:an")


def told(world: World) -> list[str]:
    """Whom the queue asks to tell."""
    return [intent.member_id for intent in world.intents.sent]


def test_every_active_member_who_is_meant_is_asked_for_once() -> None:
    world = announcing_world()
    world.run_to_the_end(JOB)
    [done] = world.runs.runs.values()
    everybody, gold = PAGE_MEMBERS + 3, len(range(0, PAGE_MEMBERS + 2, 9))
    assert (done.state, done.counts.seen, done.counts.done) == ("finished", everybody, everybody)
    assert done.counts.totals == {"asked": everybody + gold}
    keys = [(intent.member_id, intent.key) for intent in world.intents.sent]
    assert len(keys) == len({*keys}) == everybody + gold


def test_what_is_asked_for_names_the_announcement_and_nobody() -> None:
    world = World(program=make_announcing(make_announcement()))
    member_id = world.add_member(1, 1)
    run(world)
    [intent] = world.intents.sent
    assert intent == Intent(member_id, "announcement", "new-shop", {"announcement_id": "new-shop"})
    assert Intent.parse(intent.body()) == intent


def test_an_announcement_at_a_time_of_the_day_is_held_until_then() -> None:
    world = World(program=make_announcing(make_announcement(at=time(9))))
    world.add_member(1, 1)
    run(world)
    [intent] = world.intents.sent
    assert intent.data["not_before"] == "2026-12-01T02:00:00+00:00"  # 09:00 in Saigon


@pytest.mark.parametrize("days", [-1, 1])
def test_on_any_other_day_nobody_is_looked_at(days: int) -> None:
    world = World(program=make_announcing(make_announcement(on=TODAY + timedelta(days=days))))
    world.add_member(1, 1)
    assert (run(world)["seen"], world.profiles.asked, told(world)) == (0, 0, [])


@pytest.mark.parametrize("audience", [{"tags": frozenset({"woman"})}, {"segment": "women"}])
def test_an_announcement_for_some_is_told_to_them(audience: dict[str, Any]) -> None:
    world = World(program=make_announcing(make_announcement(**audience)))
    her, him = world.add_member(1, 1), world.add_member(1, 2)
    world.profiles.tags[her] = ("press", "woman")
    done = run(world)
    assert (told(world), done["seen"], done["done"]) == ([her], 2, 1)
    assert him not in told(world)


def test_who_is_in_the_tier_but_not_in_the_audience_is_not_meant() -> None:
    said = make_announcement(tiers=frozenset({"gold"}), tags=frozenset({"woman"}))
    world = World(program=make_announcing(said))
    both, gold_only, tag_only = (world.add_member(1, number) for number in range(3))
    for member_id in (both, gold_only):
        make_gold(world, member_id)
    for member_id in (both, tag_only):
        world.profiles.tags[member_id] = ("woman",)
    run(world)
    assert told(world) == [both]


def test_who_joined_after_the_day_missed_no_news() -> None:
    world = World(program=make_announcing(make_announcement()), now=NOW + timedelta(days=2))
    late, on_the_day = world.add_member(1, 1), world.add_member(1, 2)
    world.profiles.joined[late] = NOW + timedelta(days=1)
    world.profiles.joined[on_the_day] = NOW + timedelta(hours=12)
    run(world)
    assert told(world) == [on_the_day]


@pytest.mark.parametrize(("days", "totals"), [(3, {"asked": 1}), (4, {"late": 1})])
def test_news_of_four_days_ago_is_counted_and_not_told(days: int, totals: dict[str, int]) -> None:
    world = World(program=make_announcing(make_announcement()), now=NOW - timedelta(days=1))
    world.run_to_the_end(JOB)
    world.add_member(1, 1)
    world.clock.instant = NOW + timedelta(days=days)
    world.run_to_the_end(JOB)
    [caught_up] = [done for done in world.runs.runs.values() if done.on == TODAY]
    assert (caught_up.counts.totals, caught_up.counts.done) == (totals, totals.get("asked", 0))
    assert len(told(world)) == totals.get("asked", 0)


def test_a_dry_run_says_how_many_would_be_asked_for_and_how_many_agreed_by_channel() -> None:
    world = World(program=make_announcing(make_announcement()))
    by_mail, by_both, _ = (world.add_member(1, number) for number in range(3))
    mail, sms = (f"marketing_announcement_messages_{channel}" for channel in ("email", "sms"))
    world.profiles.consents |= {by_mail: frozenset({mail}), by_both: frozenset({mail, sms})}
    dry = run(world, dry_run=True)
    assert (dry["done"], dry["totals"]) == (3, {"asked": 3, "agreed_email": 2, "agreed_sms": 1})
    assert told(world) == []
    assert run(world)["totals"] == {"asked": 3}


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_call_it_ends_with_the_same_messages_and_the_same_counts(after: bool) -> None:
    whole = announcing_world()
    whole.run_to_the_end(JOB)
    [expected] = whole.runs.runs.values()
    keys = {(intent.member_id, intent.key) for intent in whole.intents.sent}
    for at in range(1, whole.fuse.calls + 1):
        world = announcing_world(Fuse(at, after=after))
        world.run_to_the_end(JOB, times=2)
        [done] = world.runs.runs.values()
        assert (done.state, done.counts) == (expected.state, expected.counts)
        assert {(intent.member_id, intent.key) for intent in world.intents.sent} == keys


def test_who_never_agreed_to_be_chosen_is_not_told_what_a_segment_is_told() -> None:
    world = World(program=make_announcing(make_announcement(segment="women"), make_announcement(id="for-all")))
    agreed, other = world.add_member(1, 1), world.add_member(1, 2)
    world.profiles.tags = dict.fromkeys((agreed, other), ("woman",))
    world.profiles.unasked.add(other)
    done = run(world)
    assert sorted(told(world)) == sorted([agreed, agreed, other])
    assert done["totals"] == {"asked": 3, "unasked": 1}

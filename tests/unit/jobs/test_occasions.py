"""What birthdays and holidays give: to whom, by which tier, and never twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from quen.jobs.model import PAGE_MEMBERS
from quen.program.model import Birthday, EveryYear, Gift, Gifts, PerkGift, RewardGift
from unit.jobs.fakes import NOW, World
from unit.jobs.occasions import (
    EVERYTHING,
    GOLD,
    TET,
    TET_MORNING,
    holiday_world,
    make_giving,
    make_gold,
    make_holiday,
)

BIRTHDAY, HOLIDAY = "birthday-rewards", "holiday-rewards"


def run(world: World, job: str = HOLIDAY, on: date = TET, *, dry_run: bool = False) -> dict[str, Any]:
    return world.jobs.start_run(job, on, dry_run=dry_run, actor="staff:an")


def vouchers(world: World) -> list[str]:
    """Whose vouchers were issued."""
    return [write.parameters["member_id"] for write in world.accounts.others]


class TestHolidays:
    def test_every_active_member_is_given_what_their_tier_has_once(self):
        world = holiday_world()
        world.run_to_the_end(HOLIDAY)
        [done] = world.runs.runs.values()
        gold = len(range(0, PAGE_MEMBERS + 2, 9))
        vips = len(range(1, PAGE_MEMBERS + 2, 9))
        everybody = PAGE_MEMBERS + 3
        assert (done.state, done.counts.seen, done.counts.done) == ("finished", everybody, everybody)
        assert done.counts.points == 20 * (everybody - gold) + 5 * vips
        assert done.counts.totals == {"vouchers": gold, "perks": gold, "rewards": vips}
        assert len({*vouchers(world)}) == len(vouchers(world)) == gold
        assert world.active("mem_6000000000000001") == 10

    def test_on_any_other_day_nobody_is_looked_at(self):
        world = holiday_world()
        done = run(world, on=TET - timedelta(days=1))
        assert (done["state"], done["seen"], world.profiles.asked) == ("finished", 0, 0)
        run(world)
        assert world.profiles.asked == 8 + 1  # a page of each shard, and two of one

    def test_a_holiday_that_would_give_nothing_to_anybody_is_none(self):
        world = World(program=make_giving(make_holiday(Gift())), now=TET_MORNING)
        world.add_member(1, 1)
        assert (run(world)["seen"], world.profiles.asked) == (0, 0)

    def test_who_joined_after_the_day_gets_nothing_of_it(self):
        world = World(program=make_giving(make_holiday()), now=TET_MORNING + timedelta(days=3))
        late, on_the_day = world.add_member(1, 1), world.add_member(1, 2)
        world.profiles.joined[late] = TET_MORNING + timedelta(days=1)
        world.profiles.joined[on_the_day] = TET_MORNING + timedelta(hours=12)
        run(world)
        assert (world.active(late), world.active(on_the_day)) == (0, 20)

    @pytest.mark.parametrize("audience", [{"tags": frozenset({"woman"})}, {"segment": "women"}])
    def test_a_holiday_for_some_is_given_to_them(self, audience):
        women = make_holiday(id="women", on=EveryYear(3, 8), **audience)
        world = World(program=make_giving(women), now=datetime(2027, 3, 8, 1, tzinfo=UTC))
        her, him = world.add_member(1, 1), world.add_member(1, 2)
        world.profiles.tags[her] = ("press", "woman")
        done = run(world, on=date(2027, 3, 8))
        assert (world.active(her), world.active(him)) == (20, 0)
        assert (done["seen"], done["done"]) == (2, 1)

    def test_a_tier_alone_may_be_given_something(self):
        world = World(program=make_giving(make_holiday(gifts=Gifts(by_tier={"gold": Gift(100)}))), now=TET_MORNING)
        gold, other = world.add_member(1, 1), world.add_member(1, 2)
        make_gold(world, gold)
        for _ in range(2):
            run(world)
        assert (world.active(gold), world.active(other)) == (100, 0)
        assert world.accounts.entries[other] == []

    def test_a_tier_that_is_lost_after_the_gift_gives_no_second_one(self):
        gifts = Gifts(Gift(20), {"gold": Gift(100)})
        world = World(program=make_giving(make_holiday(gifts=gifts)), now=TET_MORNING)
        member_id = world.add_member(1, 1)
        run(world)
        make_gold(world, member_id)
        world.clock.advance(hours=1)
        assert (run(world)["done"], world.active(member_id)) == (0, 20)

    def test_a_gift_before_the_day_belongs_to_the_holiday_s_year(self):
        early = make_holiday(days_before=7)
        world = World(program=make_giving(early), now=TET_MORNING)
        member_id = world.add_member(1, 1)
        run(world, on=TET - timedelta(days=7))
        world.programs.program = make_giving(make_holiday())
        run(world)
        assert world.active(member_id) == 20

    def test_a_dry_run_counts_the_same_and_gives_nothing(self):
        world = holiday_world()
        before = dict(world.accounts.accounts)
        dry = run(world, dry_run=True)
        assert (world.accounts.accounts, vouchers(world)) == (before, [])
        real = run(world)
        told = ("seen", "done", "points", "totals")
        assert [dry[name] for name in told] == [real[name] for name in told]
        again = run(world, dry_run=True)
        assert (again["done"], again["points"], again["totals"]) == (0, 0, {})

    def test_a_missed_holiday_is_caught_up(self):
        world = World(program=make_giving(make_holiday()), now=TET_MORNING - timedelta(days=2))
        world.run_to_the_end(HOLIDAY)
        member_id = world.add_member(1, 1)
        world.clock.instant = TET_MORNING + timedelta(days=5)
        world.run_to_the_end(HOLIDAY)
        assert world.active(member_id) == 20


class TestBirthdays:
    @pytest.mark.parametrize("gold", [False, True])
    def test_a_birthday_gives_what_the_tier_has(self, gold):
        birthday = Birthday(50, reward=RewardGift("free-coffee", 10), by_tier={"gold": GOLD})
        world = World(program=make_giving(birthday=birthday), now=NOW)
        member_id = world.add_member(1, 1, born="12-01")
        if gold:
            make_gold(world, member_id)
        for _ in range(2):
            run(world, BIRTHDAY, NOW.date())
        account = world.accounts.accounts[member_id]
        given = (account.active, account.gifts, account.granted, vouchers(world))
        of_gold = (0, {}, {"ten-off": "2026-12-31"}, [member_id])
        assert given == (of_gold if gold else (50, {"free-coffee/2026-12-10": 1}, {}, []))

    @pytest.mark.parametrize(
        "what", [Gift(50), Gift(reward=RewardGift("free-coffee", 10)), Gift(perk=PerkGift("ten-off")), EVERYTHING]
    )
    @pytest.mark.parametrize(("feb_29", "day"), [("feb_28", date(2027, 2, 28)), ("mar_1", date(2027, 3, 1))])
    def test_who_is_born_on_29_february_is_given_every_kind_of_gift_once_a_year(self, what, feb_29, day):
        birthday = Birthday(what.points, feb_29=feb_29, reward=what.reward, perk=what.perk)
        world = World(program=make_giving(birthday=birthday), now=datetime(2028, 3, 5, tzinfo=UTC))
        leapling = world.add_member(1, 1, born="02-29")
        days = [date(2027, 2, 27) + timedelta(days=number) for number in range(4)]
        days += [date(2028, 2, 27) + timedelta(days=number) for number in range(5)]
        done = [on for on in days if run(world, BIRTHDAY, on)["done"]]
        assert done == [day, date(2028, 2, 29)]
        assert [entry.reference.id for entry in world.accounts.entries[leapling]] == ["2027", "2028"]

    def test_a_perk_for_the_month_of_a_leap_birthday_ends_with_that_month(self):
        birthday = Birthday(perk=PerkGift("ten-off"))
        for year, until in ((2027, "2027-02-28"), (2028, "2028-02-29")):
            world = World(program=make_giving(birthday=birthday), now=datetime(year, 2, 28, 20, tzinfo=UTC))
            leapling = world.add_member(1, 1, born="02-29")
            world.clock.instant = datetime.fromisoformat(f"{until}T01:00:00Z")
            run(world, BIRTHDAY, date.fromisoformat(until))
            assert world.accounts.accounts[leapling].granted == {"ten-off": until}

    @pytest.mark.parametrize(("days", "points"), [(30, 50), (29, 0), (-2, 0)])
    def test_a_birthday_that_was_set_shortly_before_gives_nothing_in_that_year(self, days, points):
        world = World(program=make_giving(birthday=Birthday(50, known_days=30)), now=NOW + timedelta(days=3))
        member_id = world.add_member(1, 1, born="12-01")
        world.profiles.set_at[member_id] = NOW - timedelta(days=days)
        run(world, BIRTHDAY, NOW.date())
        assert world.active(member_id) == points

    def test_a_birthday_that_came_with_the_member_was_known(self):
        world = World(program=make_giving(birthday=Birthday(50, known_days=60)), now=NOW)
        member_id = world.add_member(1, 1, born="12-01")
        run(world, BIRTHDAY, NOW.date())
        assert world.active(member_id) == 50

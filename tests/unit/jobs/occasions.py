"""Worlds of occasions: a program that gives something of every kind, and members to give it to."""

from __future__ import annotations

from datetime import UTC, date, datetime

from factories import make_program
from quen.jobs.model import PAGE_MEMBERS
from quen.ledger.model import SetTier, apply, decide
from quen.program.benefits import Benefit
from quen.program.model import (
    Birthday,
    EveryLunarYear,
    EveryYear,
    Gift,
    Gifts,
    Holiday,
    OneDay,
    Perk,
    PerkGift,
    Program,
    Reward,
    RewardGift,
    Segment,
    Tier,
    VoucherTerms,
)
from quen.program.model.segments import Tagged
from unit.jobs.fakes import Fuse, World

TET = date(2027, 2, 6)
TET_MORNING = datetime(2027, 2, 6, 1, 0, tzinfo=UTC)
FIFTY = Reward("fifty", {"en": "Fifty"}, 100, benefit=Benefit("voucher", amount=50_000), voucher=VoucherTerms())
COFFEE = Reward("free-coffee", {"en": "Free coffee"}, 120)
GOLD = Gift(reward=RewardGift("fifty", 30), perk=PerkGift("ten-off"))
EVERYTHING = Gift(20, RewardGift("fifty", 30), PerkGift("ten-off"))


def make_holiday(general: Gift = Gift(20), **changes: object) -> Holiday:  # noqa: B008 - a frozen value
    """Tết, for everybody."""
    said = {"id": "tet", "name": {"en": "Tết"}, "on": EveryLunarYear(1, 1), "gifts": Gifts(general)} | changes
    return Holiday(**said)  # type: ignore[arg-type]


def make_giving(*holidays: Holiday, birthday: Birthday | None = None) -> Program:
    """A program with those holidays, two tiers, a voucher, a plain reward and a perk."""
    return make_program(
        holidays=holidays,
        birthday=birthday,
        rewards=(FIFTY, COFFEE),
        perks=(Perk("ten-off", {"en": "10 % off"}),),
        tiers=(Tier("member", {"en": "Member"}), Tier("gold", {"en": "Gold"})),
        segments=(Segment("women", {"en": "Women"}, Tagged(frozenset({"woman"}))),),
    )


def make_gold(world: World, member_id: str) -> None:
    """Staff have made the member gold."""
    account = world.accounts.accounts[member_id]
    [entry] = decide(account, SetTier("gold", None, "goodwill"), world.program, world.clock.now())
    world.accounts.accounts[member_id] = apply(account, entry)


def holiday_world(fuse: Fuse | None = None) -> World:
    """Tết morning: points for everybody, a voucher and a perk for gold members, and another holiday on the same day."""
    once = make_holiday(Gift(5, RewardGift("free-coffee", 3)), id="once", on=OneDay(TET), tags=frozenset({"vip"}))
    tet = make_holiday(gifts=Gifts(Gift(20), {"gold": GOLD}))
    women = make_holiday(id="women", on=EveryYear(3, 8))
    world = World(fuse, make_giving(tet, once, women), TET_MORNING)
    for number in range(PAGE_MEMBERS + 2):
        member_id = world.add_member(3, number, (10, None))
        if number % 9 == 0:
            make_gold(world, member_id)
        if number % 9 == 1:
            world.profiles.tags[member_id] = ("vip",)
    world.add_member(5, 1, (10, None))
    world.profiles.inactive.add(world.add_member(6, 1, (10, None)))
    return world

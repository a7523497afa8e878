"""Worlds of members who stay away: each has bought three times, every week, the last time so many days ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache

from msgspec.structs import replace

from factories import make_purchase
from quen.jobs.model import PAGE_MEMBERS
from quen.ledger.model import RecordPurchase, decide, folded
from quen.program.model import Gift, Gifts, Program, RewardGift, WinBackPolicy
from unit.jobs.fakes import NOW, Fuse, World
from unit.jobs.occasions import GOLD, make_giving, make_gold

LAPSED_DAYS = 31
"""Who last bought so many days before NOW, a Tuesday, had lapsed on the day before: a Monday."""
OFFER = WinBackPolicy(
    Fraction(2),
    Gifts(Gift(50, RewardGift("free-coffee", 21)), {"gold": GOLD}),
    hold_out=Fraction(1, 4),
    channels=("email",),
)
TO_ALL = replace(OFFER, hold_out=Fraction(0))


def make_winning(offer: WinBackPolicy | None = OFFER) -> Program:
    """A program with that offer, two tiers, a voucher, a plain reward and a perk, where purchases earn nothing."""
    return replace(make_giving(), win_back=offer, earning=())


def buy(world: World, member_id: str, at: datetime) -> None:
    """The member buys at that instant."""
    account = world.accounts.accounts[member_id]
    bought = make_purchase(50_000, purchase_id=f"{member_id}-{at:%Y%m%d}", at=at, store="HCM-01")
    entries = decide(account, RecordPurchase("ptn", bought), world.program, at)
    world.accounts.accounts[member_id] = folded(account, entries)
    world.accounts.entries[member_id] += entries


def add_regular(world: World, shard: int, number: int, days_ago: int = LAPSED_DAYS) -> str:
    """Somebody who has bought every week, the last time so many days ago."""
    member_id = world.add_member(shard, number)
    for weeks in (2, 1, 0):
        buy(world, member_id, world.clock.now() - timedelta(days=days_ago + 7 * weeks))
    return member_id


def make_away(world: World, number: int) -> None:
    """Somebody who has lapsed: every seventh is gold, every fifth has not agreed to offers by what they bought."""
    member_id = add_regular(world, 3, number)
    if number % 7 == 0:
        make_gold(world, member_id)
    if number % 5 == 1:
        world.profiles.unasked.add(member_id)


def lapsed_world(fuse: Fuse | None = None, members: int = PAGE_MEMBERS + 2) -> World:
    """So many who have lapsed, one who has not yet, and one who may not buy."""
    made, world = _made(members), World(fuse, make_winning(), NOW)
    world.accounts.accounts = dict(made.accounts.accounts)
    world.accounts.entries = {member_id: [*entries] for member_id, entries in made.accounts.entries.items()}
    world.profiles.unasked, world.profiles.inactive = {*made.profiles.unasked}, {*made.profiles.inactive}
    return world


@cache
def _made(members: int) -> World:
    """The same each time, and made once: the tests that stop a run anywhere begin it hundreds of times."""
    world = World(program=make_winning(), now=NOW)
    for number in range(members):
        make_away(world, number)
    add_regular(world, 5, 1, LAPSED_DAYS - 1)
    world.profiles.inactive.add(add_regular(world, 6, 1))
    return world

"""Worlds of announcements: a program that tells something today, and members to tell it to."""

from __future__ import annotations

from typing import Any

from factories import make_program
from quen.jobs.model import PAGE_MEMBERS
from quen.program.model import Announcement, AnnouncementText, Program, Segment, Tier
from quen.program.model.segments import Tagged
from unit.jobs.fakes import NOW, Fuse, World
from unit.jobs.occasions import make_gold

TODAY = NOW.date()
WORDS = AnnouncementText("A new shop", ("Come by.",), "New shop!")


def make_announcement(**changes: Any) -> Announcement:
    """For everybody, today."""
    said = {"id": "new-shop", "on": TODAY, "texts": {"en": WORDS}, "channels": ("email", "sms")}
    return Announcement(**said | changes)


def make_announcing(*announcements: Announcement) -> Program:
    return make_program(
        announcements=announcements,
        tiers=(Tier("member", {"en": "Member"}), Tier("gold", {"en": "Gold"})),
        segments=(Segment("women", {"en": "Women"}, Tagged(frozenset({"woman"}))),),
    )


def announcing_world(fuse: Fuse | None = None, members: int = PAGE_MEMBERS + 2) -> World:
    """One for everybody and one for gold members on the same morning, to members of three shards, two pages of one."""
    world = World(fuse, make_announcing(make_announcement(), make_announcement(id="gold", tiers=frozenset({"gold"}))))
    for number in range(members):
        member_id = world.add_member(3, number)
        if number % 9 == 0:
            make_gold(world, member_id)
    world.add_member(5, 1)
    world.profiles.inactive.add(world.add_member(6, 1))
    return world

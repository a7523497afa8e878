"""How much one member gets of advertising, and of warnings that say the same: what went out lately, and whether there is room
for more.

One small value for each member, whatever the kinds and channels: who counts a message writes it in one transaction with
"it is begun", so that two senders at once never pass a cap together. A message counts once, by its key, however often it
is tried; one that was refused counts no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from quen.messages.model import MARKETING, UNASKED, Kind, State
from quen.program.model import Channel, MessagePolicy, Program

DAY = timedelta(days=1)
WARNINGS_PER_DAY = 3
"""Whoever changes something to and fro must not make the shop send, and pay for, a text message each time."""
GREETINGS: frozenset[Kind] = frozenset({"birthday", "holiday"})


class Counted(Struct, frozen=True):
    """One message that went out, or may have."""

    key: str
    channel: Channel
    at: datetime


class Recent(Struct, frozen=True):
    """The advertising and the warnings that a member got lately, the oldest first."""

    member_id: str
    sends: tuple[Counted, ...] = ()
    revision: int = 0


def room_for(
    recent: Recent, key: str, kind: Kind, channel: Channel, program: Program, now: datetime
) -> State | datetime | None:
    """Whether advertising may go now: None; until when it waits; or that it never goes.

    A program's cap drops it. The law's so many in any 24 hours makes it wait until the oldest of them is a day old, unless
    that is after the local day of a greeting: nobody is congratulated on yesterday. The law counts by number or address, we
    by member and channel: who changes a number within a day gets less, not more.
    """
    policy = program.messages
    others = [one for one in recent.sends if one.key != key and _kind_of(one.key) in MARKETING]
    if any(_count_within(others, cap.days, now) >= cap.messages for cap in policy.caps):
        return "SUPPRESSED_CAP"
    per_day = policy.advertising.per_day
    sent = sorted(one.at for one in others if one.channel == channel and one.at > now - DAY)
    if len(sent) < per_day:
        return None
    if not per_day:
        return "SUPPRESSED_CAP"
    room = sent[-per_day] + DAY
    is_late = room.astimezone(program.time_zone).date() > now.astimezone(program.time_zone).date()
    return "SUPPRESSED_CAP" if kind in GREETINGS and is_late else room


def room_to_warn(recent: Recent, key: str, now: datetime) -> State | None:
    """Whether a warning says anything yet: not where so many of a day have said the same. What it warns of is the end of its
    key.
    """
    same = [
        one for one in recent.sends if one.key != key and _kind_of(one.key) in UNASKED and _what(one.key) == _what(key)
    ]
    return "SUPPRESSED_CAP" if _count_within(same, 1, now) >= WARNINGS_PER_DAY else None


def counting(recent: Recent, sent: Counted, policy: MessagePolicy) -> Recent:
    """What went out lately once this goes out too; what is older than all caps is forgotten, and a warning after a day."""
    days = max((1, *(cap.days for cap in policy.caps)))
    kept = [
        one
        for one in recent.sends
        if one.key != sent.key and one.at > sent.at - (1 if _kind_of(one.key) in UNASKED else days) * DAY
    ]
    return replace(recent, sends=tuple(sorted([*kept, sent], key=lambda one: one.at)), revision=recent.revision + 1)


def without(recent: Recent, key: str) -> Recent:
    """What went out lately, as the provider has refused that one."""
    kept = tuple(one for one in recent.sends if one.key != key)
    return replace(recent, sends=kept, revision=recent.revision + 1)


def _kind_of(key: str) -> str:
    return key.partition(":")[0]


def _what(key: str) -> str:
    return key.rpartition(".")[2]


def _count_within(sends: Iterable[Counted], days: int, now: datetime) -> int:
    return sum(one.at > now - days * DAY for one in sends)

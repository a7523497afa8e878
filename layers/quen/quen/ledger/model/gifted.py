"""Gifts for occasions: what a member of some tier is given, and what an entry says was given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import Struct, field

from quen.ledger.model.commands import GrantBonus
from quen.ledger.model.funding import issued
from quen.ledger.model.standing import tier_of
from quen.ledger.model.values import Account, Entry, gift_key
from quen.program.model import PerkGift, Program, RewardGift

HAD_AT_ONCE = 0
"""The change of a gift that is given and had in one: a voucher, which is issued in the same transaction."""


class NothingGivenError(Exception):
    """The occasion gives nothing to members of that tier, or was over before: there is nothing to write, and nothing is
    claimed.
    """


class Giving(Struct, frozen=True):
    """What an entry gives: `points`, `pieces` of rewards by their gift's key, and the last days of perks."""

    points: int = 0
    pieces: Mapping[str, int] = field(default_factory=dict)
    granted: Mapping[str, str] = field(default_factory=dict)


class Until(Struct, frozen=True):
    """Something that was given, by its id, and its last day."""

    id: str
    until: str

    def view(self) -> dict[str, str]:
        """As JSON-able values."""
        return {"id": self.id, "until": self.until}


class Given(Struct, frozen=True):
    """What a bonus gave: points, a reward to be had for nothing, or the voucher itself, and a perk; None: no such thing."""

    points: int
    reward: Until | None = None
    voucher: Until | None = None
    perk: Until | None = None

    def view(self) -> dict[str, Any]:
        """As JSON-able values."""
        things = {"reward": self.reward, "voucher": self.voucher, "perk": self.perk}
        return {"points": self.points, **{name: thing.view() if thing else None for name, thing in things.items()}}


def gift_of(account: Account, command: GrantBonus, program: Program, today: date) -> Giving:
    """What the occasion gives to this member, beside the command's points. It lasts from the occasion's own day on, or from
    today where it comes late; a perk that the member has for longer already is theirs for as long.
    """
    if command.gifts is None:
        return Giving()
    day = command.day or today
    gift = command.gifts.for_tier(tier_of(account, program, day))
    first = max(day, today)
    return Giving(
        gift.points,
        _piece(gift.reward, program, first) if gift.reward else {},
        _granted(account, gift.perk, first) if gift.perk else {},
    )


def given_by(entry: Entry) -> Given:
    """What a bonus has given, as its entry says it."""
    things: dict[str, Until] = {}
    for key, change in entry.gifts.items():
        reward_id, _, until = key.rpartition("/")
        things["voucher" if change == HAD_AT_ONCE else "reward"] = Until(reward_id, until)
    for perk_id, until in entry.granted.items():
        things["perk"] = Until(perk_id, until)
    return Given(issued(entry), **things)


def _piece(gift: RewardGift, program: Program, first: date) -> Mapping[str, int]:
    is_voucher = any(reward.id == gift.reward_id and reward.voucher for reward in program.rewards)
    key = gift_key(gift.reward_id, gift.last_day(first).isoformat())
    return {key: HAD_AT_ONCE if is_voucher else 1}


def _granted(account: Account, gift: PerkGift, first: date) -> Mapping[str, str]:
    last_day = gift.last_day(first).isoformat()
    return {gift.perk_id: max(last_day, account.granted.get(gift.perk_id, ""))}

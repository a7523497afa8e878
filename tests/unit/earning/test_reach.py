"""What a till is told that the member can have by now, and what comes next."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from factories import make_program
from quen.earning.reach import reach_of
from quen.program.model import Reward
from quen.program.model.rewards import DayWindow

TODAY = date(2026, 12, 1)
NAME = {"en": "It"}
PROGRAM = replace(
    make_program(),
    rewards=(
        Reward("coffee", NAME, 120, price_by_tier={"gold": 100}),
        Reward("mug", NAME, 30),
        Reward("lounge", NAME, 50, tiers=("gold",)),
        Reward("tree", NAME, 40, window=DayWindow(last=date(2026, 11, 30))),
        Reward("lapsed-only", NAME, 45, segment="lapsed"),
    ),
)


def told(active: int, tier: str = "") -> tuple[list[str], str | None]:
    reach = reach_of(PROGRAM, active, 10, tier, TODAY)
    return [reward.id for reward, _ in reach.reachable], reach.next.reward.id if reach.next else None


def test_it_is_told_what_members_of_this_tier_can_have_today() -> None:
    assert told(60) == (["mug"], "coffee")
    assert told(60, "gold") == (["lounge", "mug"], "coffee")


def test_what_is_missing_is_counted_at_the_tiers_own_price() -> None:
    following = reach_of(PROGRAM, 90, 10, "gold", TODAY).next
    assert following
    assert (following.price, following.missing, following.purchases_like_this) == (100, 10, 1)
    assert told(100, "gold") == (["coffee", "lounge", "mug"], None)

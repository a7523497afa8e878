"""Who may have a reward, where and when: what stands in the way is named by its own error.

What hangs on the member's tier is decided with the points, by the ledger, of the account as it is then.
"""

from __future__ import annotations

from datetime import date, timedelta

from quen.errors import RewardNotAvailableError, StoreNotEligibleError, ValidationFailedError
from quen.program.model import Reward

ANNOUNCED_DAYS = 7
"""So long before its window begins a reward is shown already, as not to be had yet."""


def check_gates(reward: Reward, day: date, store_id: str | None) -> None:
    """Raises RewardNotAvailableError outside the window, StoreNotEligibleError at another store, and
    ValidationFailedError where it is to be said at which store the reward is redeemed.
    """
    if not reward.window.contains(day):
        raise RewardNotAvailableError
    if reward.is_local and store_id is None:
        sentence = "This reward is for some stores only: say at which one it is redeemed."
        raise ValidationFailedError.at("/store_id", "missing", sentence)
    if not reward.is_for_store(store_id):
        raise StoreNotEligibleError


def is_shown(reward: Reward, day: date) -> bool:
    """Whether the catalogue shows it: in its window, and some days before it."""
    return reward.window.contains(day) or reward.window.contains(day + timedelta(days=ANNOUNCED_DAYS))

"""Who may have a reward, where and when: what stands in the way is named by its own error.

What hangs on the member's tier and perks is decided with the points, by the ledger, of the account as it is then.
"""

from __future__ import annotations

from datetime import date, timedelta

from quen.errors import PerkNotHeldError, RewardNotAvailableError, StoreNotEligibleError, ValidationFailedError
from quen.perks.model import opens_early
from quen.program.model import Perk, Program, Reward

ANNOUNCED_DAYS = 7
"""So long before its window begins a reward is shown already, as not to be had yet."""


def check_gates(reward: Reward, day: date, store_id: str | None, *, may_be_early: bool = False) -> None:
    """Raises RewardNotAvailableError outside the window, StoreNotEligibleError at another store, and
    ValidationFailedError where it is to be said at which store the reward is redeemed. `may_be_early`: whether the member
    may have it before its window begins is the ledger's to say.
    """
    if not (may_be_early or reward.window.contains(day)):
        raise RewardNotAvailableError
    if reward.is_local and store_id is None:
        sentence = "This reward is for some stores only: say at which one it is redeemed."
        raise ValidationFailedError.at("/store_id", "missing", sentence)
    if not reward.is_for_store(store_id):
        raise StoreNotEligibleError


def check_gift(reward: Reward, quantity: int, store_id: str | None) -> None:
    """Raises ValidationFailedError for more than one gift at a time, and where it is to be said which store's piece it is.
    Whatever else gates a reward, its gifts it does not.
    """
    if quantity != 1:
        raise ValidationFailedError.at("/quantity", "out_of_range", "Gifts are had one at a time.")
    if reward.stock_by_store and store_id is None:
        sentence = "Each store has so many of this reward: say at which one it is had."
        raise ValidationFailedError.at("/store_id", "missing", sentence)


def check_perk(perk: Perk | None, quantity: int) -> Perk:
    """The perk, which can be used so often at a time. Raises PerkNotHeldError where there is none such, ValidationFailedError
    where it is not counted, or takes something off a bill, which it does once.
    """
    if perk is None:
        raise PerkNotHeldError
    if perk.quota is None:
        sentence = "Its uses are not counted: whoever has it has it, and nothing is redeemed."
        raise ValidationFailedError.at("/perk_id", "not_counted", sentence)
    if quantity != 1 and (perk.discount or perk.delivery):
        raise ValidationFailedError.at("/quantity", "out_of_range", "One use takes something off one bill.")
    return perk


def early_perks(program: Program, reward: Reward, day: date) -> tuple[str, ...]:
    """The perks whose holders may have the reward on that day although its window has not begun."""
    return tuple(perk.id for perk in program.perks if opens_early(perk, reward, day))


def is_shown(reward: Reward, day: date) -> bool:
    """Whether the catalogue shows it to everybody: in its window, and some days before it."""
    return reward.window.contains(day) or reward.window.contains(day + timedelta(days=ANNOUNCED_DAYS))

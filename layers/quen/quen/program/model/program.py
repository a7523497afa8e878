"""One version of the program, and which version is in force when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from quen.business_days import local_day
from quen.errors import RewardNotFoundError
from quen.money import Money
from quen.program.model.earning import EarningRule
from quen.program.model.points import PointsPolicy
from quen.program.model.policies import AdjustmentPolicy, Birthday, MessagePolicy, StoredValuePolicy, TransferPolicy
from quen.program.model.rewards import Reward

_NO_MESSAGES = MessagePolicy()
_NO_LIMITS = AdjustmentPolicy()


@dataclass(frozen=True, slots=True)
class Program:
    """One version of the stack's loyalty program, in force from an instant until the next version's.

    `accepted_days` is how many days late a receipt may come; `grace_days` how long returned points live at least;
    `undo_days` how long a merge of members can be undone.
    """

    id: str
    name: str
    time_zone: ZoneInfo
    currency: str
    locales: tuple[str, ...]
    version: int
    effective_from: datetime
    points: PointsPolicy
    earning: tuple[EarningRule, ...] = ()
    birthday: Birthday | None = None
    rewards: tuple[Reward, ...] = ()
    messages: MessagePolicy = _NO_MESSAGES
    reservation_minutes: int = 15
    accepted_days: int = 90
    grace_days: int = 14
    undo_days: int = 30
    transfers: TransferPolicy | None = None
    stored_value: StoredValuePolicy | None = None
    adjustments: AdjustmentPolicy = _NO_LIMITS

    def worth(self, points: int) -> Money:
        """What that many points are worth at the till, rounded down: the shop never owes a part of a dong."""
        return Money(points * self.points.worth_money // self.points.worth_points, self.currency)

    def local_day(self, instant: datetime) -> date:
        """The program's own calendar day at that instant."""
        return local_day(instant, self.time_zone)

    def locale_for(self, wanted: str | None) -> str:
        """The program's locale that serves somebody who asks for `wanted`: it, its language, or the first one."""
        if wanted in self.locales:
            return str(wanted)
        language = (wanted or "").partition("-")[0].lower()
        return language if language in self.locales else self.locales[0]

    def load_reward(self, reward_id: str) -> Reward:
        """The reward of the catalogue; raises RewardNotFoundError."""
        for reward in self.rewards:
            if reward.id == reward_id:
                return reward
        raise RewardNotFoundError


@dataclass(frozen=True, slots=True)
class VersionMark:
    """That a version exists, and from when it counts."""

    version: int
    effective_from: datetime


def version_at(marks: Sequence[VersionMark], instant: datetime) -> int | None:
    """The version in force at that instant: the last to have begun by then (of two at one instant, the later decision).

    What happened before the program began goes by its first version. None where there is no version at all.
    """
    begun = [mark for mark in marks if mark.effective_from <= instant]
    if begun:
        return max(begun, key=lambda mark: (mark.effective_from, mark.version)).version
    first = min(marks, key=lambda mark: (mark.effective_from, -mark.version), default=None)
    return first.version if first else None

"""What the shop does by itself or lets others do: gifts, messages, transfers, stored value, adjustments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Literal

Channel = Literal["email", "sms"]
Feb29 = Literal["feb_28", "mar_1", "skip"]

LEAP_DAY = (2, 29)


@dataclass(frozen=True, slots=True)
class Birthday:
    """The birthday gift: `points`, given `days_before` the day; what 29 February means in a year without one."""

    points: int
    days_before: int = 0
    feb_29: Feb29 = "feb_28"
    channels: tuple[Channel, ...] = ()

    def celebrated_on(self, month: int, day: int, year: int) -> date | None:
        """The day in that year on which somebody born on that month and day has their birthday; None: not at all."""
        if (month, day) != LEAP_DAY or _is_leap(year):
            return date(year, month, day)
        return {"feb_28": date(year, 2, 28), "mar_1": date(year, 3, 1), "skip": None}[self.feb_29]

    def celebrated(self, gift_on: date) -> tuple[date, tuple[tuple[int, int], ...]]:
        """What a gift given on that day is for: the birthday itself, and the (month, day)s of birth that have it then.

        The year of the gift is the birthday's, not that of the day it is given on.
        """
        birthday = gift_on + timedelta(days=self.days_before)
        born = [(birthday.month, birthday.day)]
        if born != [LEAP_DAY] and self.celebrated_on(*LEAP_DAY, birthday.year) == birthday:
            born.append(LEAP_DAY)
        return birthday, tuple(born)


@dataclass(frozen=True, slots=True)
class MessagePolicy:
    """Who messages come from, and the local hours in which none is sent (they may span midnight)."""

    from_email: str | None = None
    sender_id: str | None = None
    quiet_from: time | None = None
    quiet_to: time | None = None


@dataclass(frozen=True, slots=True)
class TransferPolicy:
    """Members may give each other points: so many a local day at the most, so many at a time at least."""

    per_day: int
    minimum: int = 1


@dataclass(frozen=True, slots=True)
class StoredValuePolicy:
    """Members may keep money with the shop: `maximum` is the most that one account holds, in the smallest unit."""

    maximum: int


@dataclass(frozen=True, slots=True)
class AdjustmentPolicy:
    """What staff may give or take: `limits` in points at a time, by role (a role that is not there has no limit of its
    own), `approval_above` how many ask for a second person (None: none do), `reason_codes` what may be named (empty: any).
    """

    limits: Mapping[str, int] = field(default_factory=dict)
    approval_above: int | None = None
    reason_codes: tuple[str, ...] = ()


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)

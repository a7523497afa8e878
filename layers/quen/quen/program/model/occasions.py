"""Gifts for occasions: birthdays and holidays, when they are, and what they give to members of each tier."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal, Protocol

from msgspec import Struct, field

from quen.business_days import end_of_month
from quen.lunar import lunar_day
from quen.program.model.messaging import Channel
from quen.program.model.texts import text_in

Feb29 = Literal["feb_28", "mar_1", "skip"]

LEAP_DAY = (2, 29)


class RewardGift(Struct, frozen=True):
    """A reward for nothing, which can be had for so many days, the first one included."""

    reward_id: str
    valid_days: int

    def last_day(self, first: date) -> date:
        """The last day on which it can be had."""
        return first + timedelta(days=self.valid_days - 1)


class PerkGift(Struct, frozen=True):
    """A perk for so many days, the first one included; None: to the end of their month."""

    perk_id: str
    days: int | None = None

    def last_day(self, first: date) -> date:
        """The last day on which the member has it."""
        return end_of_month(first) if self.days is None else first + timedelta(days=self.days - 1)


class Gift(Struct, frozen=True):
    """What is given at once: each of these, as far as it is there."""

    points: int = 0
    reward: RewardGift | None = None
    perk: PerkGift | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether nobody would have anything of it."""
        return not (self.points or self.reward or self.perk)


_NOTHING = Gift()


class Gifts(Struct, frozen=True):
    """What an occasion gives: members of some tiers have a gift of their own, instead of the `general` one."""

    general: Gift = _NOTHING
    by_tier: Mapping[str, Gift] = field(default_factory=dict)

    def for_tier(self, tier: str) -> Gift:
        """The whole gift of a member of that tier."""
        return self.by_tier.get(tier, self.general)

    @property
    def are_nothing(self) -> bool:
        """Whether nobody is given anything."""
        return all(gift.is_nothing for gift in (self.general, *self.by_tier.values()))


class Birthday(Struct, frozen=True):
    """The birthday gift: `points`, a `reward`, a `perk`, or what a tier has instead; given `days_before` the day, to whose
    birthday was known `known_days` before it (0: it need not be). `feb_29` is what 29 February means in a year without one.
    """

    points: int = 0
    days_before: int = 0
    feb_29: Feb29 = "feb_28"
    channels: tuple[Channel, ...] = ()
    reward: RewardGift | None = None
    perk: PerkGift | None = None
    by_tier: Mapping[str, Gift] = field(default_factory=dict)
    known_days: int = 0

    @property
    def gifts(self) -> Gifts:
        """What is given to whom."""
        return Gifts(Gift(self.points, self.reward, self.perk), self.by_tier)

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

    def was_known(self, set_on: date | None, birthday: date) -> bool:
        """Whether a birthday that was last set on that day (None: it came with the member) was known early enough."""
        return not self.known_days or set_on is None or set_on + timedelta(days=self.known_days) <= birthday


class Recurrence(Protocol):
    """When a holiday is."""

    def year_of(self, day: date) -> int | None:
        """The year whose holiday that day is; None where it is none. No year has two."""


class EveryYear(Struct, frozen=True):
    """The same day of every year."""

    month: int
    day: int

    def year_of(self, day: date) -> int | None:
        """The day's own year."""
        return day.year if (day.month, day.day) == (self.month, self.day) else None


class EveryLunarYear(Struct, frozen=True):
    """The same day of every Vietnamese lunar year, in the ordinary month where one comes twice; day 30 is the last day of a
    month that has only 29.
    """

    month: int
    day: int

    def year_of(self, day: date) -> int | None:
        """The lunar year, by the year in which it begins: a day at its end may come twice in one of the common calendar."""
        lunar = lunar_day(day)
        if lunar.is_leap or lunar.month != self.month:
            return None
        is_last = self.day == 30 and lunar.day == 29 and lunar_day(day + timedelta(days=1)).day == 1
        return lunar.year if lunar.day == self.day or is_last else None


class OneDay(Struct, frozen=True):
    """A day that does not come again."""

    day: date

    def year_of(self, day: date) -> int | None:
        """The day's own year."""
        return day.year if day == self.day else None


class Holiday(Struct, frozen=True):
    """A day on which members are given something, `days_before` it. Where it is for a `segment`, or for who has one of these
    `tags`, others have nothing. `message` is what they are told by locale, instead of a greeting of ours.
    """

    id: str
    name: Mapping[str, str]
    on: Recurrence
    gifts: Gifts
    days_before: int = 0
    segment: str = ""
    tags: frozenset[str] = frozenset()
    message: Mapping[str, str] = field(default_factory=dict)
    channels: tuple[Channel, ...] = ()

    def celebrated(self, gift_on: date) -> tuple[date, int] | None:
        """What a gift given on that day is for: the holiday itself, and its year; None where it is for nothing."""
        day = gift_on + timedelta(days=self.days_before)
        year = self.on.year_of(day)
        return None if year is None else (day, year)

    def name_in(self, locale: str | None) -> str:
        """The name in that locale, or in its language, or in the program's first locale."""
        return text_in(self.name, locale)

    def message_in(self, locale: str | None) -> str | None:
        """The message likewise; None where there is none."""
        return text_in(self.message, locale) if self.message else None


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)

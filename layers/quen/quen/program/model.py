"""A program as the rest of the house sees it: the values of one version of the document, and the plain sums they decide.

Integers and fractions only; a float in here is a defect. A `Program` is never changed: a change is a new version, and
an entry keeps the number of the version that decided it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

from quen.business_days import add_months, end_of_month, end_of_quarter, end_of_year, local_day
from quen.errors import RewardNotFoundError
from quen.money import Money

Activity = Literal["purchase", "redemption", "bonus"]
Channel = Literal["email", "sms"]
EndOf = Literal["end_of_month", "end_of_quarter", "end_of_year"]
ExpiryKind = Literal["none", "months", "days", "fixed", "inactive_months"]
Feb29 = Literal["feb_28", "mar_1", "skip"]
Rounding = Literal["floor", "half_up", "ceiling"]
Scope = Literal["day", "purchase"]
Wallet = Literal["points", "qualifying", "stamps"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

LEAP_DAY = (2, 29)
_ENDS: Mapping[EndOf, Callable[[date], date]] = {
    "end_of_month": end_of_month,
    "end_of_quarter": end_of_quarter,
    "end_of_year": end_of_year,
}


@dataclass(frozen=True, slots=True)
class Expiry:
    """How long points live, counted from the day they become active; they live to 24:00 local of their last day.

    `amount` is the number of months or days; `month_day` the fixed day, the same every year; `at` moves the last day on
    to the end of its month, quarter or year. With `inactive_months` all of a member's points live so long after the
    member's last activity; `activities` names what counts as one. A lot keeps the last day it has: another model, or an
    activity, may move it on, never back.
    """

    kind: ExpiryKind = "none"
    amount: int = 0
    at: EndOf | None = None
    month_day: tuple[int, int] | None = None
    activities: frozenset[Activity] = frozenset()

    def expires_on(self, activated_on: date) -> date | None:
        """The last day of points that became active (or, by inactivity, were last renewed) on that day; None: never.

        A fixed day is the next one, the activation day included. 31 January and one month is the last day of February.
        """
        if self.month_day is not None:
            this_year = date(activated_on.year, *self.month_day)
            return this_year if this_year >= activated_on else this_year.replace(year=this_year.year + 1)
        if self.kind == "none":
            return None
        by_days = self.kind == "days"
        last = activated_on + timedelta(days=self.amount) if by_days else add_months(activated_on, self.amount)
        return _ENDS[self.at](last) if self.at else last

    def renews_on(self, activity: Activity) -> bool:
        """Whether that activity gives all of the member's points a new last day."""
        return self.kind == "inactive_months" and activity in self.activities


@dataclass(frozen=True, slots=True)
class PointsPolicy:
    """What points are: `worth_points` of them are worth `worth_money` (smallest unit) at the till; how long they wait
    before they are active, how long they live, how far a return may push an account below zero, and the one rounding.
    """

    worth_points: int
    worth_money: int
    rounding: Rounding = "floor"
    pending_days: int = 0
    expiry: Expiry = Expiry()
    debt_limit: int = 0


@dataclass(frozen=True, slots=True)
class EarningRule:
    """One way to earn. Exactly one of four shapes:

        purchase, `points` per `per`     of the total, in the currency's smallest unit: a base rule
        purchase, `multiplier`           adds (multiplier − 1) × what the base rules give, up to `cap_points`
        purchase, `points` alone         so many for each purchase of more than nothing: stamps
        enrolment, `points`              once, when a member joins

    `weekdays` (Monday is 0; empty: every day) are local days of the purchase. `wallet` is what is earned; a multiplier
    multiplies its own wallet's base rules. `pending_days` is how long the points wait; None: as the program says.
    """

    id: str
    on: Literal["purchase", "enrolment"]
    points: int | None = None
    per: int | None = None
    multiplier: Fraction | None = None
    weekdays: frozenset[int] = frozenset()
    cap_points: int | None = None
    cap_per: Scope | None = None
    wallet: Wallet = "points"
    pending_days: int | None = None

    def applies_on(self, day: date) -> bool:
        """Whether the rule counts for what happens on that local day."""
        return not self.weekdays or day.weekday() in self.weekdays


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
class Reward:
    """What points buy. `name` goes by locale, the program's first locale first.

    `stock` is how many there are in all, `per_member` how many one member may have; None: no limit.
    `expires_in_days` is how long a member has to collect it.
    """

    id: str
    name: Mapping[str, str]
    points: int
    stock: int | None = None
    per_member: int | None = None
    expires_in_days: int = 30

    def name_in(self, locale: str | None) -> str:
        """The name in that locale, or in its language, or in the program's first locale."""
        return text_in(self.name, locale)


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
    messages: MessagePolicy = MessagePolicy()
    reservation_minutes: int = 15
    accepted_days: int = 90
    grace_days: int = 14
    undo_days: int = 30
    transfers: TransferPolicy | None = None
    stored_value: StoredValuePolicy | None = None
    adjustments: AdjustmentPolicy = AdjustmentPolicy()

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


def text_in(texts: Mapping[str, str], locale: str | None) -> str:
    """The text for that locale, or for its language, or the first one there is."""
    language = (locale or "").partition("-")[0].lower()
    return texts.get(locale or "") or texts.get(language) or next(iter(texts.values()))


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)

"""What points are: their worth, their one rounding, how long they wait and live."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from quen.business_days import add_months, end_of_month, end_of_quarter, end_of_year

Activity = Literal["purchase", "redemption", "bonus"]
EndOf = Literal["end_of_month", "end_of_quarter", "end_of_year"]
ExpiryKind = Literal["none", "months", "days", "fixed", "inactive_months"]
Rounding = Literal["floor", "half_up", "ceiling"]

_ENDS: Mapping[EndOf, Callable[[date], date]] = {
    "end_of_month": end_of_month,
    "end_of_quarter": end_of_quarter,
    "end_of_year": end_of_year,
}


class ExpiryWarning(Struct, frozen=True):
    """Members are warned so many `days` before their points end, of what ends within `together_days` at once. Where it
    `is_required`, points of whoever may be told do not end before a warning has arrived: they live on by `grace_days`.
    """

    days: tuple[int, ...] = ()
    together_days: int = 7
    is_required: bool = False
    grace_days: int = 14

    def stages(self, expiry: Expiry) -> list[int]:
        """The days before the end at which a warning is due, the earliest first: none is due before points can be there."""
        life = {"days": expiry.amount, "months": 28 * expiry.amount, "inactive_months": 28 * expiry.amount}
        shortest = NO_LIFE if expiry.at else life.get(expiry.kind, NO_LIFE)
        return sorted((day for day in self.days if day < shortest), reverse=True)


NO_LIFE = 10**6
"""More days than points live that have no length of life of their own."""
NO_WARNING = ExpiryWarning()


class Expiry(Struct, frozen=True):
    """How long points live, counted from the day they become active; they live to 24:00 local of their last day.

    `amount` is the number of months or days; `month_day` the fixed day, the same every year; `at` moves the last day on
    to the end of its month, quarter or year. With `inactive_months` all of a member's points live so long after the
    member's last activity; `activities` names what counts as one. A lot keeps the last day it has: another model, or an
    activity, may move it on, never back. `warning` says when members are told before.
    """

    kind: ExpiryKind = "none"
    amount: int = 0
    at: EndOf | None = None
    month_day: tuple[int, int] | None = None
    activities: frozenset[Activity] = frozenset()
    warning: ExpiryWarning = NO_WARNING

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


class PointsPolicy(Struct, frozen=True):
    """What points are: `worth_points` of them are worth `worth_money` (smallest unit) at the till; how long they wait
    before they are active, how long they live, how far a return may push an account below zero, and the one rounding.
    """

    worth_points: int
    worth_money: int
    rounding: Rounding = "floor"
    pending_days: int = 0
    expiry: Expiry = Expiry()
    debt_limit: int = 0

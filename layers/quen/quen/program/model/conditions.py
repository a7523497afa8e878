"""Conditions: what must be so for a rule, a campaign or a reward to count, as trees of small questions. Pure.

Every condition answers one question: `failure(occasion)` is None where it holds, else the code of the reason why not,
which the explanation of a receipt turns into a sentence. The answer hangs on the occasion alone, so that a purchase that
is priced again after a return is judged by what was true when it was made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Protocol

from msgspec import Struct

from quen.lunar import is_within
from quen.program.model.goods import Goods

MonthDay = tuple[int, int]


class Facts(Struct, frozen=True):
    """What conditions may know of the member, as of the moment: kept with what was decided by it.

    `tier` is empty where the program has none; `segments` are those that held; `nth` is which purchase of the member it is,
    counted from 1; `perks` are those that multiply points.
    """

    tier: str = ""
    segments: frozenset[str] = frozenset()
    is_birthday_month: bool = False
    nth: int = 1
    perks: frozenset[str] = frozenset()


class Occasion(Struct, frozen=True):
    """What conditions are asked about: when and where, for how much, what was bought, how it was paid, and by whom.

    `minute` counts from local midnight; `amount` is the bill, in the currency's smallest unit; `goods` are the SKU and the
    category of every line; `tenders` the kinds of payment that paid something.
    """

    day: date
    minute: int = 0
    store: str | None = None
    amount: int = 0
    goods: Sequence[tuple[str, str | None]] = ()
    tenders: Collection[str] = ()
    facts: Facts = Facts()


class Condition(Protocol):
    """A question about an occasion."""

    def failure(self, occasion: Occasion) -> str | None:
        """None where it holds, else why not: a stable code."""


class OnWeekdays(Struct, frozen=True):
    """Local days of the week; Monday is 0."""

    weekdays: frozenset[int]

    def failure(self, occasion: Occasion) -> str | None:
        """`other_weekday`, or None."""
        return None if occasion.day.weekday() in self.weekdays else "other_weekday"


class AtTimes(Struct, frozen=True):
    """From one minute of the local day up to another one, which no longer belongs to it; they may span midnight."""

    first: int
    end: int

    def failure(self, occasion: Occasion) -> str | None:
        """`other_time`, or None."""
        if self.first <= self.end:
            is_within_times = self.first <= occasion.minute < self.end
        else:
            is_within_times = occasion.minute >= self.first or occasion.minute < self.end
        return None if is_within_times else "other_time"


class OnDates(Struct, frozen=True):
    """Local days from the first to the last one, both included; None: without that end."""

    first: date | None
    last: date | None

    def failure(self, occasion: Occasion) -> str | None:
        """`other_date`, or None."""
        is_too_early = self.first is not None and occasion.day < self.first
        is_too_late = self.last is not None and occasion.day > self.last
        return "other_date" if is_too_early or is_too_late else None


class OnLunarDays(Struct, frozen=True):
    """Days of the Vietnamese lunar year, every year: see `quen.lunar.is_within`."""

    first: MonthDay
    last: MonthDay

    def failure(self, occasion: Occasion) -> str | None:
        """`other_lunar_day`, or None."""
        return None if is_within(occasion.day, self.first, self.last) else "other_lunar_day"


class AtStores(Struct, frozen=True):
    """One of these stores."""

    stores: frozenset[str]

    def failure(self, occasion: Occasion) -> str | None:
        """`other_store`, or None."""
        return None if occasion.store in self.stores else "other_store"


class OfAmount(Struct, frozen=True):
    """A bill of so much at least and at most, in the currency's smallest unit."""

    at_least: int = 0
    at_most: int | None = None

    def failure(self, occasion: Occasion) -> str | None:
        """`amount_too_small`, `amount_too_large`, or None."""
        if occasion.amount < self.at_least:
            return "amount_too_small"
        return "amount_too_large" if self.at_most is not None and occasion.amount > self.at_most else None


class WithGoods(Struct, frozen=True):
    """At least one line of these goods."""

    goods: Goods

    def failure(self, occasion: Occasion) -> str | None:
        """`other_goods`, or None."""
        return None if any(self.goods.include(sku, category) for sku, category in occasion.goods) else "other_goods"


class PaidWith(Struct, frozen=True):
    """Something was paid with one of these tenders."""

    tenders: frozenset[str]

    def failure(self, occasion: Occasion) -> str | None:
        """`other_tender`, or None."""
        return "other_tender" if self.tenders.isdisjoint(occasion.tenders) else None


class InTiers(Struct, frozen=True):
    """A member of one of these tiers."""

    tiers: frozenset[str]

    def failure(self, occasion: Occasion) -> str | None:
        """`other_tier`, or None."""
        return None if occasion.facts.tier in self.tiers else "other_tier"


class InSegments(Struct, frozen=True):
    """A member of at least one of these segments."""

    segments: frozenset[str]

    def failure(self, occasion: Occasion) -> str | None:
        """`other_segment`, or None."""
        return "other_segment" if self.segments.isdisjoint(occasion.facts.segments) else None


class InBirthdayMonth(Struct, frozen=True):
    """The month in which the member was born."""

    def failure(self, occasion: Occasion) -> str | None:
        """`other_birthday_month`, or None."""
        return None if occasion.facts.is_birthday_month else "other_birthday_month"


class NthPurchase(Struct, frozen=True):
    """The member's n-th purchase; or with `is_every`, every n-th one."""

    n: int
    is_every: bool = False

    def failure(self, occasion: Occasion) -> str | None:
        """`other_purchase_number`, or None."""
        nth = occasion.facts.nth
        return None if (nth % self.n == 0 if self.is_every else nth == self.n) else "other_purchase_number"


class AllOf(Struct, frozen=True):
    """Every one of these; what fails first is the reason."""

    parts: tuple[Condition, ...]

    def failure(self, occasion: Occasion) -> str | None:
        """The first reason, or None."""
        for part in self.parts:
            if reason := part.failure(occasion):
                return reason
        return None


class AnyOf(Struct, frozen=True):
    """At least one of these."""

    parts: tuple[Condition, ...]

    def failure(self, occasion: Occasion) -> str | None:
        """The reason of the only part, `none_of_these` where there are several, or None."""
        reasons = [part.failure(occasion) for part in self.parts]
        if None in reasons:
            return None
        return reasons[0] if len(reasons) == 1 else "none_of_these"


class NotThis(Struct, frozen=True):
    """The opposite."""

    part: Condition

    def failure(self, occasion: Occasion) -> str | None:
        """`ruled_out`, or None."""
        return "ruled_out" if self.part.failure(occasion) is None else None


def leaves(condition: Condition | None) -> Iterator[Condition]:
    """Every question of a tree that is no combination of others."""
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, NotThis):
        yield from leaves(condition.part)
    elif condition is not None:
        yield condition

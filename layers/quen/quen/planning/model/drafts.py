"""A purchase in the making: changed as little as needed until a condition holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from quen.earning.model import Purchase, PurchaseLine, Tender
from quen.money import Money
from quen.program.model import (
    AllOf,
    AnyOf,
    AtStores,
    AtTimes,
    Condition,
    Facts,
    Goods,
    InBirthdayMonth,
    InSegments,
    InTiers,
    NotThis,
    NthPurchase,
    Occasion,
    OfAmount,
    OnDates,
    OnLunarDays,
    OnWeekdays,
    PaidWith,
    Program,
    WithGoods,
    leaves,
)

DAYS_AHEAD_MAX = 800
"""Further than any day comes round again, Tết too: twice a lunar year and a bit."""
MINUTES_STEP = 30
_DAY_MINUTES = 24 * 60
_OF_THE_DAY = frozenset({OnDates, OnLunarDays, OnWeekdays})
_ANYTHING: tuple[str, str | None] = ("", None)
_NO_FACTS = Facts()


class Draft(Struct, frozen=True):
    """A purchase by a member, as far as conditions may ask. `goods` share the amount evenly, one piece of each."""

    day: date
    amount: int
    minute: int = 12 * 60
    goods: tuple[tuple[str, str | None], ...] = (_ANYTHING,)
    store: str | None = None
    tender: str | None = None
    facts: Facts = _NO_FACTS

    def occasion(self) -> Occasion:
        """What conditions are asked about."""
        tenders = (self.tender,) if self.tender else ()
        return Occasion(self.day, self.minute, self.store, self.amount, self.goods, tenders, self.facts)

    def purchase(self, program: Program) -> Purchase:
        """The purchase, in the program's zone and currency."""
        at = datetime.combine(self.day, time(*divmod(self.minute, 60)), program.time_zone).astimezone(UTC)
        share, rest = divmod(self.amount, len(self.goods))
        lines = tuple(
            PurchaseLine(str(number), sku, 1, Money(share + (rest if number == 1 else 0), program.currency), category)
            for number, (sku, category) in enumerate(self.goods, 1)
        )
        total = Money(self.amount, program.currency)
        tenders = (Tender(self.tender, total),) if self.tender else ()
        return Purchase("", at, total, self.store, lines, tenders=tenders)

    def with_category(self, category: str) -> Draft:
        """With something of that category: instead of anything, or beside what was chosen before."""
        chosen = () if self.goods == (_ANYTHING,) else self.goods
        return replace(self, goods=(*chosen, ("", category)))

    def with_sku(self, sku: str) -> Draft:
        """With that SKU: what was chosen last is of it, or it stands beside a SKU that was chosen before."""
        *chosen, (last, category) = self.goods
        return replace(self, goods=(*self.goods, (sku, None)) if last else (*chosen, (sku, category)))


def fitted(draft: Draft, condition: Condition | None) -> Draft | None:
    """The draft changed so that the condition holds, on its own day or the next one on which it can; None where no way
    was found.
    """
    if condition is None or _holds(draft, condition):
        return draft
    if isinstance(condition, AnyOf):
        return next((found for part in condition.parts if (found := fitted(draft, part))), None)
    if isinstance(condition, AllOf):
        changed: Draft | None = draft
        for part in condition.parts:
            changed = fitted(changed, part) if changed else None
    else:
        change = _CHANGES.get(type(condition))
        changed = change(draft, condition) if change else draft
    if changed is None:
        return None
    return _moved(changed, condition)


def holding(draft: Draft, goods: Goods | None) -> Draft:
    """With something of those goods on the bill; None: whatever."""
    if goods is None or any(goods.include(sku, category) for sku, category in draft.goods):
        return draft
    return draft.with_category(min(goods.categories)) if goods.categories else draft.with_sku(min(goods.skus))


def _holds(draft: Draft, condition: Condition) -> bool:
    return condition.failure(draft.occasion()) is None


def _moved(draft: Draft, condition: Condition) -> Draft | None:
    """The draft on the first day, or else at the first time of its day, at which the condition holds; it may be its own."""
    if _holds(draft, condition):
        return draft
    asked = {type(leaf) for leaf in leaves(condition)}
    occasion = draft.occasion()
    rest = (occasion.store, occasion.amount, occasion.goods, occasion.tenders, occasion.facts)
    for step in range(1, DAYS_AHEAD_MAX if asked & _OF_THE_DAY else 1):
        day = draft.day + timedelta(days=step)
        if condition.failure(Occasion(day, occasion.minute, *rest)) is None:
            return replace(draft, day=day)
    for minute in range(0, _DAY_MINUTES if AtTimes in asked else 0, MINUTES_STEP):
        if condition.failure(Occasion(occasion.day, minute, *rest)) is None:
            return replace(draft, minute=minute)
    return None


def _on_dates(draft: Draft, asked: OnDates) -> Draft | None:
    """Never back: what is over before the draft's day has no samples."""
    if asked.last is not None and asked.last < draft.day:
        return None
    return replace(draft, day=max(draft.day, asked.first or draft.day))


def _of_amount(draft: Draft, asked: OfAmount) -> Draft:
    amount = max(draft.amount, asked.at_least)
    return replace(draft, amount=amount if asked.at_most is None else min(amount, asked.at_most))


def _not(draft: Draft, asked: NotThis) -> Draft:
    """Without what is ruled out, where leaving it out is enough."""
    if isinstance(asked.part, PaidWith):
        return replace(draft, tender="cash")
    if isinstance(asked.part, AtStores):
        return replace(draft, store=None)
    return replace(draft, goods=(_ANYTHING,)) if isinstance(asked.part, WithGoods) else draft


_CHANGES: Mapping[type, Callable[[Draft, Any], Draft | None]] = {
    OnDates: _on_dates,
    OfAmount: _of_amount,
    NotThis: _not,
    AtTimes: lambda draft, asked: replace(draft, minute=asked.first),
    AtStores: lambda draft, asked: replace(draft, store=min(asked.stores)),
    WithGoods: lambda draft, asked: holding(draft, asked.goods),
    PaidWith: lambda draft, asked: replace(draft, tender=min(asked.tenders)),
    InTiers: lambda draft, asked: replace(draft, facts=replace(draft.facts, tier=min(asked.tiers))),
    InSegments: lambda draft, asked: replace(
        draft, facts=replace(draft.facts, segments=draft.facts.segments | {min(asked.segments)})
    ),
    InBirthdayMonth: lambda draft, _: replace(draft, facts=replace(draft.facts, is_birthday_month=True)),
    NthPurchase: lambda draft, asked: replace(draft, facts=replace(draft.facts, nth=asked.n)),
}
"""How to change a draft for what is asked; what is asked of the day is found by looking at the next days."""

"""Conditions of a stored document, as trees of questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, get_args

from quen.program.model import (
    AllOf,
    AnyOf,
    AtStores,
    AtTimes,
    Condition,
    Goods,
    InBirthdayMonth,
    InSegments,
    InTiers,
    NotThis,
    NthPurchase,
    OfAmount,
    OnDates,
    OnLunarDays,
    OnWeekdays,
    PaidWith,
    Weekday,
    WithGoods,
)

WEEKDAYS: Sequence[Weekday] = get_args(Weekday)
FESTIVALS: Mapping[str, Mapping[str, str]] = {
    "tet": {"from": "12-23", "to": "01-07"},
    "mid_autumn": {"from": "08-01", "to": "08-15"},
}
"""Windows of the Vietnamese lunar year that have a name: Tết from the day of the Kitchen Gods to the day on which the pole
is taken down, Mid-Autumn from the new moon to the full one.
"""
Categories = Mapping[str, frozenset[str]]
"""Every category with all its parts, itself among them."""


def condition_of(when: Mapping[str, Any] | None, categories: Categories) -> Condition | None:
    """The condition of a `when`; None where it asks nothing. Its members must all hold."""
    parts = [_PARTS[name](said, categories) for name, said in (when or {}).items()]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def goods_of(goods: Mapping[str, Any] | None, categories: Categories) -> Goods | None:
    """The goods of those categories, with all their parts, and of those SKUs; None where none are named."""
    if not goods:
        return None
    parts = [categories.get(category, frozenset({category})) for category in goods.get("categories", ())]
    return Goods(frozenset().union(*parts), frozenset(goods.get("skus", ())))


def categories_of(sections: Sequence[Mapping[str, Any]]) -> Categories:
    """Every category with all its parts."""
    parts: dict[str, set[str]] = {section["id"]: {section["id"]} for section in sections}
    parents = {section["id"]: section["in"] for section in sections if "in" in section}
    for category in parts:
        parent = parents.get(category)
        while parent is not None:
            parts[parent].add(category)
            parent = parents.get(parent)
    return {category: frozenset(all_parts) for category, all_parts in parts.items()}


def dates_of(window: Mapping[str, Any] | None) -> tuple[date | None, date | None]:
    """The first and the last day of a window, where it names them."""
    first, last = (window or {}).get("from"), (window or {}).get("to")
    return date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None


def minute_of(time_of_day: str) -> int:
    """Minutes since midnight of `HH:MM`."""
    hours, minutes = time_of_day.split(":")
    return int(hours) * 60 + int(minutes)


def _times(said: Mapping[str, str], _: Categories) -> Condition:
    return AtTimes(minute_of(said["from"]), minute_of(said["to"]))


def _lunar(said: Mapping[str, str], _: Categories) -> Condition:
    return OnLunarDays(_month_day(said["from"]), _month_day(said["to"]))


def _festival(said: Sequence[str], known: Categories) -> Condition:
    windows = tuple(_lunar(FESTIVALS[name], known) for name in said)
    return windows[0] if len(windows) == 1 else AnyOf(windows)


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def _amount(said: Mapping[str, int], _: Categories) -> Condition:
    return OfAmount(said.get("at_least", 0), said.get("at_most"))


def _nth(said: Mapping[str, int], _: Categories) -> Condition:
    return NthPurchase(said["every"], is_every=True) if "every" in said else NthPurchase(said["is"])


def _goods(categories: Sequence[str], skus: Sequence[str], known: Categories) -> Condition:
    return WithGoods(goods_of({"categories": categories, "skus": skus}, known) or Goods())


def _several(whens: Sequence[Mapping[str, Any]], categories: Categories) -> tuple[Condition, ...]:
    found = (condition_of(when, categories) for when in whens)
    return tuple(condition for condition in found if condition is not None)


def _not(said: Mapping[str, Any], categories: Categories) -> Condition:
    return NotThis(condition_of(said, categories) or AllOf(()))


_PARTS: Mapping[str, Callable[[Any, Categories], Condition]] = {
    "weekday": lambda said, _: OnWeekdays(frozenset(WEEKDAYS.index(name) for name in said)),
    "time": _times,
    "date": lambda said, _: OnDates(*dates_of(said)),
    "lunar": _lunar,
    "festival": _festival,
    "store": lambda said, _: AtStores(frozenset(said)),
    "amount": _amount,
    "category": lambda said, known: _goods(said, (), known),
    "sku": lambda said, known: _goods((), said, known),
    "tender": lambda said, _: PaidWith(frozenset(said)),
    "tier": lambda said, _: InTiers(frozenset(said)),
    "segment": lambda said, _: InSegments(frozenset(said)),
    "birthday_month": lambda _said, _known: InBirthdayMonth(),
    "nth_purchase": _nth,
    "all": lambda said, known: AllOf(_several(said, known)),
    "any": lambda said, known: AnyOf(_several(said, known)),
    "not": _not,
}
"""What every member of a `when` asks."""

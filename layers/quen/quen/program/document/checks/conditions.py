"""Conditions that can never hold, windows that can never meet, and names that nothing has.

A conjunction is read as the sets that it leaves: days of the week, stores, tiers, dates, sizes of a bill. Where one of
these is empty, nothing can ever pass, and whoever wrote it meant something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from quen.errors import Fault
from quen.program.document.checks.reading import at, items, members, texts
from quen.program.document.faults import pointer_to

Path = tuple[str | int, ...]
SETS = ("weekday", "festival", "store", "tier")
"""Members of a `when` of which one value is asked: two lists that have none in common cannot both hold. Tenders are none of
these: a bill may be paid with several.
"""
OF_BILLS = ("tender", "category", "sku")
"""Members of a `when` that hold only where there is a bill, besides its amount."""
_DAY_MINUTES = 24 * 60
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIRST_DAY, _LAST_DAY = date.min, date.max


class Scope(Struct, frozen=True):
    """What conditions that must all hold leave: by name the values, the days, the minutes of the day, the sizes of a bill,
    the numbers that the purchase is divided by. None: whatever. `asks_bill` is what is asked of a bill.
    """

    sets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    first: date = _FIRST_DAY
    last: date = _LAST_DAY
    at_least: int = 0
    at_most: int | None = None
    minutes: frozenset[int] | None = None
    every: frozenset[int] = frozenset()
    asks_bill: str = ""
    has_bill: bool = True

    @property
    def empty(self) -> str | None:
        """Of which member nothing is left; None where something can pass."""
        for name, values in self.sets.items():
            if not values:
                return name
        if self.first > self.last or not self._has_weekday():
            return "date"
        if self.minutes is not None and not self.minutes:
            return "time"
        if self._has_no_number():
            return "nth_purchase"
        if self.asks_bill and not self.has_bill:
            return self.asks_bill
        return "amount" if self.at_most is not None and self.at_least > self.at_most else None

    def meets(self, other: Scope) -> bool:
        """Whether something can pass both."""
        return merged(self, other).empty is None

    def _has_no_number(self) -> bool:
        """Whether none of the purchases that are left is one of every so many."""
        numbers = self.sets.get("nth_purchase")
        return numbers is not None and not any(
            all(int(number) % every == 0 for every in self.every) for number in numbers
        )

    def _has_weekday(self) -> bool:
        """Whether one of the weekdays that are left is among the days that are left."""
        weekdays = self.sets.get("weekday")
        if weekdays is None or (self.last - self.first).days >= len(_WEEKDAYS) - 1:
            return True
        days = ((self.first + timedelta(days=step)).weekday() for step in range((self.last - self.first).days + 1))
        return any(_WEEKDAYS[day] in weekdays for day in days)


def scope_of(when: object) -> Scope:
    """What a `when` leaves, as far as its members must all hold; what it says in another way is left open."""
    ruled_out = _ruled_out(at(when, "not"))
    sets = {name: texts(items(at(when, name))) for name in SETS if items(at(when, name))}
    scope = Scope({name: values - ruled_out.get(name, frozenset()) for name, values in sets.items()})
    scope = merged(scope, window_of(at(when, "date")))
    amount = members(at(when, "amount"))
    at_least, at_most = amount.get("at_least"), amount.get("at_most")
    sizes = Scope(at_least=at_least if type(at_least) is int else 0, at_most=at_most if type(at_most) is int else None)
    scope = merged(merged(scope, sizes), _numbers_of(at(when, "nth_purchase")))
    asked = next((name for name in OF_BILLS if items(at(when, name))), "")
    scope = merged(scope, Scope(minutes=_minutes_of(at(when, "time")), asks_bill=asked))
    for part in items(at(when, "all")):
        scope = merged(scope, scope_of(part))
    return scope


def _ruled_out(when: object) -> Mapping[str, frozenset[str]]:
    """The values that a `not` rules out by itself: one that asks several things at once rules out none of them alone."""
    asked = [name for name, said in members(when).items() if said is not None]
    return {name: texts(items(at(when, name))) for name in asked if name in SETS} if len(asked) == 1 else {}


def window_of(window: object) -> Scope:
    """The days of a window."""
    return Scope(first=_day(at(window, "from")) or _FIRST_DAY, last=_day(at(window, "to")) or _LAST_DAY)


def _minutes_of(window: object) -> frozenset[int] | None:
    """The minutes of a part of the day; None where it is none, which the shape says."""
    first, end = _minute(at(window, "from")), _minute(at(window, "to"))
    if first is None or end is None or first == end:
        return None
    return frozenset(minute % _DAY_MINUTES for minute in range(first, end if first < end else end + _DAY_MINUTES))


def _numbers_of(nth: object) -> Scope:
    """The purchases that are meant; whatever, where it is said elsewhere what is wrong."""
    number, every = at(nth, "is"), at(nth, "every")
    if number is not None and every is not None:
        return Scope()
    sets = {"nth_purchase": frozenset({str(number)})} if type(number) is int else {}
    return Scope(sets, every=frozenset({every}) if type(every) is int and every > 0 else frozenset())


def merged(one: Scope, other: Scope) -> Scope:
    """What both leave."""
    sets = dict(one.sets)
    for name, values in other.sets.items():
        sets[name] = sets[name] & values if name in sets else values
    minutes = [each.minutes for each in (one, other) if each.minutes is not None]
    largest = [most for most in (one.at_most, other.at_most) if most is not None]
    return replace(
        one,
        sets=sets,
        first=max(one.first, other.first),
        last=min(one.last, other.last),
        at_least=max(one.at_least, other.at_least),
        at_most=min(largest, default=None),
        minutes=frozenset.intersection(*minutes) if minutes else None,
        every=one.every | other.every,
        asks_bill=one.asks_bill or other.asks_bill,
        has_bill=one.has_bill and other.has_bill,
    )


def check_when(when: object, path: Path, known: Mapping[str, frozenset[str]]) -> Iterator[Fault]:
    """Faults of a `when` by itself: names that nothing has, windows without a day, conditions that contradict each other.

    `known` are the names that the document gives, by the member of a `when` that may use them.
    """
    yield from check_window(at(when, "date"), (*path, "date"))
    time = members(at(when, "time"))
    if time.get("from") is not None and time.get("from") == time.get("to"):
        yield Fault(pointer_to((*path, "time", "to")), "never", "The window ends at the minute at which it begins.")
    for name, sentence in UNKNOWN.items():
        for number, value in enumerate(items(at(when, name))):
            if isinstance(value, str) and value not in known.get(name, frozenset()):
                yield Fault(pointer_to((*path, name, number)), f"unknown_{name}", sentence)
    nth = members(at(when, "nth_purchase"))
    if nth and len([name for name in ("is", "every") if nth.get(name) is not None]) != 1:
        sentence = 'Say exactly one of "is" and "every".'
        yield Fault(pointer_to((*path, "nth_purchase")), "exactly_one", sentence)
    for name in ("all", "any"):
        for number, part in enumerate(items(at(when, name))):
            yield from check_when(part, (*path, name, number), known)
    if isinstance(at(when, "not"), Mapping):
        yield from check_when(at(when, "not"), (*path, "not"), known)
    if isinstance(when, Mapping) and not any(value is not None for value in when.values()):
        yield Fault(
            pointer_to(path), "asks_nothing", "A condition says what must be so; leave it out where nothing must."
        )
    yield from _contradictions(when, path)


def _contradictions(when: object, path: Path) -> Iterator[Fault]:
    """A fault where its members cannot all hold, though each of its parts could."""
    empty = scope_of(when).empty
    parts_hold = all(scope_of(part).empty is None for part in items(at(when, "all")))
    if empty and parts_hold and window_of(at(when, "date")).empty is None:
        sentence = "These conditions can never all hold at once, so this would never count."
        yield Fault(pointer_to((*path, empty) if at(when, empty) is not None else path), "never", sentence)


def check_window(window: object, path: Path) -> Iterator[Fault]:
    """A fault where a window ends before it begins, or says nothing."""
    if isinstance(window, Mapping):
        if at(window, "from") is None and at(window, "to") is None:
            yield Fault(pointer_to(path), "asks_nothing", "A window has a first day, a last day, or both.")
        if window_of(window).empty:
            yield Fault(
                pointer_to((*path, "to")), "never", "The last day is before the first one: it would never count."
            )


def check_goods(goods: object, path: Path, categories: frozenset[str]) -> Iterator[Fault]:
    """Faults of goods that are named: none at all, or a category that nothing has."""
    if not isinstance(goods, Mapping):
        return
    if not items(at(goods, "categories")) and not items(at(goods, "skus")):
        yield Fault(pointer_to(path), "asks_nothing", "Name categories, SKUs, or both.")
    for number, category in enumerate(items(at(goods, "categories"))):
        if isinstance(category, str) and category not in categories:
            yield Fault(pointer_to((*path, "categories", number)), "unknown_category", UNKNOWN["category"])


def names_of(document: object) -> dict[str, frozenset[str]]:
    """The names that a document gives to its categories, tiers and segments, by the member of a `when` that may use them."""
    return {
        "category": _ids(items(at(document, "categories"))),
        "tier": _ids(items(at(document, "tiers"))),
        "segment": _ids(items(at(document, "segments"))),
    }


UNKNOWN: Mapping[str, str] = {
    "category": "No category of that name is listed under `categories`: add it there, or correct the spelling.",
    "tier": "No tier of that name is listed under `tiers`: add it there, or correct the spelling.",
    "segment": "No segment of that name is listed under `segments`: add it there, or correct the spelling.",
}
"""The sentence for a name that nothing has, by what it should be the name of."""


def _ids(sections: Sequence[object]) -> frozenset[str]:
    return texts(at(section, "id") for section in sections)


def _minute(value: object) -> int | None:
    """The minute of the day; None where it is none, which the shape says."""
    if not isinstance(value, str) or not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        return None
    hours, minutes = value.split(":")
    return int(hours) * 60 + int(minutes)


def _day(value: object) -> date | None:
    """The day; None where it is none, which the shape says."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None

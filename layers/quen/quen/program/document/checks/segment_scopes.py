"""What a segment's questions leave of all members, where they must all hold: a range of each number that is asked about.

Only what is certain is said: a range that is empty, by itself or by what another one implies, lets nobody pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from quen.program.document.checks.reading import at, items

SINCE = ("last_purchase", "first_purchase", "joined")
TALLIES = ("purchases", "spend", "visits")
LONGEST_MONTH = 31
_SETS = ("tier", "birthday_month")
"""Members of which one value is asked: two lists that have none in common cannot both hold."""
_EVER = 10**9
"""More months than anybody asks about."""


class Bounds(NamedTuple):
    """From one number to another, both included; None: without that end."""

    least: int | None = None
    most: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no number is left."""
        return self.least is not None and self.most is not None and self.least > self.most


class Demand(Struct, frozen=True):
    """What is demanded of one number, of days ago or of a tally of so many months; `by` is the question that does so."""

    name: str
    bounds: Bounds
    months: int
    by: str

    def excludes(self, other: Demand) -> bool:
        """Whether both can never hold: more months have no fewer purchases, and the first one was no later than the last."""
        if (self.name, other.name) == ("first_purchase", "last_purchase"):
            return Bounds(other.bounds.least, self.bounds.most).is_empty
        is_within = self.name == other.name and self.months <= other.months
        return is_within and Bounds(self.bounds.least, other.bounds.most).is_empty


def bounds_of(said: object) -> Bounds:
    """The range of `at_least` and `at_most`, as far as these are numbers."""
    least, most = at(said, "at_least"), at(said, "at_most")
    return Bounds(least if type(least) is int else None, most if type(most) is int else None)


def ranges_of(when: object) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every range that a `when` itself states, by the path to it."""
    for name in SINCE:
        if at(when, name, "days_ago") is not None:
            yield (name, "days_ago"), at(when, name, "days_ago")
    for name in TALLIES:
        if at(when, name) is not None:
            yield (name,), at(when, name)


def impossible_in(when: object) -> str | None:
    """The question that leaves nobody together with others that must hold too; None where somebody may pass."""
    together = list(_together(when))
    demands = _tightest([demand for part in together for demand in _demands(part)])
    for demand in demands:
        if any(demand.excludes(other) for other in demands):
            return demand.by
    if any(at(part, "never_bought") is True for part in together) and any(map(_needs_purchase, together)):
        return "never_bought"
    for name in _SETS:
        asked = [frozenset(map(str, items(at(part, name)))) for part in together if items(at(part, name))]
        if asked and not frozenset.intersection(*asked):
            return name
    return None


def _together(when: object) -> Iterator[object]:
    """The `when` and all that must hold with it."""
    yield when
    for part in items(at(when, "all")):
        yield from _together(part)


def _demands(when: object) -> Iterator[Demand]:
    """What a `when` itself demands, and what that says of purchases."""
    for (name, *_), said in ranges_of(when):
        bounds, months = bounds_of(said), at(said, "months") or _EVER
        if type(months) is not int:
            continue  # the shape says so
        yield Demand(name, bounds, months, by=name)
        if name in {"spend", "visits"} and bounds.least:
            least = bounds.least if name == "visits" else 1
            yield Demand("purchases", Bounds(least=least), months, by=name)
        if name == "last_purchase" and (bounds.least or 0) >= LONGEST_MONTH:
            yield Demand("purchases", Bounds(most=0), (bounds.least or 0) // LONGEST_MONTH, by=name)


def _tightest(demands: Sequence[Demand]) -> list[Demand]:
    """Of all that are made of the same number, the two that leave the fewest."""
    rising = sorted(
        (demand for demand in demands if demand.bounds.least is not None), key=lambda one: one.bounds.least or 0
    )
    falling = sorted(
        (demand for demand in demands if demand.bounds.most is not None), key=lambda one: -(one.bounds.most or 0)
    )
    least = {(demand.name, demand.months): demand for demand in rising}
    most = {(demand.name, demand.months): demand for demand in falling}
    return [*least.values(), *most.values()]


def _needs_purchase(when: object) -> bool:
    """Whether it holds only for those who bought something."""
    is_asked_when = any(at(when, name) is not None for name in ("last_purchase", "first_purchase", "store"))
    return is_asked_when or any((bounds_of(at(when, name)).least or 0) > 0 for name in TALLIES)

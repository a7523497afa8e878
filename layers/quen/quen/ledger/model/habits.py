"""Habits: what an account remembers of its member's purchases, so that rules can ask how often, how much, when and where.

A month's tally is what its purchases add up to, in whatever order the receipts come; so are the days: of the first
purchase the earliest, of each store the latest. What came with a merge stands behind the merge's id, so that undoing it
takes away exactly that. A day's visits to a store are counted among the caps, which forget a day when no receipt of it
can come any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from quen.earning.model import Purchase
from quen.ledger.model.standing import tier_of
from quen.ledger.model.values import FIRST, JOINED, STORE, Account, Tally, earliest
from quen.people import Behaviour
from quen.program.model import Program

YEARS = 2
"""The months of so many years are told apart; what was bought before them stands together under EARLIER."""
EARLIER = "earlier"
RETURNED_WHOLE = "~9999-12-31/returned"
"""Under which the caps, which never forget it, count purchases that came back whole, where rules ask for a number."""
STORES_MAX = 10

_NOTHING: Tally = (0, 0, 0)


class Habit(NamedTuple):
    """What an entry says of habits: changes of months, days as they now are, and visits as the caps count them."""

    habits: Mapping[str, Tally]
    seen: Mapping[str, str]
    visits: Mapping[str, int]


def behaviour_of(account: Account, program: Program, on: date) -> Behaviour:
    """What conditions may ask of the account on that day: a tier that staff set may be over by then."""
    months = {month: (purchases, spend, visits) for month, (purchases, spend, visits) in account.habits.items()}
    stores = tuple(store for store in _stores(account.seen) if store)
    return Behaviour(
        months, account.first_bought_on, account.last_bought_on, stores[-STORES_MAX:], tier_of(account, program, on)
    )


def with_purchase(account: Account, bought: Purchase, day: date) -> Habit:
    """One purchase more in its month, and a visit where it is the member's first one of that day at that store."""
    store, on = bought.store_id or "", day.isoformat()
    key = _visit_key(on, store)
    known = account.caps.get(key, 0)
    tally = [1, bought.total.amount, int(not known)]
    return Habit({on[:7]: tally}, _seen(account.seen, store, on), {key: known + 1})


def without_goods(account: Account, before: Purchase, amount: int, day: date, *, is_whole: bool) -> Habit:
    """So much less was spent in the purchase's month, and where nothing of it is left, it never was; nor was its visit,
    unless another purchase is known of that day at that store.
    """
    on = day.isoformat()
    key = _visit_key(on, before.store_id or "")
    known = account.caps.get(key, 0)
    month = place_of(account.habits, on[:7])
    lost = (int(is_whole), amount, int(is_whole and known <= 1))
    change = [-min(less, had) for less, had in zip(lost, account.habits.get(month, _NOTHING), strict=True)]
    return Habit({month: change} if any(change) else {}, {}, {key: known - 1} if is_whole and known else {})


def added(habits: Mapping[str, Tally], changes: Mapping[str, Tally]) -> Mapping[str, Tally]:
    """The months after these changes; those of long ago stand together, and one with nothing in it is gone."""
    after = {**habits, **{month: _sum(habits.get(month, _NOTHING), change) for month, change in changes.items()}}
    if len(after) == len(habits) and all(any(after[month]) for month in changes):
        return after  # the same months, in the same order
    forgotten = _forgotten(after)
    if EARLIER in after or min(after) <= forgotten:
        return summed((EARLIER if month <= forgotten else month, after[month]) for month in sorted(after))
    return {month: after[month] for month in sorted(after) if any(after[month])}


def summed(tallies: Iterable[tuple[str, Tally]]) -> dict[str, Tally]:
    """Tallies by month, those of the same one added up; without those that come to nothing."""
    sums: dict[str, Tally] = {}
    for month, tally in tallies:
        sums[month] = _sum(sums.get(month, _NOTHING), tally)
    return {month: tally for month, tally in sums.items() if any(tally)}


def place_of(habits: Mapping[str, Tally], month: str) -> str:
    """Under which month it stands: its own, or that of all months that are no longer told apart."""
    is_earlier = month not in habits and month <= (_forgotten(habits) or EARLIER)
    return EARLIER if is_earlier and EARLIER in habits else month


def given_back(habits: Mapping[str, Tally], carried: Mapping[str, Tally]) -> list[tuple[str, str, Tally]]:
    """What goes back of the months that came, as far as it is there: the month as it came, where it stands now, how much."""
    left = dict(habits)
    found: list[tuple[str, str, Tally]] = []
    for month, tally in carried.items():
        place = place_of(left, month)
        there = left.get(place, _NOTHING)
        share = [min(amount, had) for amount, had in zip(tally, there, strict=True)]
        left[place] = [had - amount for amount, had in zip(share, there, strict=True)]
        found.append((month, place, share))
    return found


def seen_after(seen: Mapping[str, str], changes: Mapping[str, str]) -> Mapping[str, str]:
    """The days after these changes; one that is now empty is gone."""
    if not changes:
        return seen
    after = {**seen, **changes}
    return {key: after[key] for key in sorted(after) if after[key]}


def days_brought(seen: Mapping[str, str], merge_id: str) -> Mapping[str, str]:
    """The days of a member who is merged, as the survivor has them: beside their own."""
    days = dict(sorted(_stores(seen).items(), key=lambda item: (item[1], item[0]))[-STORES_MAX:])
    named = {f"{STORE}{store}": day for store, day in days.items()}
    for what in (FIRST, JOINED):
        if day := earliest(what, seen):
            named[what] = day.isoformat()
    return {f"{merge_id}/{key}": day for key, day in named.items()}


def without_brought(seen: Mapping[str, str], merge_id: str) -> Mapping[str, str]:
    """The change that takes away what came with that merge."""
    return {key: "" for key in seen if key.startswith(f"{merge_id}/")}


def _seen(seen: Mapping[str, str], store: str, day: str) -> dict[str, str]:
    """What a purchase changes: the first day, and the store's last; where it is a store too many, the longest unseen goes."""
    changes = {FIRST: day} if day < seen.get(FIRST, "~") else {}
    key = f"{STORE}{store}"
    if day <= seen.get(key, ""):
        return changes
    if key in seen or not store:
        return changes | {key: day}
    named = {known: last for known, last in seen.items() if known.startswith(STORE) and known != STORE}
    if len(named) < STORES_MAX:
        return changes | {key: day}
    oldest = min(named, key=lambda known: (named[known], known))
    is_newer = (day, key) > (named[oldest], oldest)
    return changes | ({key: day, oldest: ""} if is_newer else {})


def _stores(seen: Mapping[str, str]) -> Mapping[str, str]:
    """The last day at every store, whoever went there, in order of last use; "" is a till that names none."""
    days: dict[str, str] = {}
    for key, day in seen.items():
        _, is_store, store = key.partition(STORE)
        if is_store:
            days[store] = max(days.get(store, ""), day)
    return dict(sorted(days.items(), key=lambda item: (item[1], item[0])))


def _visit_key(day: str, store: str) -> str:
    """What the caps count a day's purchases at a store under; no rule can have that name."""
    return f"{day}/visit@{store}"


def _forgotten(habits: Iterable[str]) -> str:
    """The last month that is no longer told apart; years are counted back from the newest one."""
    newest = max((month for month in habits if month != EARLIER), default="")
    return f"{int(newest[:4]) - YEARS}{newest[4:]}" if newest else ""


def _sum(one: Tally, other: Tally) -> Tally:
    return [one[0] + other[0], one[1] + other[1], one[2] + other[2]]

"""What an account should remember, counted anew from everything that ever happened to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from quen.ledger.model import Entry
from till import Till


def recounted(till: Till) -> dict[str, list[int]]:
    """Purchases that did not come back whole, and what was spent, by month."""
    months: dict[str, list[int]] = {}
    for number, sale in till.sales.items():
        amount, returns = sale["total"][0], till.returns[number]
        back = sum(taken["amount"] for taken in returns)
        month = till.program.local_day(datetime.fromisoformat(sale["occurred_at"])).isoformat()[:7]
        purchases, spend = months.get(month, [0, 0])
        months[month] = [purchases + int(not returns or back < amount), spend + amount - back]
    return months


def told_apart(months: dict[str, list[int]]) -> set[str]:
    """The two years up to the newest month."""
    newest = max(months, default="")
    return {month for month in months if month > f"{int(newest[:4]) - 2}{newest[4:]}"}


def sum_of(tallies: Collection[Sequence[int]]) -> list[int]:
    """Purchases and spend of all months together."""
    return [sum(tally[each] for tally in tallies) for each in (0, 1)]


def taken_with(entry: Entry) -> Counter[str]:
    """Limited rewards that the entry takes."""
    is_taken = entry.hold and entry.hold.change in {"opened", "spent"}
    return Counter({entry.hold.hold.limit_key: entry.hold.hold.counted} if entry.hold and is_taken else {})


def given_up_with(entry: Entry) -> Counter[str]:
    """Those that come back with it: a hold that is called off or lapses, a refund."""
    is_returned = entry.hold and entry.hold.change == "returned"
    back = {entry.hold.hold.limit_key: entry.hold.hold.counted} if entry.hold and is_returned else {}
    return Counter(back) + Counter({key: -step for key, step in entry.rewards.items()})

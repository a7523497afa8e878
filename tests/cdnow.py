"""CDNOW's history computed on its own, and a synthetic file with the traps of the real one.

The computation reads the raw text and knows nothing of Quen: a point for each whole dollar, which lives to the end of the
month `months` after the one it was earned in. No float, no library of ours.
"""

from __future__ import annotations

import calendar
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass
class Balance:
    """One customer's points. `lots` is what is active, by last day."""

    purchases: int = 0
    earned: int = 0
    expired: int = 0
    lots: dict[date, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def active(self) -> int:
        return sum(self.lots.values())


def compute_balances(text: str, *, months: int = 12) -> dict[int, Balance]:
    """Each customer's balance in the morning of the history's last day, by the first column."""
    rows = [line.split() for line in text.splitlines() if line.strip() and "customer_id" not in line]
    bought = sorted((row[-3], int(row[0]), row[-1]) for row in rows)
    today = _day(bought[-1][0])
    balances: dict[int, Balance] = defaultdict(Balance)
    for day, customer, dollars in bought:
        points = int(dollars.partition(".")[0])
        balance, last = balances[customer], _last_day(_day(day), months)
        balance.purchases += 1
        balance.earned += points
        if last < today:
            balance.expired += points
        elif points:
            balance.lots[last] += points
    return dict(balances)


def make_history(seed: int, *, customers: int, first_day: date, days: int, purchases: int) -> str:
    """A file in the sample's layout: blanks in front, CRLF, two purchases on one day, the same line twice, 0.00."""
    chance = random.Random(seed)
    rows = []
    for number in range(purchases):
        customer = number + 1 if number < customers else chance.randint(1, customers)
        day = first_day + timedelta(days=chance.randrange(days))
        cents = 0 if number % 17 == 3 else chance.choice((99, 100, 101, 1477, 2933, chance.randrange(30_000)))
        rows.append((customer, day, cents))
        if number % 7 == 0:
            rows.append((customer, day, cents if number % 2 else cents + 51))
    rows += [(1, first_day, 1250), (1, first_day + timedelta(days=days - 1), 999)]
    lines = [
        f" {customer * 9:05d} {customer:04d} {day:%Y%m%d} {1 + cents % 4:2d} {cents // 100:4d}.{cents % 100:02d}"
        for customer, day, cents in sorted(rows)
    ]
    return "\r\n".join(lines) + "\r\n"


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _last_day(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])

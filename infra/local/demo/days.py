"""What is bought and when: before work and in the evening, more at weekends' midday, more when wages have come.

Rule: the same seed, first day and sizes always give the same history, to the byte, on every machine.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from local.demo.people import STORES, Guest, make_guests

SEED = 2026
FIRST_DAY = date(2026, 7, 1)
DAYS = 90
GUESTS = 200
COLUMNS = (
    "purchase_id",
    "phone",
    "occurred_at",
    "amount",
    "store_id",
    "name",
    "email",
    "birthday",
    "locale",
    "consents",
)

OPENS, CLOSES = 6 * 60 + 30, 21 * 60 + 45  # minutes after midnight
MENU = (  # dong, and how often it is ordered
    (25_000, 14),  # cà phê đen đá
    (29_000, 30),  # cà phê sữa đá
    (32_000, 18),  # bạc xỉu
    (45_000, 12),  # trà sen vàng
    (45_000, 10),  # trà đào cam sả
    (55_000, 7),  # đá xay
    (25_000, 12),  # bánh mì
    (20_000, 7),  # bánh flan
)
PAYDAY_FIRST, PAYDAY_LAST = 25, 5  # wages come on the 25th and are felt to the 5th
PAYDAY_VISITS, PAYDAY_BASKET = 1.3, 1.2
WEEKDAY_VISITS = (1.0, 1.0, 1.05, 1.0, 1.15, 1.25, 1.1)


@dataclass(frozen=True, slots=True)
class Visit:
    """One purchase: who, when (local time), where, for how many dong."""

    guest: Guest
    at: datetime
    store: str
    amount: int


def make_visits(
    seed: int = SEED, first_day: date = FIRST_DAY, days: int = DAYS, guests: int = GUESTS
) -> Iterator[Visit]:
    """Every purchase, in the order of time. The times are the shop's own; no two of a guest are at one instant."""
    random = Random(seed)
    people = make_guests(random, guests, days)
    for number in range(days):
        day = first_day + timedelta(days=number)
        visits = [visit for guest in people for visit in _visits_of(random, guest, number, day)]
        yield from sorted(visits, key=lambda visit: (visit.at, visit.guest.phone))


def write_csv(visits: Iterator[Visit]) -> str:
    """The history as `quen replay --format csv` reads it."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for number, visit in enumerate(visits, start=1):
        guest = visit.guest
        birthday = guest.birthday.isoformat() if guest.birthday else ""
        about = (guest.name, guest.email, birthday, "vi", " ".join(guest.consents))
        at = visit.at.strftime("%Y-%m-%d %H:%M:%S")
        rows.writerow((f"demo-{number:05d}", guest.phone, at, visit.amount, visit.store, *about))
    return text.getvalue()


def is_payday(day: date) -> bool:
    """Whether wages have come lately."""
    return day.day >= PAYDAY_FIRST or day.day <= PAYDAY_LAST


def _visits_of(random: Random, guest: Guest, number: int, day: date) -> list[Visit]:
    """The guest's purchases of the day: none before they joined, one on the day they do."""
    if number < guest.joins_on_day:
        return []
    chance = guest.visits_a_week / 7 * WEEKDAY_VISITS[day.weekday()] * (PAYDAY_VISITS if is_payday(day) else 1)
    count = int(random.random() < chance or number == guest.joins_on_day)
    count += int(count and random.random() < 0.06)  # who comes back the same day
    minutes = {_minute(random, guest, day) for _ in range(count)}
    return [
        _visit(random, guest, datetime.combine(day, time()) + timedelta(minutes=minute)) for minute in sorted(minutes)
    ]


def _visit(random: Random, guest: Guest, minute: datetime) -> Visit:
    at = minute + timedelta(seconds=random.randrange(60))
    store = guest.store if random.random() < 0.85 else random.choice(STORES)
    return Visit(guest, at, store, _amount(random, at.date()))


def _minute(random: Random, guest: Guest, day: date) -> int:
    """Minutes after midnight: around a quarter to eight, at noon, or around a quarter past seven in the evening."""
    is_weekend = day.weekday() >= 5
    morning = (9 * 60 + 30, 55) if is_weekend else (7 * 60 + 45, 30)
    peaks = (morning, (12 * 60 + 30, 40), (19 * 60 + 15, 50))
    weights = (65, 12, 23) if guest.is_early else (20, 20, 60)
    middle, spread = random.choices(peaks, weights)[0]
    return min(max(round(random.gauss(middle, spread)), OPENS), CLOSES)


def _amount(random: Random, day: date) -> int:
    pieces = random.choices((1, 2, 3, 5), (62, 26, 9, 3))[0]
    if is_payday(day) and random.random() < PAYDAY_BASKET - 1:
        pieces += 1
    prices, weights = zip(*MENU, strict=True)
    return sum(random.choices(prices, weights, k=pieces))

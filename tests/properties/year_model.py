"""What a member should have, told once more by the words of the program alone: plain numbers, days and dictionaries.

Nothing of the house is imported here, and nothing is stored: a member is brought up to an instant by doing what falls due
until then, one thing after the other, in the order of time. Nobody has to come by at night for that; what the jobs write
must be what this knows without them.
"""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ENTRY, SILVER, GOLD = range(3)
ONE_DAY = timedelta(days=1)
# At one midnight points activate before holds lapse, then tiers are reviewed, and what expires comes last.
_ACTIVATES, _LAPSES, _REVIEWS, _EXPIRES = range(4)


@dataclass(frozen=True, slots=True)
class Rules:
    """A point for every `money_per_point`, active after `pending_days`, living to the end of the month `months` later.

    Tiers go by what was spent in the calendar year; a month of the membership that is not paid waits for `grace_days`.
    Points of whoever may be told live on by `living_on_days` where no warning has arrived.
    """

    zone: ZoneInfo
    money_per_point: int = 10_000
    pending_days: int = 3
    months: int = 2
    hold_hours: int = 30
    birthday_points: int = 30
    holidays: tuple[tuple[str, date, int], ...] = ()
    reach: tuple[int, ...] = (0, 1_500_000, 4_000_000)
    notice_days: int = 30
    grace_days: int = 7
    living_on_days: int = 14

    def midnight(self, day: date) -> datetime:
        """The instant at which that day begins."""
        return datetime.combine(day, time.min, tzinfo=self.zone).astimezone(UTC)

    def day(self, now: datetime) -> date:
        """The day on the wall at that instant."""
        return now.astimezone(self.zone).date()

    def last_day(self, active_on: date) -> date:
        """The last day of points that are active from that day on."""
        later = months_later(active_on, self.months)
        return later.replace(day=calendar.monthrange(later.year, later.month)[1])


@dataclass
class Member:
    """One member. Lots go by their last day; what waits by the day on which it activates; tiers are numbers."""

    rules: Rules
    joined_on: date
    born: tuple[int, int]
    is_active: bool = True
    may_be_told: bool = False
    warned_of: set[date] = field(default_factory=set)
    lots: Counter[date] = field(default_factory=Counter)
    waiting: Counter[date] = field(default_factory=Counter)
    holds: dict[str, tuple[datetime, Counter[date]]] = field(default_factory=dict)
    spent: Counter[int] = field(default_factory=Counter)
    tier: int = ENTRY
    tier_until: date | None = None
    notice_on: date | None = None
    paid_from: date | None = None
    paid_months: int = 0
    gifts: set[tuple[str, int]] = field(default_factory=set)
    did: Counter[str] = field(default_factory=Counter)
    """How many points expired, activated and lapsed, what reviews came to, and how many gifts there were."""

    @property
    def active(self) -> int:
        """What can be spent."""
        return self.lots.total()

    def advance(self, now: datetime) -> None:
        """Do what falls due up to that instant."""
        while due := min(self._due(), default=None):
            at, what, key = due
            if at > now:
                return
            if what == _ACTIVATES:
                self._activate(date.fromisoformat(key))
            elif what == _LAPSES:
                self.did["lapsed"] += self._give_back(key)
            elif what == _REVIEWS:
                self._review(self.rules.day(at))
            else:
                self._end(date.fromisoformat(key))

    def buy(self, now: datetime, amount: int) -> None:
        """A purchase: points that wait, and what it does to the tier at once."""
        self.advance(now)
        today = self.rules.day(now)
        if points := amount // self.rules.money_per_point:
            self.waiting[today + timedelta(days=self.rules.pending_days)] += points
        self.spent[today.year] += amount
        reached = max(tier for tier, least in enumerate(self.rules.reach) if self.spent[today.year] >= least)
        if reached > self.tier:
            self._have(reached, date(today.year, 12, 31), today)
            self.did["upgraded"] += 1

    def reserve(self, now: datetime, name: str, points: int) -> bool:
        """Set points aside, those first that would expire first; whether there were enough."""
        self.advance(now)
        if points > self.active:
            return False
        taken: Counter[date] = Counter()
        for last_day in sorted(self.lots):
            share = min(points - taken.total(), self.lots[last_day])
            if share:
                taken[last_day] = share
        self.lots = Counter({day: left for day, had in self.lots.items() if (left := had - taken[day])})
        self.holds[name] = (now + timedelta(hours=self.rules.hold_hours), taken)
        return True

    def redeem(self, now: datetime, name: str) -> bool:
        """Spend what was set aside; whether it still was."""
        self.advance(now)
        return self.holds.pop(name, None) is not None

    def release(self, now: datetime, name: str) -> bool:
        """Put it back; what is over by now is over."""
        self.advance(now)
        if name not in self.holds:
            return False
        self._give_back(name)
        self.advance(now)
        return True

    def pay(self, now: datetime) -> None:
        """A month of the membership: after what is paid for, or where that is over and the wait too, from today on."""
        self.advance(now)
        if self.membership(now) in {"", "ENDED"}:
            self.paid_from, self.paid_months = self.rules.day(now), 0
        self.paid_months += 1

    def give(self, now: datetime, what: str, year: int, points: int) -> bool:
        """A gift, active at once, once a year each; whether it was given."""
        self.advance(now)
        if not self.is_active or (what, year) in self.gifts:
            return False
        self.gifts.add((what, year))
        self.did[what] += 1
        self.lots[self.rules.last_day(self.rules.day(now))] += points
        return True

    def hear(self, now: datetime, days: Iterable[date]) -> None:
        """A warning has arrived, of points that end on those days."""
        self.advance(now)
        self.warned_of.update(days)

    def has_birthday(self, day: date) -> bool:
        """29 February is kept on the 28th of a year without it."""
        if self.born == (2, 29) and not calendar.isleap(day.year):
            return (day.month, day.day) == (2, 28)
        return (day.month, day.day) == self.born

    @property
    def paid_through(self) -> date | None:
        """The last day that is paid for."""
        return self.paid_from and months_later(self.paid_from, self.paid_months) - ONE_DAY

    def membership(self, now: datetime) -> str:
        """What the membership is at that instant."""
        if not self.paid_through:
            return ""
        late = (self.rules.day(now) - self.paid_through).days
        if late <= 0:
            return "ACTIVE"
        return "PAST_DUE" if late <= self.rules.grace_days else "ENDED"

    def _due(self) -> Iterator[tuple[datetime, int, str]]:
        """When, in which order, and what falls due next of every kind."""
        for day in self.waiting:
            yield self.rules.midnight(day), _ACTIVATES, day.isoformat()
        for name, (lapses_at, _) in self.holds.items():
            yield lapses_at, _LAPSES, name
        if self.tier_until:
            yield self.rules.midnight(self.notice_on or self.tier_until + ONE_DAY), _REVIEWS, ""
        for day in self.lots:
            yield self.rules.midnight(day + ONE_DAY), _EXPIRES, day.isoformat()

    def _activate(self, day: date) -> None:
        points = self.waiting.pop(day)
        self.lots[self.rules.last_day(day)] += points
        self.did["activated"] += points

    def _end(self, day: date) -> None:
        """The lot is over, unless its member could be told and was not: then it moves on, to a day of its own."""
        points = self.lots.pop(day)
        if not self.may_be_told or day in self.warned_of:
            self.did["expired"] += points
            return
        later = day + timedelta(days=self.rules.living_on_days)
        while later in self.lots or later in self.warned_of:
            later += ONE_DAY
        self.lots[later] = points
        self.did["extended"] += points

    def _give_back(self, name: str) -> int:
        _, taken = self.holds.pop(name)
        self.lots += taken
        return taken.total()

    def _review(self, today: date) -> None:
        assert self.tier_until
        is_kept = self.spent[self.tier_until.year] >= self.rules.reach[self.tier]
        if today <= self.tier_until:
            self.notice_on = None
            self.did["on_track" if is_kept else "noticed"] += 1
            return
        self.did["prolonged" if is_kept else "downgraded"] += 1
        self._have(self.tier if is_kept else self.tier - 1, date(today.year, 12, 31), today)

    def _have(self, tier: int, until: date, today: date) -> None:
        """Who gets a tier when its notice is over has it on the next day, if that one is still of the tier's."""
        notice = max(until - timedelta(days=self.rules.notice_days), today + ONE_DAY)
        self.tier, self.tier_until = tier, until if tier else None
        self.notice_on = notice if tier and notice <= until else None


class Nights:
    """Which business days have had their night, and what those give. Days that were missed are made up for, in order."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.days: list[date] = []
        self.given: dict[date, Counter[str]] = {}

    def come(self, now: datetime, members: list[Member]) -> None:
        """The schedule wakes at that instant: the first day that it ever sees, then every day since."""
        today = self.rules.day(now)
        day = self.days[-1] + ONE_DAY if self.days else today
        while day <= today:
            self.days.append(day)
            self.given[day] = Counter()
            for member in members:
                if member.joined_on <= day:
                    self._give(now, day, member)
            day += ONE_DAY

    def _give(self, now: datetime, day: date, member: Member) -> None:
        occasions = [("birthday", self.rules.birthday_points)] if member.has_birthday(day) else []
        occasions += [(name, points) for name, on, points in self.rules.holidays if on == day]
        for what, points in occasions:
            if member.give(now, what, day.year, points):
                self.given[day]["birthday" if what == "birthday" else "holiday"] += points


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or that month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

"""How much is left of what a partner bought ahead, and the watch that tells somebody when it runs low."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Protocol

from msgspec import Struct

from quen.business_days import local_day
from quen.clock import Clock
from quen.errors import NotFoundError
from quen.partners.model import Billing, Partner, Terms, terms_on
from quen.settlement.model import Slot, Sum, line_of, summed, used_of
from quen.settlement.model.months import first_day, month_after, month_of
from quen.settlement.ports import (
    BookingRecords,
    DisputeRecords,
    KnownPartners,
    PackRecords,
    ProgramVersions,
    StatementRecords,
)

LOOK_SECONDS = 60
# What is booked of a day is settled when the stream has kept its facts for a day; until then it is read again.
SETTLED_AFTER_DAYS = 2


class PackLevel(Struct, frozen=True):
    """All points that a partner ever bought ahead, and how many of them are left."""

    bought: int
    left: int


class PackAlerts(Protocol):
    """Where it is told that a pack runs low."""

    def tell(self, partner: Partner, level: PackLevel, terms: Terms, at: datetime) -> None:
        """Once for all that the partner has bought so far. Raises TemporarilyUnavailableError."""


class PackLevels:
    """What is left: what the last closed statement says, and what was bought, given away and corrected since. What came late
    for closed months is in the next statement; the days before yesterday are read once in a process.
    """

    def __init__(
        self,
        bookings: BookingRecords,
        statements: StatementRecords,
        disputes: DisputeRecords,
        packs: PackRecords,
        programs: ProgramVersions,
    ) -> None:
        self._bookings = bookings
        self._statements = statements
        self._disputes = disputes
        self._packs = packs
        self._programs = programs
        self._used: dict[tuple[str, date, date], int] = {}

    def level(self, partner: Partner, now: datetime) -> PackLevel:
        """The level as of now. `partner` has terms."""
        zone = self._programs.current(now).time_zone
        today = local_day(now, zone)
        closed = self._statements.list_closed(partner.partner_id, month_of(today), 1)
        since = first_day(month_after(closed[0].month)) if closed else min(each.first_day for each in partner.terms)
        packs = [(local_day(each.bought_at, zone), each.points) for each in self._packs.list_packs(partner.partner_id)]
        settled = max(today - timedelta(days=SETTLED_AFTER_DAYS), since)
        used = self._used_before(partner, since, settled) + self._used_between(partner, settled, today)
        used += used_of(
            line_of(Slot(each.day, each.category), Sum(each.points), partner.terms)
            for each in self._disputes.list_corrections(partner.partner_id, since, today)
        )
        before = closed[0].pack.left if closed else 0
        bought_since = sum(points for bought_on, points in packs if not closed or bought_on >= since)
        return PackLevel(sum(points for _, points in packs), before + bought_since - used)

    def _used_before(self, partner: Partner, since: date, settled: date) -> int:
        """Read once a day: the key is of that day."""
        key = (partner.partner_id, since, settled)
        if key not in self._used:
            self._used = {known: used for known, used in self._used.items() if known[0] != partner.partner_id}
            self._used[key] = self._used_between(partner, since, settled - timedelta(days=1))
        return self._used[key]

    def _used_between(self, partner: Partner, first: date, last: date) -> int:
        if last < first:
            return 0
        bookings = self._bookings.list_days(partner.partner_id, first, last)
        found = summed((booking.day, booking.points) for booking in bookings)
        return used_of(line_of(slot, each, partner.terms) for slot, each in found.sums.items())


class PackWatch:
    """Looks at partners who have just given points away, each once a minute, and at once where by what it saw given since a
    pack has come to run low: of one that is empty nothing more is given, so nobody would look again. `clock` is the business
    clock, `wall` the real one.
    """

    def __init__(
        self,
        partners: KnownPartners,
        levels: PackLevels,
        programs: ProgramVersions,
        alerts: PackAlerts,
        clock: Clock,
        wall: Clock,
    ) -> None:
        self._partners = partners
        self._levels = levels
        self._programs = programs
        self._alerts = alerts
        self._clock = clock
        self._wall = wall
        self._looked_at: dict[str, datetime] = {}
        self._rooms: dict[str, int | None] = {}

    def look(self, given: Mapping[str, int]) -> None:
        """Tell of those of whom so many points were given whose packs run low. Raises TemporarilyUnavailableError."""
        due = self._wall.now() - timedelta(seconds=LOOK_SECONDS)
        for partner_id, points in sorted(given.items()):
            room = self._rooms.get(partner_id)
            if room is not None:
                self._rooms[partner_id] = room = room - points
            if self._looked_at.get(partner_id, due) <= due or (room is not None and room < 0):
                self._rooms[partner_id] = self._look(partner_id)
                self._looked_at[partner_id] = self._wall.now()

    def _look(self, partner_id: str) -> int | None:
        """How many more may be given before it runs low; None: there is nothing to be told, or it is told."""
        try:
            partner = self._partners.load(partner_id)
        except NotFoundError:
            return None  # what a stream tells of nobody must not hold up all that follows it
        now = self._clock.now()
        terms = terms_on(partner.terms, local_day(now, self._programs.current(now).time_zone))
        if terms is None or terms.billing is not Billing.PREPAID or not terms.alert_below:
            return None
        level = self._levels.level(partner, now)
        if level.left >= terms.alert_below:
            return level.left - terms.alert_below
        self._alerts.tell(partner, level, terms, now)
        return None

"""What the ledger's stream says, booked with the partners that it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from quen.events.model import Tellable
from quen.ledger.model import Entry
from quen.settlement.model import bookings_of, partner_account
from quen.settlement.ports import BookingRecords, ProgramVersions


class Watch(Protocol):
    """Who looks at partners that have given points away."""

    def look(self, given: Mapping[str, int]) -> None:
        """By partner, how many. Raises TemporarilyUnavailableError."""


class BookingListener:
    """Books every entry that names a partner; the same one again is the same booking."""

    def __init__(self, bookings: BookingRecords, programs: ProgramVersions, watch: Watch) -> None:
        self._bookings = bookings
        self._programs = programs
        self._watch = watch

    def tell(self, facts: Sequence[Tellable]) -> None:
        """Book them. Raises TemporarilyUnavailableError where one may not be booked."""
        entries = [fact for fact in facts if isinstance(fact, Entry) and any(map(partner_account, fact.lines))]
        # The zone of the version that the entry names, so that a fact that is told again lands on the same day.
        zones = {version: self._programs.version(version).time_zone for version in {e.program_version for e in entries}}
        bookings = [booking for entry in entries for booking in bookings_of(entry, zones[entry.program_version])]
        if not bookings:
            return
        self._bookings.add(bookings)
        given = Counter[str]()
        for booking in bookings:
            if "issued" in booking.points:
                given[booking.partner_id] += booking.points["issued"]
        self._watch.look(given)

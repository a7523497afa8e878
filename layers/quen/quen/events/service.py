"""Telling the world: a batch of the ledger's stream becomes events on the bus and intents in the messages' queue.

At least once, in order per member: a batch is told from its first record to its last and stops at the first failure,
which it raises, so that the stream delivers the batch again. Twice told is harmless: an event's id and an intent's key
come from what they tell. A record that can never be read must not hold up all that follow it: it is parked, and passed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from msgspec import Struct

from quen.clock import Clock
from quen.events.figures import figures_of
from quen.events.model import Event, Tellable, events_of
from quen.events.stream import UnreadableRecordError, read_record, written_at
from quen.ledger.model import Entry, entry_id
from quen.log_lines import count, name_entries
from quen.messages.intents import intents_of
from quen.messages.model import DEFAULT_SILENT, Intent, Kind


class EventBus(Protocol):
    """Where events go."""

    def put(self, events: Sequence[Event]) -> None:
        """Put them all, in order. Raises TemporarilyUnavailableError where one may not be there."""


class IntentQueue(Protocol):
    """Where intents wait to become messages."""

    def send(self, intents: Sequence[Intent], delay_seconds: int = 0) -> None:
        """Queue them all. Raises TemporarilyUnavailableError where one may not be queued."""


class Parking(Protocol):
    """Where records wait for somebody to find out why they cannot be read."""

    def park(self, record: Mapping[str, Any], error: Exception) -> None:
        """Keep it, and say so. Raises TemporarilyUnavailableError where it may not be kept."""


class Listener(Protocol):
    """Who else is told the ledger's facts, and takes the same one twice for one."""

    def tell(self, facts: Sequence[Tellable]) -> None:
        """Take them all. Raises TemporarilyUnavailableError where one may not be taken."""


class Told(Struct, frozen=True):
    """What a batch came to."""

    events: int
    intents: int
    unreadable: int


class Publisher:
    """Tells what the ledger's stream says. `read_offset`: how far the program's time is ahead of the real one; `is_told`:
    whether messages of a kind are sent at all, or need not be asked for; `read_beginning`: the real instant before which all
    was told by an earlier stack (None: there was none). `wall` is the real clock.
    """

    def __init__(
        self,
        bus: EventBus,
        intents: IntentQueue,
        parking: Parking,
        read_offset: Callable[[], timedelta] = lambda: timedelta(0),
        listeners: Sequence[Listener] = (),
        is_told: Callable[[Kind], bool] = lambda kind: kind not in DEFAULT_SILENT,
        read_beginning: Callable[[], datetime | None] = lambda: None,
        *,
        wall: Clock,
    ) -> None:
        self._bus = bus
        self._intents = intents
        self._parking = parking
        self._read_offset = read_offset
        self._listeners = listeners
        self._is_told = is_told
        self._read_beginning = read_beginning
        self._wall = wall

    def publish(self, records: Sequence[Mapping[str, Any]]) -> Told:
        """Tell a batch. Raises TemporarilyUnavailableError: then it is told again, whole."""
        offset = self._read_offset()
        facts, unreadable = self._read(records, offset)
        events = [event for fact in facts for event in events_of(fact)]
        intents = [intent for fact in facts for intent in intents_of(fact)]
        intents = [intent for intent in intents if self._is_told(intent.kind)]
        if events:
            self._bus.put(events)
        if intents:
            self._intents.send(intents)
        for listener in self._listeners:
            listener.tell(facts)
        # Last: a batch that failed half way is counted where it comes again.
        name_entries(entry_id(fact) for fact in facts if isinstance(fact, Entry))
        count(*figures_of(facts, self._wall.now() + offset))
        return Told(len(events), len(intents), unreadable)

    def _read(self, records: Sequence[Mapping[str, Any]], offset: timedelta) -> tuple[list[Tellable], int]:
        beginning = self._read_beginning()
        facts, unreadable = [], 0
        for record in records:
            if beginning and written_at(record) < beginning:
                continue
            try:
                fact = read_record(record, offset)
            except UnreadableRecordError as error:
                self._parking.park(record, error)
                unreadable += 1
                continue
            if fact is not None:
                facts.append(fact)
        return facts, unreadable

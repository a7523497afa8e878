"""The feed of each partner: appended to by the ledger's stream, read by whoever would rather pull than be called.

A feed is complete and without gaps: positions are 1, 2, 3 …, and nobody is shown one before the one that precedes it. What
is told again is found there and passed. Events are kept for `KEPT_DAYS`; whoever comes later is told so, never less.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from quen.clock import Clock
from quen.errors import TemporarilyUnavailableError
from quen.events.model import Tellable
from quen.feed.model import CursorExpiredError, Kept, Page, PartnerEvent, Shown, partner_events, run_after
from quen.ledger.model import Entry

KEPT_DAYS = 30
KEPT_SECONDS = KEPT_DAYS * 86_400
EVENTS_PER_TRANSACTION_MAX = 25
APPEND_TRIES_MAX = 40
FILTERED_READ_SIZE = 250
READS_MAX = 4
"""How often a page that asks for some types looks further: at most 1,000 events, of which it may find none."""


class PositionTakenError(Exception):
    """Another writer was faster: the feed has moved on."""


class FeedRecords(Protocol):
    """Where feeds are kept. Each method raises TemporarilyUnavailableError where nobody answers."""

    def read_head(self, partner_id: str) -> int:
        """The last position, which outlives its event; 0 where nothing was ever told."""

    def append(
        self, partner_id: str, after: int, events: Sequence[PartnerEvent], expires_at_epoch: int
    ) -> Collection[str]:
        """All of them behind that position, or nothing: then the ids of those that the feed has already.

        Raises PositionTakenError where that position is no longer the last.
        """

    def read(self, partner_id: str, after: int, limit: int) -> Sequence[Kept]:
        """Events behind that position, in order; a transaction half done may show, and what is over may be gone."""

    def find_oldest(self, partner_id: str, now_epoch: int) -> int | None:
        """The first position that is to be kept still at that second."""

    def is_gone(self, partner_id: str, position: int, now_epoch: int) -> bool:
        """Whether the event there, once appended, is over; no, where it is on its way."""

    def find_body(self, partner_id: str, event_id: str) -> bytes | None:
        """The body of that event, as it was appended."""


class Announcements(Protocol):
    """Who calls partners that there is something new."""

    def announce(self, partner_id: str, events: Sequence[tuple[str, str]]) -> None:
        """Take (event id, type) of what was appended, perhaps again. Raises TemporarilyUnavailableError."""


class Feeds:
    """Appends to feeds and reads them. `pause(n)` waits before the n-th try of a lost race; `wall` is the real time."""

    def __init__(self, records: FeedRecords, wall: Clock, pause: Callable[[int], None]) -> None:
        self._records = records
        self._wall = wall
        self._pause = pause

    def append(self, partner_id: str, events: Sequence[PartnerEvent]) -> None:
        """What of these the feed does not have yet, in this order. Raises TemporarilyUnavailableError: then some may be
        there, the first ones.
        """
        each_once = list({event.event_id: event for event in events}.values())
        for start in range(0, len(each_once), EVENTS_PER_TRANSACTION_MAX):
            self._append_at_once(partner_id, each_once[start : start + EVENTS_PER_TRANSACTION_MAX])

    def search(self, partner_id: str, after: int | None, limit: int, types: Collection[str] = ()) -> Page:
        """The events behind that position, or from the oldest one on; where `types` are named, those of them alone.

        Raises CursorExpiredError where what follows is no longer kept.
        """
        head = self._records.read_head(partner_id)
        start = after if after is not None else self._before_oldest(partner_id, head)
        found, position = self._gather(partner_id, start, head, limit, types)
        if position == start != head:
            self._check_kept(partner_id, start, head)
        return Page(found, position, has_more=position < head)

    def find(self, partner_id: str, event_id: str) -> bytes | None:
        """The body of an event of that partner's feed; None where it is not there, or over."""
        return self._records.find_body(partner_id, event_id)

    def _append_at_once(self, partner_id: str, events: Sequence[PartnerEvent]) -> None:
        missing = events
        for attempt in range(APPEND_TRIES_MAX):
            expires_at = int(self._wall.now().timestamp()) + KEPT_SECONDS
            head = self._records.read_head(partner_id)
            try:
                known = self._records.append(partner_id, head, missing, expires_at)
            except PositionTakenError:
                self._pause(attempt)
                continue
            missing = [event for event in missing if event.event_id not in known] if known else ()
            if not missing:
                return
        raise TemporarilyUnavailableError

    def _gather(
        self, partner_id: str, position: int, head: int, limit: int, types: Collection[str]
    ) -> tuple[list[Kept], int]:
        """What was found behind that position, and how far that was looked for."""
        found: list[Kept] = []
        for _ in range(READS_MAX):
            if position >= head or len(found) == limit:
                break
            read = self._records.read(partner_id, position, FILTERED_READ_SIZE if types else limit)
            run = run_after(position, read)
            if not run:
                break
            for kept in run:
                position = kept.position
                found += [kept] if not types or kept.type in types else []
                if len(found) == limit:
                    break
        return found, position

    def _before_oldest(self, partner_id: str, head: int) -> int:
        """The position before the oldest event that is kept; where none is, the last one.

        Raises TemporarilyUnavailableError where an older one is on its way: a transaction shows by halves for a moment.
        """
        now = self._now()
        oldest = self._records.find_oldest(partner_id, now)
        before = head if oldest is None else oldest - 1
        if before and not self._records.is_gone(partner_id, before, now):
            raise TemporarilyUnavailableError
        return before

    def _check_kept(self, partner_id: str, start: int, head: int) -> None:
        """Raises CursorExpiredError where nothing can follow that position, or what followed it is over."""
        if start > head or self._records.is_gone(partner_id, start + 1, self._now()):
            raise CursorExpiredError

    def _now(self) -> int:
        return int(self._wall.now().timestamp())


class FeedListener:
    """Puts what the ledger's stream tells into the feeds of the partners whom it concerns, then has it announced."""

    def __init__(self, feeds: Feeds, shown: Shown, announcements: Announcements) -> None:
        self._feeds = feeds
        self._shown = shown
        self._announcements = announcements

    def tell(self, facts: Sequence[Tellable]) -> None:
        """See `quen.events.service.Listener`: told again, a fact is in the feed once, and announced once more."""
        by_partner: dict[str, list[PartnerEvent]] = {}
        for fact in facts:
            for event in partner_events(fact, self._shown) if isinstance(fact, Entry) else ():
                by_partner.setdefault(event.partner_id, []).append(event)
        for partner_id, events in by_partner.items():
            self._feeds.append(partner_id, events)
            self._announcements.announce(partner_id, [(event.event_id, event.type) for event in events])

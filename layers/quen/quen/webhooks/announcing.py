"""From the feed to the queue: a partner's new events, for those partners that want to be told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from quen.clock import Clock
from quen.webhooks.model import Wake
from quen.webhooks.ports import WakeQueue, WebhookRecords

CACHE_SECONDS = 45
CACHE_PARTNERS_MAX = 1024


class Announcements:
    """Announces events. `wall` is the real clock; `may_read_events` says whether a partner may be told: to one that is
    suspended, or has not the right, a webhook tells as little as the feed does.

    That a partner has webhooks is believed for 45 seconds: a wake-up too many is harmless. That it has none is asked anew each
    time: what happens right after its first one is made would be lost.
    """

    def __init__(
        self, webhooks: WebhookRecords, queue: WakeQueue, wall: Clock, may_read_events: Callable[[str], bool]
    ) -> None:
        self._webhooks = webhooks
        self._queue = queue
        self._wall = wall
        self._may_read_events = may_read_events
        self._listening: dict[str, datetime] = {}

    def announce(self, partner_id: str, events: Sequence[tuple[str, str]]) -> None:
        """Queue these events (id, type) of the partner's feed, whose bodies are kept by now; twice is harmless.

        Raises TemporarilyUnavailableError: then announce them all again.
        """
        if events and self._listens(partner_id) and self._may_read_events(partner_id):
            self._queue.send([Wake(partner_id, event_id, event_type) for event_id, event_type in events])

    def _listens(self, partner_id: str) -> bool:
        now = self._wall.now()
        seen_at = self._listening.get(partner_id)
        if seen_at is not None and timedelta() <= now - seen_at < timedelta(seconds=CACHE_SECONDS):
            return True
        self._listening.pop(partner_id, None)
        listens = any(webhook.is_enabled for webhook in self._webhooks.list_webhooks(partner_id))
        if listens:
            if len(self._listening) >= CACHE_PARTNERS_MAX:
                self._listening.pop(next(iter(self._listening)))
            self._listening[partner_id] = now
        return listens

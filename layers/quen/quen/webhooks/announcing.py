"""From the feed to the queue: a partner's new events, for those partners that want to be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from quen.clock import Clock
from quen.webhooks.model import Wake
from quen.webhooks.ports import WakeQueue, WebhookRecords

CACHE_SECONDS = 45
CACHE_PARTNERS_MAX = 1024


class Announcements:
    """Announces events. `wall` is the real clock.

    Which partners have webhooks is believed for 45 seconds, so what happens in the first 45 of a partner's very first webhook
    may reach its feed alone.
    """

    def __init__(self, webhooks: WebhookRecords, queue: WakeQueue, wall: Clock) -> None:
        self._webhooks = webhooks
        self._queue = queue
        self._wall = wall
        self._kept: dict[str, tuple[datetime, bool]] = {}

    def announce(self, partner_id: str, events: Sequence[tuple[str, str]]) -> None:
        """Queue these events (id, type) of the partner's feed, whose bodies are kept by now; twice is harmless.

        Raises TemporarilyUnavailableError: then announce them all again.
        """
        if events and self._listens(partner_id):
            self._queue.send([Wake(partner_id, event_id, event_type) for event_id, event_type in events])

    def _listens(self, partner_id: str) -> bool:
        now = self._wall.now()
        read_at, listens = self._kept.get(partner_id, (None, False))
        if read_at is not None and timedelta() <= now - read_at < timedelta(seconds=CACHE_SECONDS):
            return listens
        self._kept.pop(partner_id, None)
        listens = any(webhook.is_enabled for webhook in self._webhooks.list_webhooks(partner_id))
        if len(self._kept) >= CACHE_PARTNERS_MAX:
            self._kept.pop(next(iter(self._kept)))
        self._kept[partner_id] = (now, listens)
        return listens

"""The use cases about what partners are told, composed over the adapters: a part of `quen.bootstrap`, which has the rest."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from quen.adapters import pause
from quen.members.composition import MemberUseCases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quen.events.service import Listener
    from quen.feed.service import Feeds


class Coalition(MemberUseCases):
    """The use cases of a stack that tell partners."""

    @cached_property
    def feeds(self) -> Feeds:
        """What partners are told."""
        from quen.feed.service import Feeds
        from quen.feed.store import FeedStore

        return Feeds(FeedStore(self._dynamodb, self.settings.program_table), self.wall, pause)

    @property
    def _listeners(self) -> Sequence[Listener]:
        """Who is told the ledger's facts, beside the bus and the messages."""
        from quen.feed.service import FeedListener, NoAnnouncements

        return (FeedListener(self.feeds, self.known_as, NoAnnouncements()),)

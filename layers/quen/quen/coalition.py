"""How partners know members, what they are told, and what they owe: the use cases, composed over the adapters.
`quen.bootstrap` has the rest.
"""

from __future__ import annotations

import random
from functools import cached_property, partial
from typing import TYPE_CHECKING

from quen.adapters import pause
from quen.foundations import Foundations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quen.events.service import Listener
    from quen.feed.service import Feeds
    from quen.members.card_desk import CardDesk
    from quen.members.consent_ledger import ConsentLedger
    from quen.members.unsubscribing import UnsubscribeTokens, Unsubscribing
    from quen.partners.known_as import KnownAs
    from quen.partners.pseudonyms import Pseudonyms
    from quen.settlement.composition import Bookkeeping
    from quen.webhooks.announcing import Announcements
    from quen.webhooks.queue import SqsWakeQueue
    from quen.webhooks.sending import Sending
    from quen.webhooks.service import Webhooks
    from quen.webhooks.store import DeliveryStore, WebhookStore


class Coalition(Foundations):
    """The use cases of a stack by which partners know members, are told, and settle."""

    @cached_property
    def card_desk(self) -> CardDesk:
        """Members' cards: linked, blocked, replaced."""
        from quen.members.card_desk import CardDesk

        return CardDesk(self._member_store, self._lookups)

    @cached_property
    def consents(self) -> ConsentLedger:
        """What members agreed to."""
        from quen.members.consent_ledger import ConsentLedger
        from quen.members.consent_store import ConsentStore

        evidence = ConsentStore(self._dynamodb, self.settings.members_table)
        return ConsentLedger(self._member_store, evidence, self.clock)

    @cached_property
    def unsubscribe_tokens(self) -> UnsubscribeTokens:
        """Links that say no."""
        from quen.members.unsubscribing import UnsubscribeTokens

        return UnsubscribeTokens(self.keys.derive("unsubscribe"))

    @cached_property
    def unsubscribing(self) -> Unsubscribing:
        """Where members say no to advertising."""
        from quen.members.unsubscribing import Unsubscribing

        return Unsubscribing(self.unsubscribe_tokens, self.settings.mobile_url)

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """How partners know members."""
        from quen.partners.pseudonyms import Pseudonyms

        return Pseudonyms(self.keys)

    @cached_property
    def known_as(self) -> KnownAs:
        """The same by a partner's id, for what partners are told without asking."""
        from quen.partners.known_as import KnownAs

        return KnownAs(self._partner_store.find, lambda: self.pseudonyms, self.wall)

    @cached_property
    def feeds(self) -> Feeds:
        """What partners are told."""
        from quen.feed.service import Feeds
        from quen.feed.store import FeedStore

        return Feeds(FeedStore(self._dynamodb, self.settings.messages_table), self.wall, pause)

    @cached_property
    def books(self) -> Bookkeeping:
        """What partners owe for points, and are owed."""
        from quen.settlement.composition import Bookkeeping

        table = self.settings.program_table
        given = self._partner_store, self.programs, self.clock, self.wall
        return Bookkeeping(self._dynamodb, table, *given, lambda: self.keys.derive("ids"))

    @property
    def _listeners(self) -> Sequence[Listener]:
        """Who is told the ledger's facts, beside the bus and the messages."""
        from quen.feed.service import FeedListener

        return (FeedListener(self.feeds, self.known_as, self.webhook_announcements),)

    @cached_property
    def webhooks(self) -> Webhooks:
        """Where partners want to be told of events."""
        from quen.webhooks.service import Webhooks

        given = self._webhook_store, self._delivery_store, self._key_secrets, self._wake_queue, self.wall
        return Webhooks(*given, is_sandbox=self.settings.sandbox)

    @cached_property
    def webhook_announcements(self) -> Announcements:
        """New events of partners' feeds."""
        from quen.webhooks.announcing import Announcements

        return Announcements(self._webhook_store, self._wake_queue, self.wall, self.known_as.may_read_events)

    @cached_property
    def webhook_sending(self) -> Sending:
        """Webhooks that are due."""
        from quen.webhooks.model import JITTER_PERCENT
        from quen.webhooks.sending import Sending
        from quen.webhooks.transport import PinnedTransport, tls_context

        receivers = PinnedTransport(tls_context, is_sandbox=self.settings.sandbox)
        stores = self._webhook_store, self._delivery_store, self._key_secrets, self.feeds
        draw_jitter = partial(random.randint, -JITTER_PERCENT, JITTER_PERCENT)
        return Sending(*stores, receivers, self._wake_queue, self.wall, draw_jitter)

    @cached_property
    def _webhook_store(self) -> WebhookStore:
        from quen.webhooks.store import WebhookStore

        return WebhookStore(self._dynamodb, self.settings.messages_table)

    @cached_property
    def _delivery_store(self) -> DeliveryStore:
        from quen.webhooks.store import DeliveryStore

        return DeliveryStore(self._dynamodb, self.settings.messages_table)

    @cached_property
    def _wake_queue(self) -> SqsWakeQueue:
        from quen.webhooks.queue import SqsWakeQueue

        return SqsWakeQueue(self._sqs, self.settings.webhooks_queue_url)

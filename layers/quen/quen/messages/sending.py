"""One try of one message on one channel: begun before the provider is asked, noted after its answer.

Who dies between the provider's yes and our note of it leaves a message that may have been sent: it is sent once more, which
is counted, and never a third time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from quen.clock import Clock
from quen.errors import TemporarilyUnavailableError
from quen.messages.caps import Counted, Recent, counting, without
from quen.messages.model import MARKETING, UNASKED, Attempt, Intent, Message, Route, address_hint, purpose_of
from quen.messages.notes import Notes
from quen.messages.outgoing import Outgoing
from quen.messages.ports import (
    DeliveryRefusedError,
    MessageRecords,
    Oddities,
    Profile,
    Sender,
    Suppressions,
    Unsubscribing,
    Writer,
)
from quen.messages.rendering import Content
from quen.program.model import Channel, Program

GIVE_BACK_TRIES_MAX = 3


class Errand(Struct, frozen=True):
    """What is to be sent to whom: all that every try of one message has in common. `now` is business time."""

    intent: Intent
    program: Program
    profile: Profile
    now: datetime

    @property
    def is_marketing(self) -> bool:
        """Whether it is advertising."""
        return self.intent.kind in MARKETING

    @property
    def is_counted(self) -> bool:
        """Whether members get only so many of its like."""
        return self.is_marketing or self.intent.kind in UNASKED


class Sending:
    """Tries messages. `senders` makes the one that a channel needs; a channel that it lacks is not set up."""

    def __init__(
        self,
        records: MessageRecords,
        notes: Notes,
        senders: Mapping[Channel, Callable[[], Sender]],
        suppressions: Suppressions,
        unsubscribing: Unsubscribing,
        oddities: Oddities,
        wall: Clock,
        email_from: str,
        write: Writer,
    ) -> None:
        self._records = records
        self._notes = notes
        self._senders = senders
        self._suppressions = suppressions
        self._unsubscribing = unsubscribing
        self._oddities = oddities
        self._wall = wall
        self._email_from = email_from
        self._write = write

    def is_open(self, route: Route) -> bool:
        """Whether anything goes that way: the channel is set up, and has not learned to leave the address alone."""
        return route.channel in self._senders and not self._suppressions.is_suppressed(route.channel, route.address)

    def attempt(
        self, errand: Errand, message: Message, route: Route, recent: Recent | None
    ) -> tuple[Message, DeliveryRefusedError | None]:
        """Send it that way, once, and say how it stands, and why where the provider said no. `recent` is what the member got
        lately, for what is counted.

        Raises TemporarilyUnavailableError where nobody knows, or where somebody else was faster.
        """
        outgoing = self._written(errand, message, route)
        begun = self._begin(errand, message, route, recent, outgoing.content)
        if begun.duplicates > message.duplicates:
            self._oddities.note_duplicate(begun)
        try:
            provider_id = self._senders[route.channel]().send(outgoing)
        except DeliveryRefusedError as error:
            refused = self._note_refusal(errand, begun, route, error)
            if error.fault == "address":  # after the note: who dies in between leaves it to the address's next message
                self._suppressions.suppress(route.channel, route.address, "refused", message.message_id)
            return refused, error
        return self._note_sent(errand, begun, route, provider_id), None

    def finish(self, message: Message, now: datetime) -> Message:
        """Note that a message is sent that a provider has taken."""
        return self._notes.note(message, state="SENT", sent_at=now, at=now)

    def _written(self, errand: Errand, message: Message, route: Route) -> Outgoing:
        intent, program, policy = errand.intent, errand.program, errand.program.messages
        url = ""
        if errand.is_marketing:
            purpose = purpose_of(intent.kind, route.channel)
            url = self._unsubscribing.url_for(intent.member_id, purpose, message.message_id)
        name, locale = errand.profile.name, program.locale_for(errand.profile.locale)
        today = program.local_day(errand.now)
        return Outgoing(
            address=route.address,
            sender={"sms": policy.sender_id, "email": policy.from_email or self._email_from}.get(route.channel),
            content=self._write(intent, program, name, locale, url, today=today),
            member_id=intent.member_id,
            kind=intent.kind,
            period=intent.period,
            message_id=message.message_id,
            is_marketing=errand.is_marketing,
            unsubscribe_url=url,
        )

    def _begin(
        self, errand: Errand, message: Message, route: Route, recent: Recent | None, content: Content
    ) -> Message:
        counted = Counted(message.key, route.channel, errand.now)
        is_sms = route.channel == "sms"
        return self._notes.note(
            message,
            (recent, counting(recent, counted, errand.program.messages)) if recent is not None else None,
            state="PENDING",
            tries=message.tries + 1,
            begun_at=int(self._wall.now().timestamp()),
            channel=route.channel,
            address_hint=address_hint(route),
            locale=errand.program.locale_for(errand.profile.locale),
            held_until=None,
            provider_id="",
            error="",
            at=errand.now,
            attempts=message.attempts_with(Attempt(route.channel, "begun", errand.now)),
            duplicates=message.duplicates + (1 if message.tries else 0),
            segments=content.segments if is_sms else 0,
            price=content.price if is_sms else None,
        )

    def _note_sent(self, errand: Errand, begun: Message, route: Route, provider_id: str) -> Message:
        """Where the ledger is told before the message counts as sent, the provider's yes is kept first: a ledger that does not
        answer must not make it be sent again.
        """
        attempts = begun.attempts_with(Attempt(route.channel, "accepted", errand.now))
        if not self._notes.is_proved_by_acceptance(begun):
            now = errand.now
            return self._notes.note(
                begun, state="SENT", provider_id=provider_id, attempts=attempts, sent_at=now, at=now
            )
        accepted = self._notes.note(begun, provider_id=provider_id, attempts=attempts, at=errand.now)
        return self.finish(accepted, errand.now)

    def _note_refusal(self, errand: Errand, begun: Message, route: Route, error: DeliveryRefusedError) -> Message:
        """Nothing was sent: the try is taken back, and where it was counted, the count."""
        outcome: Literal["refused", "address_refused"] = "address_refused" if error.fault == "address" else "refused"
        changes: dict[str, Any] = {
            "state": "FAILED",
            "tries": begun.tries - 1,
            "duplicates": begun.duplicates - (1 if begun.tries > 1 else 0),
            "error": error.code,
            "at": errand.now,
            "attempts": begun.attempts_with(Attempt(route.channel, outcome, errand.now, error.code)),
        }
        may_be_out = begun.tries > 1  # an earlier try, of which nobody knows: that still counts
        if errand.is_counted and not may_be_out:
            return self._give_back(begun, changes)
        return self._notes.note(begun, **changes)

    def _give_back(self, begun: Message, changes: dict[str, Any]) -> Message:
        """Other messages of the member may be counted at the same time: try again with what stands then."""
        for _ in range(GIVE_BACK_TRIES_MAX - 1):
            recent = self._records.load_recent(begun.member_id)
            try:
                return self._notes.note(begun, (recent, without(recent, begun.key)), **changes)
            except TemporarilyUnavailableError:
                continue
        recent = self._records.load_recent(begun.member_id)
        return self._notes.note(begun, (recent, without(recent, begun.key)), **changes)

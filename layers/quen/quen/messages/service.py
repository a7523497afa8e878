"""Sending a message: once per intent, only with consent, not in quiet hours, in the member's language.

The record is claimed before anything else and begun before the provider is asked. Who dies between the provider's yes
and our note of it leaves a message that may have been sent: it is sent once more, and never a third time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from quen.clock import Clock
from quen.errors import MemberNotFoundError, TemporarilyUnavailableError
from quen.ids import new_id
from quen.messages.model import (
    UNKNOWN,
    Intent,
    Message,
    Route,
    State,
    address_hint,
    channels_of,
    choose_route,
    quiet_until,
)
from quen.messages.rendering import Content, render
from quen.program.model import Channel, Program

QUEUE_DELAY_SECONDS_MAX = 900


class DeliveryRefusedError(Exception):
    """The provider said no, and has sent nothing. `code` is its own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Profile(Protocol):
    """What a message needs to know of a member."""

    @property
    def state(self) -> str:
        """`active`, or what keeps the member from taking part."""

    @property
    def name(self) -> str | None:
        """How to address the member."""

    @property
    def email(self) -> str | None:
        """Where mail goes."""

    @property
    def phone(self) -> str | None:
        """Where an SMS goes, E.164."""

    @property
    def locale(self) -> str | None:
        """The member's language."""

    def consents_to(self, purpose: str) -> bool:
        """Whether the member has agreed to that use."""


class Profiles(Protocol):
    """Who members are."""

    def load(self, member_id: str) -> Profile:
        """The profile. Raises MemberNotFoundError."""


class MessageRecords(Protocol):
    """Where it is kept what became of each intent. Every method may raise TemporarilyUnavailableError."""

    def claim(self, message: Message) -> Message:
        """Keep a new message; where there is one for its key already, answer that one."""

    def replace(self, before: Message, after: Message) -> bool:
        """Write what became of it; False where somebody else has, since it was read."""


class Sender(Protocol):
    """One channel's provider."""

    def send(self, address: str, sender: str | None, content: Content) -> str:
        """Send it and answer the provider's id.

        Raises DeliveryRefusedError where it was not sent, TemporarilyUnavailableError where nobody knows.
        """


class IntentQueue(Protocol):
    """Where intents wait."""

    def send(self, intents: Sequence[Intent], delay_seconds: int = 0) -> None:
        """Queue them all, to come after the delay. Raises TemporarilyUnavailableError."""


class CurrentProgram(Protocol):
    """Which program is in force."""

    def current(self, now: datetime) -> Program:
        """The version in force at that instant."""


class Messages:
    """Sends messages. `clock` is the business clock (quiet hours go by it), `wall` the real one.

    `senders` makes the one that a channel needs; `email_from` is the stack's own sender, for a program that names none;
    where it is empty too, nothing goes by mail.
    A message held over quiet hours comes back from the queue at least every `delay_seconds_max`: a sandbox, whose clock
    may jump, gives a short time.
    """

    def __init__(
        self,
        records: MessageRecords,
        profiles: Profiles,
        programs: CurrentProgram,
        senders: Mapping[Channel, Callable[[], Sender]],
        queue: IntentQueue,
        clock: Clock,
        wall: Clock,
        *,
        email_from: str,
        delay_seconds_max: int = QUEUE_DELAY_SECONDS_MAX,
    ) -> None:
        self._records = records
        self._profiles = profiles
        self._programs = programs
        self._senders = senders
        self._queue = queue
        self._clock = clock
        self._wall = wall
        self._email_from = email_from
        self._delay_seconds_max = delay_seconds_max

    def receive(self, body: dict[str, Any]) -> State:
        """Handle one message of the queue; see `send`. Raises ValueError for what is no intent."""
        return self.send(Intent.parse(body))

    def send(self, intent: Intent) -> State:
        """Do what is to be done about the intent now, and say how it stands.

        Raises what the provider refused, or TemporarilyUnavailableError: then the queue delivers the intent again.
        """
        now = self._clock.now().replace(microsecond=0)
        message = self._records.claim(Message(intent.member_id, intent.key, new_id("msg"), at=now))
        if message.is_final:
            return message.state
        program = self._programs.current(now)
        try:
            profile = self._profiles.load(intent.member_id)
        except MemberNotFoundError:
            return self._note(message, state="SUPPRESSED_NOT_ACTIVE", at=now).state
        route = _route(intent, program, profile, self._email_from)
        if not isinstance(route, Route):
            return self._note(message, state=route, at=now).state
        if ends := quiet_until(now, program.messages, program.time_zone):
            return self._hold(intent, message, ends, now)
        return self._deliver(intent, message, program, profile, route, now)

    def _hold(self, intent: Intent, message: Message, ends: datetime, now: datetime) -> State:
        """Not now: the intent waits in the queue, as long as a queue lets it at a time, until the quiet hours end."""
        if message.state != "HELD_QUIET_HOURS" or message.held_until != ends:
            message = self._note(message, state="HELD_QUIET_HOURS", held_until=ends, at=now)
        wait = -(-(ends - now).total_seconds() // 1)
        self._queue.send([intent], min(int(wait), self._delay_seconds_max))
        return message.state

    def _deliver(
        self, intent: Intent, message: Message, program: Program, profile: Profile, route: Route, now: datetime
    ) -> State:
        epoch = int(self._wall.now().timestamp())
        if message.is_in_flight(epoch):
            raise TemporarilyUnavailableError("Another delivery of this intent is at work.")
        if message.is_given_up:
            return self._note(message, state="FAILED", error=UNKNOWN, at=now).state
        locale = program.locale_for(profile.locale)
        content = render(intent, program, profile.name, locale)
        begun = self._note(
            message,
            state="PENDING",
            tries=message.tries + 1,
            begun_at=epoch,
            channel=route.channel,
            address_hint=address_hint(route),
            locale=locale,
            held_until=None,
            error="",
            at=now,
        )
        try:
            sender = self._senders[route.channel]()
            provider_id = sender.send(route.address, _sender_name(route, program, self._email_from), content)
        except DeliveryRefusedError as error:
            self._note(begun, state="FAILED", tries=0, error=error.code, at=now)
            raise
        return self._note(begun, state="SENT", provider_id=provider_id, at=now).state

    def _note(self, before: Message, **changes: Any) -> Message:
        after = replace(before, revision=before.revision + 1, **changes)
        if not self._records.replace(before, after):
            raise TemporarilyUnavailableError("Another delivery of this intent was faster.")
        return after


def _sender_name(route: Route, program: Program, email_from: str) -> str | None:
    return program.messages.sender_id if route.channel == "sms" else program.messages.from_email or email_from


def _route(intent: Intent, program: Program, profile: Profile, email_from: str) -> Route | State:
    """The way to the member; a stack without a sender of mail sends none."""
    if profile.state != "active":
        return "SUPPRESSED_NOT_ACTIVE"
    channels = channels_of(intent.kind, program, intent.named)
    has_sender = bool(program.messages.from_email or email_from)
    addresses: Mapping[Channel, str | None] = {"email": profile.email if has_sender else None, "sms": profile.phone}
    return choose_route(intent.kind, channels, addresses, profile.consents_to)

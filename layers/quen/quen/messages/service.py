"""Telling a member something: once per intent, only with consent, not in quiet hours, by the first way that works.

What becomes of an intent is decided in this order, at the time of sending: it is told already; its news is over; the
member takes no part; nobody agreed, or nothing reaches them; the hour; the caps. Then the ways are tried, the best first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from quen.clock import Clock
from quen.errors import MemberNotFoundError, TemporarilyUnavailableError
from quen.ids import new_id
from quen.log_lines import tell_of
from quen.messages.caps import Recent, room_for, room_to_warn
from quen.messages.model import (
    UNASKED,
    UNKNOWN,
    DeliveryReport,
    Intent,
    Message,
    Route,
    State,
    channels_of,
)
from quen.messages.notes import Notes
from quen.messages.outcomes import Reports
from quen.messages.ports import (
    CurrentProgram,
    DeliveryRefusedError,
    IntentQueue,
    MessageRecords,
    NobodyReturned,
    NoProofs,
    NothingOdd,
    NothingSuppressed,
    NothingWithdrawn,
    NoUnsubscribing,
    Oddities,
    Profile,
    Profiles,
    Returned,
    Sender,
    Suppressions,
    Unsubscribing,
    WarningProofs,
    Withdrawals,
    Writer,
)
from quen.messages.rendering import render
from quen.messages.routing import addresses_of, known_first, others_first, routes_of
from quen.messages.sending import Errand, Sending
from quen.messages.timing import held_until, is_overtaken
from quen.program.model import Channel, Program

QUEUE_DELAY_SECONDS_MAX = 900


class Messages:
    """Sends messages, and takes what is reported of them. `clock` is the business clock (hours go by it), `wall` the real one.

    `senders` makes the one that a channel needs; a channel that it lacks is not set up, and skipped. `email_from` is the
    stack's own sender, for a program that names none; where it is empty too, nothing goes by mail. `tells_of_delivery` are the
    channels whose providers say later what arrived.
    A message that is held comes back from the queue at least every `delay_seconds_max`: a sandbox, whose clock may jump,
    gives a short time.
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
        suppressions: Suppressions | None = None,
        withdrawals: Withdrawals | None = None,
        unsubscribing: Unsubscribing | None = None,
        proofs: WarningProofs | None = None,
        returned: Returned | None = None,
        oddities: Oddities | None = None,
        write: Writer = render,
        tells_of_delivery: AbstractSet[Channel] = frozenset({"email"}),
    ) -> None:
        self._records = records
        self._profiles = profiles
        self._programs = programs
        self._queue = queue
        self._clock = clock
        self._wall = wall
        self._email_from = email_from
        self._delay_seconds_max = delay_seconds_max
        self._returned = returned or NobodyReturned()
        left_alone, odd = suppressions or NothingSuppressed(), oddities or NothingOdd()
        self._tells_of_delivery = tells_of_delivery
        self._notes = Notes(records, proofs or NoProofs(), tells_of_delivery)
        links = unsubscribing or NoUnsubscribing()
        self._sending = Sending(records, self._notes, senders, left_alone, links, odd, wall, email_from, write)
        refusals = withdrawals or NothingWithdrawn()
        self._reports = Reports(records, self._notes, profiles, left_alone, refusals, queue, odd, clock, wall)

    def receive(self, body: dict[str, Any]) -> State:
        """Handle one message of the queue; see `send`. Raises ValueError for what is no intent."""
        return self.send(Intent.parse(body))

    def take_report(self, report: DeliveryReport) -> State | None:
        """Note what a provider tells of a message; see `quen.messages.outcomes.Reports.take`."""
        return self._reports.take(report)

    def send(self, intent: Intent) -> State:
        """Do what is to be done about the intent now, and say how it stands.

        Raises what the provider refused, or TemporarilyUnavailableError: then the queue delivers the intent again.
        """
        now = self._clock.now().replace(microsecond=0)
        message = self._records.claim(Message.of(intent, new_id("msg"), now))
        told = tell_of(message_id=message.message_id, kind=intent.kind, entry_id=intent.entry_id)
        told["state"] = state = self._advance(intent, message, now)
        return state

    def _advance(self, intent: Intent, message: Message, now: datetime) -> State:
        if message.is_final:
            return message.state
        if message.is_accepted:
            return self._sending.finish(message, now).state
        if message.is_in_flight(int(self._wall.now().timestamp())):
            raise TemporarilyUnavailableError("Another delivery of this intent is at work.")
        if message.is_given_up:
            return self._notes.note(message, state="FAILED", error=UNKNOWN, at=now).state
        program = self._programs.current(now)
        profile = self._find_profile(intent.member_id)
        routes = self._routes(intent, message, program, profile, now)
        if profile is None or isinstance(routes, str):
            return self._end(message, routes if isinstance(routes, str) else "SUPPRESSED_NOT_ACTIVE", now)
        return self._try_all(Errand(intent, program, profile, now), message, routes)

    def _find_profile(self, member_id: str) -> Profile | None:
        try:
            return self._profiles.load(member_id)
        except MemberNotFoundError:
            return None

    def _routes(
        self, intent: Intent, message: Message, program: Program, profile: Profile | None, now: datetime
    ) -> tuple[Route, ...] | State:
        """The ways to the member, or why nothing is said. Of what was done to them also those are told who take no part."""
        if is_overtaken(intent, message.created_at or now, program.time_zone, now):
            return "SUPPRESSED_OVERTAKEN"
        if profile is None or (profile.state != "active" and intent.kind not in UNASKED):
            return "SUPPRESSED_NOT_ACTIVE"
        channels = channels_of(intent.kind, program, intent.named)
        has_mail_sender = bool(program.messages.from_email or self._email_from)
        addresses = addresses_of(intent.kind, profile, now, has_mail_sender=has_mail_sender)
        routes = routes_of(intent.kind, channels, addresses, profile.consents_to)
        last_bought_on = intent.data.get("last_bought_on")
        if (
            last_bought_on
            and intent.kind == "win_back"
            and self._returned.has_returned(intent.member_id, last_bought_on)
        ):
            return "SUPPRESSED_OVERTAKEN"
        if intent.kind in UNASKED and not isinstance(routes, str):
            return known_first(routes, profile, now)
        if intent.kind == "expiring" and not isinstance(routes, str) and len(routes) > 1:
            earlier = self._records.list_kind(intent.member_id, "expiring")
            return others_first(routes, earlier, self._tells_of_delivery, program.local_day(now))
        return routes

    def _try_all(self, errand: Errand, message: Message, routes: tuple[Route, ...]) -> State:
        """Try each way until one takes it. One that does not work now is tried again when the intent comes again, and one that
        failed at the address never.
        """
        refusal: DeliveryRefusedError | None = None
        for route in routes:
            if message.is_lost_by(route.channel) or not self._sending.is_open(route):
                continue
            recent, verdict = self._may_go(errand, message, route)
            if isinstance(verdict, datetime):
                return self._hold(errand, message, verdict)
            if verdict:
                return self._end(message, verdict, errand.now)
            message, error = self._sending.attempt(errand, message, route, recent)
            if error is None:
                return message.state
            if error.fault == "passing":
                raise error
            refusal = error if error.fault == "channel" else refusal
        if refusal:
            raise refusal
        has_bounced = any(attempt.outcome == "bounced" for attempt in message.attempts)
        return self._end(message, "BOUNCED" if has_bounced else "SUPPRESSED_NO_ADDRESS", errand.now)

    def _may_go(self, errand: Errand, message: Message, route: Route) -> tuple[Recent | None, State | datetime | None]:
        """What the member got lately, for what is counted; and whether it may go that way: None: now; an instant: not before;
        a state: never.
        """
        intent, program, now = errand.intent, errand.program, errand.now
        until = held_until(intent, route.channel, program, now)
        if until or not errand.is_counted:
            return None, until
        recent = self._records.load_recent(message.member_id)
        if not errand.is_marketing:
            return recent, room_to_warn(recent, message.key, now)
        return recent, room_for(recent, message.key, intent.kind, route.channel, program, now)

    def _hold(self, errand: Errand, message: Message, until: datetime) -> State:
        """Not now: the intent waits in the queue, as long as a queue lets it at a time."""
        if message.state != "HELD_QUIET_HOURS" or message.held_until != until:
            message = self._notes.note(message, state="HELD_QUIET_HOURS", held_until=until, at=errand.now)
        wait = -(-(until - errand.now).total_seconds() // 1)
        self._queue.send([errand.intent], min(int(wait), self._delay_seconds_max))
        return message.state

    def _end(self, message: Message, state: State, now: datetime) -> State:
        return message.state if message.state == state else self._notes.note(message, state=state, at=now).state

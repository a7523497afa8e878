"""What a provider tells later of a message: it was delivered, it came back, or its receiver complained.

Reports come late, twice, and in any order. Each changes a message only from where it can still be true: what was delivered
does not bounce any more, and what was tried on another channel since is not undone by news of the first.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any, Literal

from quen.clock import Clock
from quen.errors import MemberNotFoundError, TemporarilyUnavailableError
from quen.log_lines import tell_of
from quen.messages.model import (
    LEASE_SECONDS,
    MARKETING,
    UNKNOWN,
    Attempt,
    DeliveryReport,
    Message,
    Route,
    State,
    address_hint,
    advertising_by,
    purpose_of,
)
from quen.messages.notes import Notes
from quen.messages.ports import IntentQueue, MessageRecords, Oddities, Profiles, Suppressions, Withdrawals
from quen.messages.routing import addresses_of
from quen.program.model import Channel


def is_awaited(message: Message, report: DeliveryReport) -> bool:
    """Whether the message is with that channel's provider, and nobody knows yet what became of it there. One whose outcome
    nobody knew is settled by a report, too: it did go out, also where it is held or was refused since.
    """
    is_unknown = message.state in {"PENDING", "HELD_QUIET_HOURS", "FAILED"} and message.tries > 0
    is_out = is_unknown or message.state == "SENT" or message.error == UNKNOWN
    return is_out and message.channel == report.channel


class Reports:
    """Takes reports. `clock` is the business clock, `wall` the real one, by which providers tell the time."""

    def __init__(
        self,
        records: MessageRecords,
        notes: Notes,
        profiles: Profiles,
        suppressions: Suppressions,
        withdrawals: Withdrawals,
        queue: IntentQueue,
        oddities: Oddities,
        clock: Clock,
        wall: Clock,
    ) -> None:
        self._records = records
        self._notes = notes
        self._profiles = profiles
        self._suppressions = suppressions
        self._withdrawals = withdrawals
        self._queue = queue
        self._oddities = oddities
        self._clock = clock
        self._wall = wall

    def take(self, report: DeliveryReport) -> State | None:
        """What the message stands at now; None where there is no such message, or it never went that way.

        Raises TemporarilyUnavailableError or ConflictRetryError: the report is to come again. Once more is as good as once.
        """
        message = self._find(report)
        if message is None or message.attempt_by(report.channel) is None:
            self._oddities.note_unknown_report(report)
            return None
        tell_of(message_id=message.message_id, kind=message.intent.kind, outcome=report.outcome)
        if report.outcome == "complained" or (report.outcome == "bounced" and report.is_permanent):
            self._suppress(message, report)
        if report.outcome == "delivered":
            return self._deliver(message, report).state
        if report.outcome == "bounced":
            return self._bounce(message, report).state
        return self._complain(message, report).state

    def _find(self, report: DeliveryReport) -> Message | None:
        """A report that names its message by the provider's name for it may be faster than our own note of that name."""
        if report.member_id:
            return self._records.find(report.member_id, report.key)
        found = self._records.find_named(report.channel, report.provider_id)
        if found is None and (self._wall.now() - report.at).total_seconds() < LEASE_SECONDS:
            raise TemporarilyUnavailableError("Nobody has noted yet that this message was sent.")
        return found

    def _deliver(self, message: Message, report: DeliveryReport) -> Message:
        if not is_awaited(message, report):
            return message
        changes = self._after(message, report) | {"delivered_at": self._business(report.at), "error": ""}
        return self._notes.note(message, state="DELIVERED", **changes)

    def _bounce(self, message: Message, report: DeliveryReport) -> Message:
        """It came back: the next channel is tried. Who died before the intent was queued queues it now."""
        if is_awaited(message, report):
            changes = self._after(message, report) | {"error": report.reason or "bounced", "tries": 0}
            message = self._notes.note(message, state="BOUNCED", **changes)
        if message.state == "BOUNCED" and message.channel == report.channel:
            self._queue.send([message.intent])
        return message

    def _complain(self, message: Message, report: DeliveryReport) -> Message:
        """The receiver called it spam: no advertising goes that way any more. What it stands at is another matter."""
        if message.complained_at:
            return message
        for purpose in _refused_by(message, report.channel):
            with suppress(MemberNotFoundError):  # whoever is gone is told nothing
                self._withdrawals.withdraw(message.member_id, purpose, "complaint", message.message_id)
        return self._notes.note(message, complained_at=self._business(report.at))

    def _suppress(self, message: Message, report: DeliveryReport) -> None:
        address = report.address or self._address_of(message, report.channel)
        if address:
            self._suppressions.suppress(report.channel, address, report.outcome, message.message_id)

    def _address_of(self, message: Message, channel: Channel) -> str:
        """Where it went, where the report does not say: the member's address, unless it is another one by now."""
        try:
            profile = self._profiles.load(message.member_id)
        except MemberNotFoundError:
            return ""
        sent = message.sent_at or self._business(self._wall.now())
        address = addresses_of(message.intent.kind, profile, sent, has_mail_sender=True).get(channel)
        is_same = address is not None and address_hint(Route(channel, address)) == message.address_hint
        return address if address and is_same else ""

    def _after(self, message: Message, report: DeliveryReport) -> dict[str, Any]:
        """What either outcome changes; what was noted as not sent yet was sent."""
        outcome: Literal["delivered", "bounced"] = "delivered" if report.outcome == "delivered" else "bounced"
        at = self._business(report.at)
        attempt = Attempt(report.channel, outcome, at, report.reason)
        provider_id = message.provider_id or report.provider_id
        return {
            "attempts": message.attempts_with(attempt),
            "provider_id": provider_id,
            "held_until": None,
            "sent_at": message.sent_at or at,
            "at": self._clock.now().replace(microsecond=0),
        }

    def _business(self, at: datetime) -> datetime:
        """A real instant as the program's clock tells it: a sandbox lives at another time."""
        return (at + (self._clock.now() - self._wall.now())).replace(microsecond=0)


def _refused_by(message: Message, channel: Channel) -> list[str]:
    """All advertising by that channel, and where it was advertising, its own kind by name: of two consents the more special
    counts.
    """
    kind = message.intent.kind
    return [advertising_by(channel), *([purpose_of(kind, channel)] if kind in MARKETING else [])]

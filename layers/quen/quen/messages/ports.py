"""What messages need of others: who members are, where records are kept, who sends, and whom to ask or to tell.

The ports at the end have an answer for a stack that has nobody behind them: `Nothing…`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, Protocol

from quen.messages.caps import Recent
from quen.messages.model import DeliveryReport, Intent, Kind, Message, Proof
from quen.messages.outgoing import Outgoing
from quen.messages.rendering import Content
from quen.messages.security import Former
from quen.program.model import Channel, Program

Fault = Literal["address", "channel", "passing"]


class DeliveryRefusedError(Exception):
    """The provider said no, and has sent nothing. `code` is its own.

    `fault` says whose it is: this `address` never takes anything on that channel; the `channel` does not work now or not for
    this message (not set up, a text that was not approved, a receiver who opted out); or it is `passing` (throttled,
    unreachable), and the same is worth another try.
    """

    def __init__(self, code: str, fault: Fault = "passing") -> None:
        super().__init__(code)
        self.code = code
        self.fault: Fault = fault


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
    def former(self) -> Sequence[Former]:
        """Where the member was reached until lately."""

    @property
    def locale(self) -> str | None:
        """The member's language."""

    def consents_to(self, purpose: str) -> bool:
        """Whether the member has agreed to that use."""


class Profiles(Protocol):
    """Who members are."""

    def load(self, member_id: str) -> Profile:
        """The profile, read consistently. Raises MemberNotFoundError."""


class MessageRecords(Protocol):
    """Where it is kept what became of each intent. Every method may raise TemporarilyUnavailableError."""

    def claim(self, message: Message) -> Message:
        """Keep a new message; where there is one for its key already, answer that one."""

    def replace(self, before: Message, after: Message, counted: tuple[Recent, Recent] | None = None) -> bool:
        """Write what became of it, and in the same transaction what was `counted` (before, after); False where somebody else
        has written either since it was read. What is SENT by a channel that names its messages itself is found by that name
        from then on.
        """

    def find(self, member_id: str, key: str) -> Message | None:
        """What became of that intent, read consistently."""

    def list_kind(self, member_id: str, kind: Kind) -> Sequence[Message]:
        """All messages of that kind to the member, read consistently."""

    def find_named(self, channel: Channel, provider_id: str) -> Message | None:
        """The message that a channel's provider calls so."""

    def load_recent(self, member_id: str) -> Recent:
        """What is counted of what went to the member lately, read consistently; empty where nothing has."""


class Writer(Protocol):
    """Puts intents into words."""

    def __call__(
        self,
        intent: Intent,
        program: Program,
        name: str | None,
        locale: str,
        unsubscribe_url: str = "",
        *,
        today: date | None = None,
    ) -> Content:
        """The message in that language, as it is true on that local day; what is advertising says where it is refused."""


class Sender(Protocol):
    """One channel's provider."""

    def send(self, message: Outgoing) -> str:
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


class Suppressions(Protocol):
    """Addresses that a channel has learned to leave alone. Every method may raise TemporarilyUnavailableError."""

    def is_suppressed(self, channel: Channel, address: str) -> bool:
        """Whether nothing goes there any more."""

    def suppress(self, channel: Channel, address: str, reason: str, message_id: str) -> None:
        """Send nothing there from now on; again: nothing happens, also where it was lifted since, after the same message.
        `reason` is a code, for example `bounced`, `message_id` our own.
        """


class Withdrawals(Protocol):
    """Consents that are taken back."""

    def withdraw(self, member_id: str, purpose: str, source: str, proof: str) -> None:
        """The member says no to that use: `source` tells how (`complaint`), `proof` is the message's id. Idempotent.

        Raises MemberNotFoundError, and TemporarilyUnavailableError or ConflictRetryError to be tried again.
        """


class Unsubscribing(Protocol):
    """Where advertising is refused with one click."""

    def url_for(self, member_id: str, purpose: str, message_id: str) -> str:
        """The address that withdraws that purpose, `https://…`; empty where the stack has none."""


class WarningProofs(Protocol):
    """Where the ledger learns that a member was warned."""

    def record(self, member_id: str, days: Sequence[str], message_id: str, proof: Proof) -> None:
        """The member was warned (or cannot, or would not be) about points of those last days. Idempotent.

        Raises TemporarilyUnavailableError or ConflictRetryError to be tried again.
        """


class Returned(Protocol):
    """Who came back by themselves."""

    def has_returned(self, member_id: str, last_bought_on: str) -> bool:
        """Whether the member has bought since that day. May raise TemporarilyUnavailableError."""


class Oddities(Protocol):
    """Where it is told what should not happen often. No method raises, and none is told an address."""

    def note_duplicate(self, message: Message) -> None:
        """The message is sent once more, though an earlier try may have gone out."""

    def note_unknown_report(self, report: DeliveryReport) -> None:
        """A provider reports a message that we do not know."""


class NothingSuppressed:
    """Every address takes messages."""

    def is_suppressed(self, channel: Channel, address: str) -> bool:  # noqa: ARG002 - the port's names
        """No."""
        return False

    def suppress(self, channel: Channel, address: str, reason: str, message_id: str) -> None:
        """Nothing is kept."""


class NothingWithdrawn:
    """Nobody keeps consents."""

    def withdraw(self, member_id: str, purpose: str, source: str, proof: str) -> None:
        """Nothing is kept."""


class NoUnsubscribing:
    """There is no page for it."""

    def url_for(self, member_id: str, purpose: str, message_id: str) -> str:  # noqa: ARG002 - the port's names
        """None."""
        return ""


class NoProofs:
    """Nobody asks for proof."""

    def record(self, member_id: str, days: Sequence[str], message_id: str, proof: Proof) -> None:
        """Nothing is kept."""


class NothingOdd:
    """Nobody is told."""

    def note_duplicate(self, message: Message) -> None:
        """Nothing is told."""

    def note_unknown_report(self, report: DeliveryReport) -> None:
        """Nothing is told."""


class NobodyReturned:
    """Nobody knows who came back."""

    def has_returned(self, member_id: str, last_bought_on: str) -> bool:  # noqa: ARG002 - the port's names
        """No."""
        return False

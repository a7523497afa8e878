"""Messages as values: the intent to tell a member something, and what became of it.

An intent is told once per (member, kind, period): a welcome once in a life, a birthday and each holiday once a year, an
expiry once per lot, a tier at risk once for each last day of it. Silence is the default: no consent, no message. Nothing
here reads a clock or a table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct

from quen.program.model import Channel, MessageKind, Program

KEPT_DAYS = 400
LEASE_SECONDS = 60
UNKNOWN_OUTCOMES_MAX = 2
UNKNOWN = "outcome_unknown"

Kind = MessageKind
State = Literal[
    "PENDING",
    "HELD_QUIET_HOURS",
    "SENT",
    "DELIVERED",
    "BOUNCED",
    "FAILED",
    "SUPPRESSED_NO_CONSENT",
    "SUPPRESSED_CAP",
    "SUPPRESSED_NO_ADDRESS",
    "SUPPRESSED_NOT_ACTIVE",
    "SUPPRESSED_OVERTAKEN",
]
"""Where a message stands. `SENT` is taken by the provider, `DELIVERED` by the receiver; `OVERTAKEN` is one that came too late
to be true.
"""
Proof = Literal["delivered", "accepted", "no_consent", "no_address", "not_active"]
"""Why points may expire: their member was warned, or chose not to be, or cannot be. `accepted` is what a provider says that
tells of no delivery.
"""

TRANSACTIONAL = "transactional"
MARKETING: Mapping[Kind, str] = {
    "birthday": "marketing_birthday",
    "holiday": "marketing_holiday",
    "win_back": "marketing_win_back",
    "announcement": "marketing_announcement",
}
"""The kinds that are advertising, and the use of a member's address that each is. All others are notices about what the
member has and did.
"""
DEFAULT_SILENT: frozenset[Kind] = frozenset({"earned", "voucher_issued"})
"""Kinds that nobody is told of but where the program names their channels: what a purchase brings is on its receipt, and the
redemption or the occasion that a voucher comes from is told by itself.
"""
UNASKED: frozenset[Kind] = frozenset({"security"})
"""Kinds that need nobody's consent: they warn members of what somebody may have done in their name."""
KINDS: frozenset[str] = frozenset(get_args(MessageKind))

_PERIOD = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_ENTRY_ID = re.compile(r"ent_[a-z2-7]{16}")


@dataclass(frozen=True, slots=True)
class Intent:
    """Something to tell a member: integers, ids, days and instants only, never who that is. `entry_id` is the ledger's entry
    that it comes from, for the log alone; empty where it comes from none, or from one that is long ago.
    """

    member_id: str
    kind: Kind
    period: str
    data: Mapping[str, Any] = field(default_factory=dict)
    entry_id: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """What makes it the same intent, for one member."""
        return f"{self.kind}:{self.period}"

    @property
    def named(self) -> str:
        """The id of the holiday or the announcement that it is about; empty for what is about neither."""
        return str(self.data.get("holiday_id") or self.data.get("announcement_id", ""))

    def body(self) -> dict[str, Any]:
        """The intent as JSON-able values."""
        body = {"member_id": self.member_id, "kind": self.kind, "period": self.period, "data": dict(self.data)}
        return body | ({"entry_id": self.entry_id} if self.entry_id else {})

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Intent:
        """The intent that `body` wrote. Raises ValueError for anything else."""
        named = str(body.get("entry_id", ""))
        entry_id = named if _ENTRY_ID.fullmatch(named) else ""
        intent = cls(body["member_id"], body["kind"], body["period"], body.get("data", {}), entry_id)
        if intent.kind not in KINDS or not _PERIOD.fullmatch(intent.period):
            raise ValueError("there is no such message")
        return intent


class Attempt(Struct, frozen=True):
    """The last that one channel did with a message. `begun`: nobody knows (yet) whether it went out. `code` is the provider's
    own for a refusal or a bounce.
    """

    channel: Channel
    outcome: Literal["begun", "accepted", "refused", "address_refused", "delivered", "bounced"]
    at: datetime
    code: str = ""


class Message(Struct, frozen=True):
    """What became of an intent. No address is kept, only what a person would recognise theirs by.

    `tries` are attempts whose outcome nobody knows: each is begun before the provider is asked, and taken back when the
    provider says no. `begun_at` is real time (seconds since 1970), `at` the business time of the last change. `data` is the
    intent's, so that it can be tried again on another channel. `duplicates` counts the times it was sent although an earlier
    try may have gone out. `segments` and `price` (in the currency's smallest unit) are a text message's.
    """

    member_id: str
    key: str
    message_id: str
    state: State = "PENDING"
    at: datetime | None = None
    tries: int = 0
    begun_at: int = 0
    channel: Channel | None = None
    address_hint: str = ""
    locale: str = ""
    held_until: datetime | None = None
    provider_id: str = ""
    error: str = ""
    revision: int = 0
    data: Mapping[str, Any] = msgspec.field(default_factory=dict)
    created_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    complained_at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()
    duplicates: int = 0
    segments: int = 0
    price: int | None = None

    @classmethod
    def of(cls, intent: Intent, message_id: str, now: datetime) -> Message:
        """A new message for the intent."""
        return cls(intent.member_id, intent.key, message_id, at=now, data=intent.data, created_at=now)

    @property
    def intent(self) -> Intent:
        """What it is about."""
        kind, _, period = self.key.partition(":")
        return Intent.parse({"member_id": self.member_id, "kind": kind, "period": period, "data": self.data})

    @property
    def is_final(self) -> bool:
        """Whether nothing more will be done about it, unless its receiver's side tells something new."""
        return self.state in {"SENT", "DELIVERED"} or self.state.startswith("SUPPRESSED") or self.error == UNKNOWN

    @property
    def is_accepted(self) -> bool:
        """Whether a provider has taken it, and only our note of that is missing."""
        return self.state == "PENDING" and bool(self.provider_id)

    def is_in_flight(self, epoch: int) -> bool:
        """Whether somebody else may be sending it at this moment."""
        return self.state == "PENDING" and self.tries > 0 and epoch - self.begun_at < LEASE_SECONDS

    @property
    def is_given_up(self) -> bool:
        """Whether it may have been sent as often as we are willing to send one message."""
        return self.state == "PENDING" and self.tries >= UNKNOWN_OUTCOMES_MAX

    def attempt_by(self, channel: Channel) -> Attempt | None:
        """What that channel did last."""
        return next((attempt for attempt in self.attempts if attempt.channel == channel), None)

    def attempts_with(self, attempt: Attempt) -> tuple[Attempt, ...]:
        """What every channel did, with this as the last; the channel that was tried last stands last."""
        return (*(one for one in self.attempts if one.channel != attempt.channel), attempt)

    def is_lost_by(self, channel: Channel) -> bool:
        """Whether that channel has failed at the member's address: it is not tried again for this message."""
        attempt = self.attempt_by(channel)
        return attempt is not None and attempt.outcome in {"bounced", "address_refused"}


class Template(Struct, frozen=True):
    """One message in one language: a mail's subject and paragraphs, and the text of an SMS. `facts` are what a reader looks
    for in the mail, the most important first: what each is, and its value.
    """

    subject: str
    paragraphs: tuple[str, ...]
    sms: str
    facts: tuple[tuple[str, str], ...] = ()


class Route(Struct, frozen=True):
    """The way a message takes."""

    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a provider tells of a message later. It is named by what we gave along (`member_id`, `key`), or where a channel
    takes nothing along, by the provider's own id. `is_permanent`: that address never takes anything. `address` is where the
    message went, as the provider spells it; "" where it does not say.
    """

    channel: Channel
    provider_id: str
    outcome: Literal["delivered", "bounced", "complained"]
    at: datetime
    is_permanent: bool = False
    reason: str = ""
    member_id: str = ""
    key: str = ""
    address: str = field(default="", repr=False)


def purpose_of(kind: Kind, channel: Channel) -> str:
    """The use a consent must cover, for example `marketing_birthday_messages_sms`."""
    return f"{MARKETING.get(kind, TRANSACTIONAL)}_messages_{channel}"


def advertising_by(channel: Channel) -> str:
    """All advertising that comes by that channel, as a consent names it."""
    return f"marketing_messages_{channel}"


def channels_of(kind: Kind, program: Program, named: str = "") -> tuple[Channel, ...]:
    """The channels to try, the best first. A birthday, a holiday, a win-back or an announcement goes the ways that the program
    names for it, or none; `named` is the id of the holiday or the announcement.
    """
    if kind == "birthday":
        return program.birthday.channels if program.birthday else ()
    if kind == "holiday":
        holiday = program.find_holiday(named)
        return holiday.channels if holiday else ()
    if kind == "win_back":
        return program.win_back.channels if program.win_back else ()
    if kind == "announcement":
        announcement = program.find_announcement(named)
        return announcement.channels if announcement else ()
    return program.messages.kinds.get(kind, () if kind in DEFAULT_SILENT else program.messages.channels)


def is_told(kind: Kind, program: Program) -> bool:
    """Whether a message of that kind may ever be sent: what would be silent in any case is not asked for."""
    return kind not in DEFAULT_SILENT or bool(program.messages.kinds.get(kind))


def address_hint(route: Route) -> str:
    """What a person would recognise their own number or address by: `***123`, `h***@e***.com`."""
    local, at, domain = route.address.partition("@")
    if not at:
        return f"***{route.address[-3:]}"
    return f"{local[:1]}***@{domain[:1]}***.{domain.rpartition('.')[2]}"

"""Messages as values: the intent to tell a member something, and what became of it.

An intent is told once per (member, kind, period): a welcome once in a life, a birthday and each holiday once a year, an
expiry once per lot, a tier at risk once for each last day of it. Silence is the default: no consent, no message. Nothing
here reads a clock or a table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from quen.program.model import Channel, MessageKind, MessagePolicy, Program

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
UNASKED: frozenset[Kind] = frozenset({"security"})
"""Kinds that need nobody's consent: they warn members of what somebody may have done in their name."""
KINDS: frozenset[str] = frozenset(get_args(MessageKind))

_PERIOD = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True, slots=True)
class Intent:
    """Something to tell a member: integers, ids, days and instants only, never who that is."""

    member_id: str
    kind: Kind
    period: str
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What makes it the same intent, for one member."""
        return f"{self.kind}:{self.period}"

    def body(self) -> dict[str, Any]:
        """The intent as JSON-able values."""
        return {"member_id": self.member_id, "kind": self.kind, "period": self.period, "data": dict(self.data)}

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Intent:
        """The intent that `body` wrote. Raises ValueError for anything else."""
        intent = cls(body["member_id"], body["kind"], body["period"], body.get("data", {}))
        if intent.kind not in KINDS or not _PERIOD.fullmatch(intent.period):
            raise ValueError("there is no such message")
        return intent


@dataclass(frozen=True, slots=True)
class Message:
    """What became of an intent. No address is kept, only what a person would recognise theirs by.

    `tries` are attempts whose outcome nobody knows: each is begun before the provider is asked, and taken back when the
    provider says no. `begun_at` is real time (seconds since 1970), `at` the business time of the last change.
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

    @property
    def is_final(self) -> bool:
        """Whether nothing more will be done about it."""
        return self.state == "SENT" or self.state.startswith("SUPPRESSED") or self.error == UNKNOWN

    def is_in_flight(self, epoch: int) -> bool:
        """Whether somebody else may be sending it at this moment."""
        return self.state == "PENDING" and self.tries > 0 and epoch - self.begun_at < LEASE_SECONDS

    @property
    def is_given_up(self) -> bool:
        """Whether it may have been sent as often as we are willing to send one message."""
        return self.state == "PENDING" and self.tries >= UNKNOWN_OUTCOMES_MAX


@dataclass(frozen=True, slots=True)
class Template:
    """One message in one language: a mail's subject and paragraphs, and the text of an SMS."""

    subject: str
    paragraphs: tuple[str, ...]
    sms: str


@dataclass(frozen=True, slots=True)
class Route:
    """The way a message takes."""

    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a provider tells of a message later. It is named by what we gave along (`member_id`, `key`), or where a channel
    takes nothing along, by the provider's own id. `is_permanent`: that address never takes anything.
    """

    channel: Channel
    provider_id: str
    outcome: Literal["delivered", "bounced", "complained"]
    at: datetime
    is_permanent: bool = False
    reason: str = ""
    member_id: str = ""
    key: str = ""


def purpose_of(kind: Kind, channel: Channel) -> str:
    """The use a consent must cover, for example `marketing_birthday_messages_sms`."""
    return f"{MARKETING.get(kind, TRANSACTIONAL)}_messages_{channel}"


def channels_of(kind: Kind, program: Program, holiday_id: str = "") -> tuple[Channel, ...]:
    """The channels to try, the best first. A birthday, a holiday or a win-back goes the ways that the program names for it,
    or none.
    """
    if kind == "birthday":
        return program.birthday.channels if program.birthday else ()
    if kind == "holiday":
        holiday = program.find_holiday(holiday_id)
        return holiday.channels if holiday else ()
    if kind == "win_back":
        return program.win_back.channels if program.win_back else ()
    return program.messages.kinds.get(kind, program.messages.channels)


def choose_route(
    kind: Kind,
    channels: tuple[Channel, ...],
    addresses: Mapping[Channel, str | None],
    consents_to: Callable[[str], bool],
) -> Route | State:
    """The first way that the member has agreed to and can be reached by, or why there is none."""
    agreed = [channel for channel in channels if consents_to(purpose_of(kind, channel))]
    for channel in agreed:
        if address := addresses.get(channel):
            return Route(channel, address)
    return "SUPPRESSED_NO_ADDRESS" if agreed else "SUPPRESSED_NO_CONSENT"


def quiet_until(now: datetime, policy: MessagePolicy, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours end (UTC) that `now` lies in; None where it lies in none. They may span midnight."""
    start, end = policy.quiet_from, policy.quiet_to
    if start is None or end is None or start == end:
        return None
    local = now.astimezone(zone)
    spans_midnight = start > end
    is_late = local.time() >= start
    is_early = local.time() < end
    if not ((is_late or is_early) if spans_midnight else (is_late and is_early)):
        return None
    day = local.date() + timedelta(days=1 if spans_midnight and is_late else 0)
    ends = datetime.combine(day, end, tzinfo=zone)
    # Where clocks go back, the same hour comes twice: the quiet ends with the one that still lies ahead.
    ahead = [instant.astimezone(UTC) for instant in (ends, ends.replace(fold=1)) if instant.astimezone(UTC) > now]
    return ahead[0] if ahead else None


def address_hint(route: Route) -> str:
    """What a person would recognise their own address by: `***123`, `h***@e***.com`."""
    if route.channel == "sms":
        return f"***{route.address[-3:]}"
    local, _, domain = route.address.partition("@")
    return f"{local[:1]}***@{domain[:1]}***.{domain.rpartition('.')[2]}"

"""Stand-ins for what messages need: records and queues in memory, a provider that can refuse or die, a profile."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from msgspec.structs import replace

from factories import make_program
from quen.errors import MemberNotFoundError, NotFoundError
from quen.members.model import is_consented
from quen.messages.caps import Recent
from quen.messages.model import DeliveryReport, Intent, Kind, Message, Proof
from quen.messages.outgoing import Outgoing
from quen.messages.ports import Writer
from quen.messages.rendering import Content, render
from quen.messages.service import Messages
from quen.program.model import Announcement, AnnouncementText, Channel, Gifts, Program, WinBackPolicy
from unit.members.fakes import make_consent

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
MEMBER = "mem_0000000000000001"
ALL_CONSENTS = ("marketing", "transactional")


class SettableClock:
    def __init__(self, instant: datetime = NOON) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def advance(self, **duration: float) -> None:
        self.instant += timedelta(**duration)


class FixedProgram:
    def __init__(self, program: Program | None) -> None:
        self.program = program

    def current(self, now: datetime) -> Program:
        if self.program is None:
            raise NotFoundError
        return self.program


@dataclass(frozen=True)
class FakeProfile:
    state: str = "active"
    name: str | None = "Nguyễn Thị Hoa"
    email: str | None = "hoa@example.com"
    phone: str | None = "+84901234567"
    locale: str | None = "vi"
    granted: tuple[str, ...] = ALL_CONSENTS
    refused: tuple[str, ...] = ()
    former: tuple[Any, ...] = ()

    def consents_to(self, purpose: str) -> bool:
        records = [
            make_consent(name, granted=name in self.granted, sequence=number)
            for number, name in enumerate((*self.granted, *self.refused), 1)
        ]
        return is_consented(records, purpose)


class FakeProfiles:
    def __init__(self, profile: FakeProfile | None) -> None:
        self.profile = profile

    def load(self, member_id: str) -> FakeProfile:
        if self.profile is None:
            raise MemberNotFoundError
        return self.profile


class MemoryMessages:
    """The MessageRecords port in a dictionary. `fails_at_write` dies instead of the n-th write (from 1)."""

    def __init__(self) -> None:
        self.messages: dict[tuple[str, str], Message] = {}
        self.recent: dict[str, Recent] = {}
        self.names: dict[tuple[str, str], tuple[str, str]] = {}
        self.writes = 0
        self.fails_at_write = 0

    def claim(self, message: Message) -> Message:
        return self.messages.setdefault((message.member_id, message.key), message)

    def replace(self, before: Message, after: Message, counted: tuple[Recent, Recent] | None = None) -> bool:
        self.writes += 1
        if self.writes == self.fails_at_write:
            raise KeyboardInterrupt
        key = (before.member_id, before.key)
        if self.messages[key].revision != before.revision:
            return False
        if counted and self.load_recent(before.member_id).revision != counted[0].revision:
            return False
        self.messages[key] = after
        if counted:
            self.recent[before.member_id] = counted[1]
        if after.state == "SENT" and after.channel == "sms":
            self.names[after.channel, after.provider_id] = key
        return True

    def find(self, member_id: str, key: str) -> Message | None:
        return self.messages.get((member_id, key))

    def list_kind(self, member_id: str, kind: Kind) -> list[Message]:
        return [one for (of, key), one in self.messages.items() if of == member_id and key.startswith(f"{kind}:")]

    def find_named(self, channel: Channel, provider_id: str) -> Message | None:
        name = self.names.get((channel, provider_id))
        return self.messages[name] if name else None

    def load_recent(self, member_id: str) -> Recent:
        return self.recent.get(member_id, Recent(member_id))


class FakeSender:
    def __init__(self) -> None:
        self.sent: list[tuple[str, str | None, Content]] = []
        self.messages: list[Outgoing] = []
        self.error: Exception | None = None

    def send(self, message: Outgoing) -> str:
        if self.error:
            raise self.error
        self.messages.append(message)
        self.sent.append((message.address, message.sender, message.content))
        return f"provider-{len(self.sent)}"


class MemoryIntents:
    def __init__(self) -> None:
        self.waiting: list[tuple[Intent, int]] = []

    def send(self, intents: Sequence[Intent], delay_seconds: int = 0) -> None:
        self.waiting += [(intent, delay_seconds) for intent in intents]


class MemorySuppressions:
    def __init__(self) -> None:
        self.reasons: dict[tuple[str, str], str] = {}

    def is_suppressed(self, channel: Channel, address: str) -> bool:
        return (channel, address) in self.reasons

    def suppress(self, channel: Channel, address: str, reason: str, message_id: str) -> None:
        self.reasons.setdefault((channel, address), reason)


class MemoryWithdrawals:
    def __init__(self) -> None:
        self.withdrawn: list[tuple[str, str, str, str]] = []

    def withdraw(self, member_id: str, purpose: str, source: str, proof: str) -> None:
        self.withdrawn.append((member_id, purpose, source, proof))


class MemoryProofs:
    """Proofs as the ledger keeps them. `error` is raised instead, as long as it stands."""

    def __init__(self) -> None:
        self.kept: list[tuple[tuple[str, ...], str, Proof]] = []
        self.error: Exception | None = None

    def record(self, member_id: str, days: Sequence[str], message_id: str, proof: Proof) -> None:
        if self.error:
            raise self.error
        if (given := (tuple(days), message_id, proof)) not in self.kept:
            self.kept.append(given)


class MemoryOddities:
    def __init__(self) -> None:
        self.duplicates: list[Message] = []
        self.unknown: list[DeliveryReport] = []

    def note_duplicate(self, message: Message) -> None:
        self.duplicates.append(message)

    def note_unknown_report(self, report: DeliveryReport) -> None:
        self.unknown.append(report)


class FakeReturned:
    def __init__(self) -> None:
        self.members: set[str] = set()

    def has_returned(self, member_id: str, last_bought_on: str) -> bool:
        return member_id in self.members


class FakeUnsubscribing:
    def url_for(self, member_id: str, purpose: str, message_id: str) -> str:
        return f"https://quen.example/{purpose}"


def plain_words(
    intent: Intent, program: Program, name: str | None, locale: str, unsubscribe_url: str = "", **_: object
) -> Content:
    """Words for any kind, whose text message is two segments long."""
    text = f"{intent.kind} {unsubscribe_url}".strip()
    return Content(intent.kind, text, f"<p>{text}</p>", text, encoding="GSM-7", segments=2, price=1_600)


def _opened(sender: FakeSender) -> Callable[[], FakeSender]:
    return lambda: sender


def with_news(program: Program) -> Program:
    """The program with something to announce, where it has nothing itself."""
    words = {"vi": AnnouncementText("Tin mới", ("Tin mới.",), "Tin mới")}
    news = Announcement("new-shop", date(2026, 11, 22), words, ("email", "sms"))
    offers = program.win_back or WinBackPolicy(Fraction(2), Gifts(), channels=("email", "sms"))
    return replace(program, announcements=program.announcements or (news,), win_back=offers)


class Post:
    """Everything around the messages. `wrap` puts something of a test's around each port."""

    def __init__(
        self,
        profile: FakeProfile | None = None,
        program: Program | None = None,
        email_from: str = "stack@example.com",
        write: Writer = render,
        channels: Collection[Channel] = ("email", "sms"),
        wrap: Callable[[Any], Any] = lambda port: port,
    ) -> None:
        self.records = MemoryMessages()
        self.profiles = FakeProfiles(profile or FakeProfile())
        self.programs = FixedProgram(with_news(program or make_program()))
        self.senders: dict[Channel, FakeSender] = {
            channel: FakeSender() for channel in ("email", "sms", "zalo", "push")
        }
        self.email, self.sms, self.zalo = self.senders["email"], self.senders["sms"], self.senders["zalo"]
        self.queue = MemoryIntents()
        self.clock, self.wall = SettableClock(), SettableClock()
        self.suppressions, self.withdrawals, self.proofs = MemorySuppressions(), MemoryWithdrawals(), MemoryProofs()
        self.oddities, self.returned = MemoryOddities(), FakeReturned()
        self.messages = Messages(
            wrap(self.records),
            wrap(self.profiles),
            self.programs,
            {channel: _opened(wrap(self.senders[channel])) for channel in channels},
            wrap(self.queue),
            self.clock,
            self.wall,
            email_from=email_from,
            suppressions=wrap(self.suppressions),
            withdrawals=wrap(self.withdrawals),
            unsubscribing=FakeUnsubscribing(),
            proofs=wrap(self.proofs),
            returned=self.returned,
            oddities=self.oddities,
            write=write,
        )

    @property
    def sent(self) -> int:
        return sum(len(sender.sent) for sender in self.senders.values())

    def stored(self) -> Message:
        [message] = self.records.messages.values()
        return message

    def report(self, outcome: Any, channel: Channel = "email", **changes: Any) -> DeliveryReport:
        """What a provider tells of the one message that there is."""
        message = self.stored()
        told = DeliveryReport(channel, "provider-1", outcome, self.wall.now())
        named = {"member_id": message.member_id, "key": message.key} if channel == "email" else {}
        return dataclasses.replace(told, **named, **changes)

    def pass_on(self) -> None:
        """Give what waits in the queue to the messages, once."""
        waiting, self.queue.waiting = self.queue.waiting, []
        for intent, _ in waiting:
            self.messages.receive(intent.body())

    def set_profile(self, **changes: Any) -> None:
        self.profiles.profile = dataclasses.replace(self.profiles.profile or FakeProfile(), **changes)


def make_intent(kind: str = "birthday", **data: Any) -> Intent:
    """An intent with all that its words need."""
    needed: dict[str, dict[str, Any]] = {
        "welcome": {"points": 20},
        "birthday": {"points": 50, "balance": 70},
        "holiday": {"points": 10, "balance": 80, "holiday_id": "tet"},
        "reserved": {
            "points": 120,
            "balance": 1380,
            "reward_id": "free-coffee",
            "until": "2026-12-22T05:00:00+00:00",
        },
        "redeemed": {"points": 120, "balance": 1380, "reward_id": "free-coffee"},
        "expired": {"points": 1234, "balance": 0, "on": "2026-11-30"},
        "expiring": {
            "points": 1200,
            "balance": 1500,
            "on": "2026-11-28",
            "through": "2026-11-29",
            "days": ["2026-11-28", "2026-11-29"],
            "stage": 7,
        },
        "win_back": {"points": 100, "balance": 170, "last_bought_on": "2026-08-02"},
        "announcement": {"announcement_id": "new-shop"},
        "security": {"what": "phone_changed"},
        "tier_upgraded": {"tier": "gold", "last_day": "2027-12-31"},
        "tier_at_risk": {"tier": "gold", "last_day": "2027-12-31", "figures": {"spend": 850_000}},
        "tier_lost": {"tier": "silver", "before": "gold", "last_day": "2028-12-31"},
        "milestone": {"card_id": "coffee", "reward_id": "free-coffee", "on": "2027-02-19"},
        "membership_due": {"plan_id": "vip", "amount": 49_000, "last_day": "2026-12-22"},
        "payment_failed": {"plan_id": "vip", "amount": 49_000, "last_day": "2026-12-23"},
        "membership_past_due": {"plan_id": "vip", "amount": 49_000, "last_day": "2026-12-28"},
        "membership_ended": {"plan_id": "vip", "amount": 125_000, "last_day": "2026-12-21"},
        "earned": {"points": 12, "balance": 1246},
        "gift_ending": {"what": "reward", "id": "free-coffee", "on": "2026-12-31"},
        "voucher_issued": {"reward_id": "free-coffee", "until": "2026-12-31"},
        "card_complete": {"card_id": "coffee", "reward_id": "free-coffee", "on": "2027-02-19"},
    }
    return Intent(MEMBER, kind, "2026", needed[kind] | data)  # type: ignore[arg-type]

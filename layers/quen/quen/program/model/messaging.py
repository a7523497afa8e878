"""How members are written to: by which ways, in whose words, when, and how often at most."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Literal

from msgspec import Struct, field

Channel = Literal["email", "sms", "zalo", "push"]

MessageKind = Literal[
    "welcome",
    "earned",
    "birthday",
    "holiday",
    "reserved",
    "redeemed",
    "expiring",
    "expired",
    "gift_ending",
    "voucher_issued",
    "tier_upgraded",
    "tier_at_risk",
    "tier_lost",
    "milestone",
    "card_complete",
    "membership_due",
    "payment_failed",
    "membership_past_due",
    "membership_ended",
    "win_back",
    "announcement",
    "security",
]
"""All that members are told; see `quen.messages.model` for what each is about."""


class Wording(Struct, frozen=True):
    """A program's own words for one kind of message in one language; what is None is said in the words that Quen brings.

    `body` are paragraphs. `zalo_template` is the number under which Zalo has approved the text of that notice.
    """

    subject: str | None = None
    body: tuple[str, ...] | None = None
    sms: str | None = None
    zalo_template: str | None = None


class MessageCap(Struct, frozen=True):
    """At most so many offers and greetings, of all kinds together, go to one member within so many days."""

    messages: int
    days: int


class SmsPolicy(Struct, frozen=True):
    """`is_unaccented`: Vietnamese goes without its marks, in about half of the segments. `segment_price` is what one segment
    costs, in the currency's smallest unit (None: nobody said).
    """

    is_unaccented: bool = False
    segment_price: int | None = None


class AdvertisingPolicy(Struct, frozen=True):
    """What Decree 91/2020/ND-CP asks of advertising: its label at the very beginning, text messages only between two local
    times (`opens` included, `closes` not), and at most so many a day to one number or address. `refusals` say by locale, at the
    very end of a text message, how to get no more: by which message and by which call. Empty: Quen's own words.
    """

    label: str = "[QC]"
    opens: time = time(7)
    closes: time = time(22)
    per_day: int = 3
    refusals: Mapping[str, str] = field(default_factory=dict)


_ADVERTISING = AdvertisingPolicy()
_SMS = SmsPolicy()


class MessagePolicy(Struct, frozen=True):
    """Who messages come from, and the local hours in which none is sent (they may span midnight).

    `channels` are the ways to try, the best first; `kinds` those of a kind that has its own (empty: it is never told);
    `wordings` go by kind and then by locale.
    """

    from_email: str | None = None
    sender_id: str | None = None
    quiet_from: time | None = None
    quiet_to: time | None = None
    channels: tuple[Channel, ...] = ("email", "sms")
    kinds: Mapping[MessageKind, tuple[Channel, ...]] = field(default_factory=dict)
    wordings: Mapping[MessageKind, Mapping[str, Wording]] = field(default_factory=dict)
    caps: tuple[MessageCap, ...] = ()
    sms: SmsPolicy = _SMS
    advertising: AdvertisingPolicy = _ADVERTISING

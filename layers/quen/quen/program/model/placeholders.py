"""What the words of a message may name: `$points` and its like, and no logic whatever.

A kind of message has one or more sayings: a welcome with points says something else than one without. Each saying has its
own names, because not every value is always there. A program's own words for a kind serve those of its sayings that have
every name they use; the others are said in the words that Quen brings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import Template

from msgspec import Struct

from quen.program.model.messaging import MessageKind, Wording


class Pattern(Template):
    """A text with `$name` in it; `$$` is a dollar. Braces are no part of the language, nor is anything else."""

    braceidpattern = "(?!)"


class Placeholder(Struct, frozen=True):
    """What a name stands for, and by language what it may become."""

    meaning: str
    vi: str
    en: str


class Saying(Struct, frozen=True):
    """One thing that a kind of message may say: when it does, and which names it has beside those of every message."""

    when: str
    names: tuple[str, ...] = ()


PLACEHOLDERS: Mapping[str, Placeholder] = {
    "program": Placeholder("the program", "Cà phê Quen", "Cà phê Quen"),
    "name": Placeholder("the member, or how one without a name is addressed", "Nguyễn Thị Hoa", "Nguyễn Thị Hoa"),
    "points": Placeholder("the points that the message is about", "1.234", "1,234"),
    "balance": Placeholder("the active points afterwards", "5.678", "5,678"),
    "reward": Placeholder("the reward", "Cà phê miễn phí", "Free coffee"),
    "gift": Placeholder(
        "all that is given, with its last days",
        "50 điểm và Cà phê miễn phí (đến hết ngày 31/12/2026)",
        "50 points and Free coffee (until the end of 31 December 2026)",
    ),
    "holiday": Placeholder("the holiday", "Tết", "Lunar New Year"),
    "wish": Placeholder("what the program wishes on that holiday", "Chúc mừng Tết!", "Happy Lunar New Year!"),
    "until": Placeholder("the last moment to collect it", "12:00 ngày 22/12/2026", "12:00 on 22 December 2026"),
    "on": Placeholder("the last day", "31/12/2026", "31 December 2026"),
    "when": Placeholder(
        "when the points end, one day or several", "vào cuối ngày 31/12/2026", "at the end of 31 December 2026"
    ),
    "left": Placeholder("how long that is from now", "còn 7 ngày", "7 days left"),
    "tier": Placeholder("the tier that the member has now", "Vàng", "Gold"),
    "before": Placeholder("the tier that the member had", "Vàng", "Gold"),
    "lacking": Placeholder("what keeps the tier and is not there yet", "150.000 ₫", "150,000 VND more"),
    "last_day": Placeholder(
        "the day that counts: the tier's last one, the next payment's …", "31/12/2026", "31 December 2026"
    ),
    "card": Placeholder("the punch card", "Mười lần ghé", "Ten purchases"),
    "plan": Placeholder("the membership", "Quen Plus", "Quen Plus"),
    "amount": Placeholder("its price; where it has ended, what was saved", "49.000 ₫", "49,000 VND"),
    "last_bought_on": Placeholder("the day of the last purchase", "31/08/2026", "31 August 2026"),
    "what": Placeholder("what happened", "Số điện thoại của bạn đã được thay đổi", "Your phone number was changed"),
}
"""Every name, with its one meaning."""

EVERYWHERE = ("program", "name")
"""The names that every message has."""

SAYINGS: Mapping[MessageKind, Mapping[str, Saying]] = {
    "welcome": {
        "welcome": Saying("somebody enrolled and has points for it", ("points",)),
        "joined": Saying("somebody enrolled"),
    },
    "earned": {"earned": Saying("points came in", ("points", "balance"))},
    "birthday": {"birthday": Saying("a birthday gift was given", ("gift", "balance"))},
    "holiday": {"holiday": Saying("a holiday's gift was given", ("holiday", "wish", "gift", "balance"))},
    "reserved": {
        "reserved": Saying("a reward waits, paid for with points", ("points", "balance", "reward", "until")),
        "gift_reserved": Saying("a reward waits that was a gift", ("balance", "reward", "until")),
    },
    "redeemed": {
        "redeemed": Saying("points bought a reward", ("points", "balance", "reward")),
        "spent": Saying("points paid a bill", ("points", "balance")),
        "gift_redeemed": Saying("a gift was collected", ("balance", "reward")),
    },
    "expiring": {"expiring": Saying("points will expire soon", ("points", "balance", "on", "when", "left"))},
    "expired": {"expired": Saying("points have expired", ("points", "balance", "on"))},
    "gift_ending": {"gift_ending": Saying("a gift or a voucher ends soon", ("gift", "on"))},
    "voucher_issued": {"voucher_issued": Saying("there is a new voucher", ("gift", "on"))},
    "tier_upgraded": {
        "tier_upgraded": Saying("a tier was reached", ("tier", "last_day")),
        "tier_upgraded_for_good": Saying("a tier was reached that stays", ("tier",)),
    },
    "tier_at_risk": {
        "tier_at_risk": Saying("a tier ends soon, and something keeps it", ("tier", "last_day", "lacking")),
        "tier_ending": Saying("a tier ends soon", ("tier", "last_day")),
    },
    "tier_lost": {"tier_lost": Saying("a tier was lost", ("tier", "before"))},
    "milestone": {"milestone": Saying("a punch card has brought a reward", ("card", "reward", "on"))},
    "card_complete": {
        "card_complete": Saying("a punch card is full and has brought a reward", ("card", "reward", "on")),
        "card_full": Saying("a punch card is full", ("card",)),
    },
    "membership_due": {"membership_due": Saying("a membership is renewed soon", ("plan", "amount", "last_day"))},
    "payment_failed": {
        "payment_failed": Saying("a payment failed and is tried again", ("plan", "amount", "last_day")),
        "payment_failed_for_good": Saying("a payment failed", ("plan", "amount")),
    },
    "membership_past_due": {
        "membership_past_due": Saying("a membership rests until it is paid for", ("plan", "amount", "last_day"))
    },
    "membership_ended": {
        "membership_ended": Saying("a membership has ended that saved something", ("plan", "amount", "last_day")),
        "membership_over": Saying("a membership has ended", ("plan", "last_day")),
    },
    "win_back": {
        "win_back": Saying("somebody has not come for long and has a gift", ("gift", "balance", "last_bought_on"))
    },
    "announcement": {"announcement": Saying("the program announces something")},
    "security": {"security": Saying("somebody changed something about the member", ("what",))},
}
"""By kind, what it may say; the first saying of each is the ordinary one."""


def names_of(kind: MessageKind) -> tuple[str, ...]:
    """All names that words for that kind may use, in the order of their table."""
    had = {*EVERYWHERE, *(name for saying in SAYINGS[kind].values() for name in saying.names)}
    return tuple(name for name in PLACEHOLDERS if name in had)


def names_of_saying(kind: MessageKind, said: str) -> frozenset[str]:
    """The names that one saying has."""
    return frozenset((*EVERYWHERE, *SAYINGS[kind][said].names))


def is_well_formed(text: str) -> bool:
    """Whether every `$` begins a name or stands for a dollar."""
    return Pattern(text).is_valid()


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The names that the texts use."""
    return frozenset(name for text in texts for name in Pattern(text).get_identifiers())


def serves(wording: Wording, kind: MessageKind, said: str) -> bool:
    """Whether a program's own words can say that: it has every name they use."""
    texts = (wording.subject or "", *(wording.body or ()), wording.sms or "")
    return names_in(texts) <= names_of_saying(kind, said)

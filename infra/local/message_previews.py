"""What a message of a program looks like, with example values: nobody is told anything, and no stack is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.errors import LocalError
from quen.messages.model import MARKETING, Intent, Kind
from quen.messages.rendering import Content, content_of
from quen.messages.sayings import own_words, words_for
from quen.messages.speech import Speech, on_one_line
from quen.messages.values import values_of
from quen.program.model import Program
from quen.program.model.placeholders import PLACEHOLDERS, SAYINGS, names_of_saying

SAID: Mapping[str, Kind] = {said: kind for kind, sayings in SAYINGS.items() for said in sayings}
"""The kind of each saying; what a kind says first of all is called like the kind."""
MEMBER = "mem_example"
STOP_URL = "https://quen.example/v1/unsubscribe/example"
LAST_DAY = "2026-12-31"


@dataclass(frozen=True, slots=True)
class Preview:
    """One saying in one language of a program. `price` is that of the text message as people write it, "" where nobody said."""

    kind: Kind
    said: str
    locale: str
    content: Content
    price: str = ""


def preview(said: str, program: Program, locale: str, chosen: Mapping[str, str]) -> Preview:
    """The saying with example values, of the program's own things where it has such; `chosen` values win.

    Raises LocalError for a locale that is none of the program's, and for a chosen name that the saying does not have.
    """
    kind = SAID[said]
    if locale not in program.locales:
        raise LocalError(f"the program does not speak {locale}: {_listed(program.locales)}.")
    names = [name for name in PLACEHOLDERS if name in names_of_saying(kind, said)]
    if unknown := [name for name in chosen if name not in names]:
        raise LocalError(f"such a message has no ${unknown[0]}: {_listed(['$' + name for name in names])}.")
    speech, intent = Speech(program, locale), example_intent(said, program)
    values = {name: _example(name, speech.language) for name in names}
    known = values_of(intent, speech, _example("name", speech.language))
    values |= {name: known[name] for name in names if known.get(name)}
    values |= {name: on_one_line(value) for name, value in chosen.items()}
    words = words_for(intent, said, speech)
    own = own_words(intent, program, locale)
    stop_url = STOP_URL if kind in MARKETING else ""
    zalo_template = (own.zalo_template if own else None) or ""
    content = content_of(kind, words, values, speech, stop_url, zalo_template)
    price = "" if content.price is None else speech.money(content.price)
    return Preview(kind, said, locale, content, price)


def previews(program: Program, locales: Sequence[str]) -> Iterator[Preview]:
    """All that is ever said, in each of these languages."""
    for said in SAID:
        for locale in locales:
            yield preview(said, program, locale, {})


def example_intent(said: str, program: Program) -> Intent:
    """An intent that says it, about the program's first reward, card, membership or holiday and its highest tier."""
    return Intent(MEMBER, SAID[said], "example", _data(said, program))


def _data(said: str, program: Program) -> dict[str, Any]:
    reward_id = program.rewards[0].id if program.rewards else ""
    reward = {"reward_id": reward_id}
    tier = {"tier": program.tiers[-1].id if program.tiers else "", "last_day": LAST_DAY}
    plan = {"plan_id": program.plans[0].id if program.plans else "", "amount": 49_000, "last_day": LAST_DAY}
    card = {"card_id": program.cards[0].id if program.cards else "", "reward_id": reward_id, "on": LAST_DAY}
    points = {"points": 120, "balance": 1380}
    gift = {"points": 50, "balance": 1430, "reward": {"id": reward_id, "until": LAST_DAY}}
    by_kind: Mapping[Kind, dict[str, Any]] = {
        "welcome": {"points": 20},
        "earned": points,
        "birthday": gift,
        "holiday": gift | {"holiday_id": program.holidays[0].id if program.holidays else ""},
        "reserved": points | reward | {"until": "2026-12-22T05:00:00+00:00"},
        "redeemed": points | reward,
        "expiring": points | {"on": LAST_DAY, "through": LAST_DAY, "days": [LAST_DAY], "stage": 7},
        "expired": points | {"on": LAST_DAY},
        "gift_ending": {"what": "reward", "id": reward_id, "on": LAST_DAY},
        "voucher_issued": reward | {"until": LAST_DAY},
        "tier_upgraded": tier,
        "tier_at_risk": tier | {"figures": {}},
        "tier_lost": {"tier": program.tiers[0].id if program.tiers else "", "before": tier["tier"]},
        "milestone": card,
        "card_complete": card,
        "membership_due": plan,
        "payment_failed": plan,
        "membership_past_due": plan,
        "membership_ended": plan,
        "win_back": gift | {"last_bought_on": "2026-08-31"},
        "announcement": {"announcement_id": program.announcements[0].id if program.announcements else ""},
        "security": {"what": "phone_changed"},
    }
    return by_kind[SAID[said]]


def _example(name: str, language: str) -> str:
    example = PLACEHOLDERS[name]
    return example.vi if language == "vi" else example.en


def _listed(things: Sequence[str]) -> str:
    return ", ".join(things)

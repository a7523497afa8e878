"""How a program speaks in one language: its names of things, and numbers, days and money as the language writes them. Pure."""

from __future__ import annotations

import calendar
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

from quen.errors import RewardNotFoundError
from quen.messages.words import FALLBACK_LOCALE, WORDS, Words
from quen.money import Money, format_integer, format_money
from quen.program.model import Program
from quen.program.model.placeholders import Pattern

_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what follows: a name with one would rewrite the sentence around it."""


class Speech(Struct, frozen=True):
    """One program, in one of its locales."""

    program: Program
    locale: str

    @property
    def language(self) -> str:
        """The language of ours that serves the locale."""
        language = self.locale.partition("-")[0].lower()
        return language if language in WORDS else FALLBACK_LOCALE

    @property
    def words(self) -> Words:
        """The phrases of that language."""
        return WORDS[self.language]

    def number(self, number: int) -> str:
        """`1.234` or `1,234`."""
        return format_integer(number, self.language)

    def money(self, amount: int) -> str:
        """So much of the program's currency, of its smallest unit."""
        return format_money(Money(amount, self.program.currency), self.language)

    def day(self, day: date) -> str:
        """`31/12/2026` or `31 December 2026`."""
        return f"{day:%d/%m/%Y}" if self.language == "vi" else f"{day.day} {calendar.month_name[day.month]} {day.year}"

    def moment(self, instant: datetime) -> str:
        """An instant, in the program's zone."""
        local = instant.astimezone(self.program.time_zone)
        return filled(self.words.at, {"time": f"{local:%H:%M}", "day": self.day(local.date())})

    def reward(self, reward_id: str) -> str:
        """The name of a reward; of one that is no more, what any is called."""
        try:
            return self.program.load_reward(reward_id).name_in(self.locale)
        except RewardNotFoundError:
            return self.words.some_reward

    def card(self, card_id: str) -> str:
        """The name of a punch card."""
        card = self.program.find_card(card_id)
        return card.name_in(self.locale) if card else self.words.some_card

    def plan(self, plan_id: str) -> str:
        """The name of a membership."""
        plan = self.program.find_plan(plan_id)
        return plan.name_in(self.locale) if plan else self.words.some_plan

    def perk(self, perk_id: str) -> str:
        """The name of a perk."""
        perk = self.program.find_perk(perk_id)
        return perk.name_in(self.locale) if perk else self.words.some_reward

    def tier(self, tier_id: str) -> str:
        """The name of a tier: nothing is the entry tier, and of one that is no more nobody knows the name."""
        tier = self.program.tier_of(tier_id)
        return tier.name_in(self.locale) if tier and tier_id in {"", tier.id} else self.words.some_tier


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its values, in one pass: a `$` in somebody's name stays a `$`. Raises KeyError for a name without one."""
    return Pattern(text).substitute(values)


def on_one_line(value: str) -> str:
    """A value that begins no new line, header or paragraph, and turns no text around it."""
    shown = "".join(sign for sign in " ".join(value.split()) if unicodedata.category(sign) != "Cc")
    return "".join(sign for sign in shown if sign not in _TURNS)

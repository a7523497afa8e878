"""Punch cards: stamps that bring a reward at each milestone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from msgspec import Struct

from quen.business_days import add_months
from quen.program.model.texts import text_in

STAMPS = "stamps"


def card_wallet(card_id: str) -> str:
    """The wallet of a rule whose stamps go on that card, and the counter of what is on it: `stamps/coffee`."""
    return f"{STAMPS}/{card_id}"


def card_of_wallet(wallet: str) -> str:
    """The id of the card that the wallet is; "" for every other wallet, that of stamps without a card among them."""
    unit, _, card_id = wallet.partition("/")
    return card_id if unit == STAMPS else ""


class Milestone(Struct, frozen=True):
    """What a stamp brings: one piece of a reward, for so many local days, that of the stamp included."""

    reward_id: str
    valid_days: int = 90

    def last_day_from(self, day: date) -> date:
        """The last day of what is given on that day."""
        return day + timedelta(days=self.valid_days - 1)


class PunchCard(Struct, frozen=True):
    """A card of so many `stamps`; `milestones` say what the 5th, the 12th brings. It lives `months` or `days` from its first
    stamp (neither: for good).
    """

    id: str
    name: Mapping[str, str]
    stamps: int
    milestones: Mapping[int, Milestone]
    months: int = 0
    days: int = 0

    @property
    def wallet(self) -> str:
        """The wallet of the rules that stamp it."""
        return card_wallet(self.id)

    def name_in(self, locale: str | None) -> str:
        """The name in that locale, or in its language, or in the program's first locale."""
        return text_in(self.name, locale)

    def last_day_from(self, day: date) -> str:
        """The last day of a card whose first stamp is of that day; "" where it has none. 31 January and one month is the last
        day of February.
        """
        if self.months:
            return add_months(day, self.months).isoformat()
        return (day + timedelta(days=self.days)).isoformat() if self.days else ""

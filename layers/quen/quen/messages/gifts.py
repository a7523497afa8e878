"""What an occasion has given, in words: in the intent by ids and days, in the message by names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from string import Template
from typing import Any

from quen.errors import RewardNotFoundError
from quen.ledger.model import Given
from quen.money import format_integer
from quen.program.model import Program

THINGS = ("reward", "voucher", "perk")

_POINTS = {"vi": "$points điểm", "en": "$points points"}
_UNTIL = {"vi": "$name (đến hết ngày $until)", "en": "$name (until the end of $until)"}
_AND = {"vi": " và ", "en": " and "}
_SOME = {"vi": "một món quà", "en": "a gift"}
_WISHES = {"vi": "Chúc mừng $holiday!", "en": "Happy $holiday!"}
_ALL_THE_BEST = {"vi": "Chúc bạn thật nhiều niềm vui!", "en": "We wish you all the best!"}


def gift_data(given: Given) -> dict[str, Any]:
    """What was given beside points, as an intent carries it."""
    return {name: thing for name, thing in given.view().items() if name in THINGS and thing}


def gift_text(data: Mapping[str, Any], program: Program, locale: str, language: str, day: Callable[[str], str]) -> str:
    """All that was given: `50 points, Free coffee (until the end of 31 December 2026) and …`. `day` writes a day."""
    parts = []
    if data.get("points"):
        parts.append(_filled(_POINTS[language], points=format_integer(data["points"], language)))
    for name in THINGS:
        if thing := data.get(name):
            named = _perk_name if name == "perk" else _reward_name
            known = named(thing["id"], program, locale) or _SOME[language]
            parts.append(_filled(_UNTIL[language], name=known, until=day(thing["until"])))
    return _listed(parts, language) or _SOME[language]


def wish_text(holiday_id: str, program: Program, locale: str, language: str) -> tuple[str, str]:
    """The name of the holiday, and what is wished: the program's own words, or a greeting; of a holiday that is no more, the
    program's name and all the best.
    """
    holiday = program.find_holiday(holiday_id)
    if holiday is None:
        return program.name, _ALL_THE_BEST[language]
    name = holiday.name_in(locale)
    return name, holiday.message_in(locale) or _filled(_WISHES[language], holiday=name)


def _reward_name(reward_id: str, program: Program, locale: str) -> str:
    try:
        return program.load_reward(reward_id).name_in(locale)
    except RewardNotFoundError:
        return ""


def _perk_name(perk_id: str, program: Program, locale: str) -> str:
    perk = program.find_perk(perk_id)
    return perk.name_in(locale) if perk else ""


def _listed(parts: Sequence[str], language: str) -> str:
    *first, last = parts or [""]
    return _AND[language].join([", ".join(first), last]) if first else last


def _filled(text: str, **values: str) -> str:
    """In one pass: a `$` in somebody's name stays a `$`."""
    return Template(text).substitute(values)

"""What the names in a message's words become: of an intent's ids, numbers and days, in one language. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from quen.messages.gifts import gift_text, wish_text
from quen.messages.model import UNASKED, Intent
from quen.messages.speech import Speech, filled, on_one_line
from quen.tiers.model import Figures, Standing, lacking, ways_to
from quen.tiers.model.reviews import keeping
from quen.tiers.sentences import lacking_text

OCCASIONS = frozenset({"birthday", "holiday", "win_back"})
"""The kinds of message that come with a gift."""


def values_of(intent: Intent, speech: Speech, name: str | None, today: date | None = None) -> dict[str, str]:
    """Every value that the intent gives, each on one line. `today` is the program's day on which it is told; where nobody
    says, the one on which it was due.
    """
    data = intent.data
    # A name is the account's own words: what warns of who may have taken it over does not repeat them.
    known = "" if intent.kind in UNASKED else name or ""
    values = {"program": speech.program.name, "name": on_one_line(known) or speech.words.nobody}
    values |= {name: speech.number(data[name]) for name in ("points", "balance") if name in data}
    values |= _names(data, speech)
    values |= _days(data, speech)
    if intent.kind in OCCASIONS:
        values["gift"] = _gift(data, speech)
    if intent.kind == "expiring":
        values |= _end_of_points(data, speech, today)
    if intent.kind == "gift_ending":
        values["gift"] = speech.perk(data["id"]) if data["what"] == "perk" else _voucher(data, speech)
    if intent.kind == "voucher_issued":
        values |= {"gift": _voucher(data, speech), "on": speech.day(_day_in(data["until"], speech))}
    if "holiday_id" in data:
        program, locale = speech.program, speech.locale
        values["holiday"], values["wish"] = wish_text(data["holiday_id"], program, locale, speech.language)
    if "figures" in data:
        values["lacking"] = _lacking(data["tier"], data["figures"], speech)
    if intent.kind == "security":
        happened = speech.words.happened
        values["what"] = happened.get(data["what"], happened[""])
    return {name: on_one_line(value) for name, value in values.items()}


def _names(data: Mapping[str, Any], speech: Speech) -> dict[str, str]:
    values = {name: speech.tier(data[name]) for name in ("tier", "before") if name in data}
    if "reward_id" in data:
        values["reward"] = speech.reward(data["reward_id"])
    if "card_id" in data:
        values["card"] = speech.card(data["card_id"])
    if "plan_id" in data:
        values |= {"plan": speech.plan(data["plan_id"]), "amount": speech.money(data["amount"])}
    return values


def _days(data: Mapping[str, Any], speech: Speech) -> dict[str, str]:
    named = {name: data[name] for name in ("on", "last_day", "last_bought_on") if name in data}
    values = {name: speech.day(date.fromisoformat(day)) for name, day in named.items()}
    if "until" in data and "T" in data["until"]:
        values["until"] = speech.moment(datetime.fromisoformat(data["until"]))
    return values


def _gift(data: Mapping[str, Any], speech: Speech) -> str:
    def day(text: str) -> str:
        return speech.day(date.fromisoformat(text))

    return gift_text(data, speech.program, speech.locale, speech.language, day)


def _voucher(data: Mapping[str, Any], speech: Speech) -> str:
    """What a voucher or a gift is: the reward that it is for, or what it is worth, or just one of them."""
    if reward_id := data.get("reward_id") or (data.get("what") == "reward" and data["id"]):
        return speech.reward(str(reward_id))
    if amount := data.get("amount"):
        return filled(speech.words.voucher_of, {"amount": speech.money(amount)})
    return speech.words.some_voucher


def _day_in(text: str, speech: Speech) -> date:
    """The program's day of a day or an instant."""
    if "T" in text:
        return datetime.fromisoformat(text).astimezone(speech.program.time_zone).date()
    return date.fromisoformat(text)


def _end_of_points(data: Mapping[str, Any], speech: Speech, today: date | None) -> dict[str, str]:
    """When points end, on one day or on several that are told together, and how long that is from now."""
    first, last = date.fromisoformat(data["on"]), date.fromisoformat(data.get("through", data["on"]))
    words = speech.words
    ends = first if today is None or first >= today else last
    days = max(0, (ends - today).days) if today else int(data["stage"])
    left = filled(words.days_left[min(days, 2) - 1], {"days": speech.number(days)}) if days else words.last_day_today
    pattern = words.on_one_day if first == last else words.on_several_days
    return {"when": filled(pattern, {"first": speech.day(first), "last": speech.day(last)}), "left": left}


def _lacking(tier_id: str, figures: Figures, speech: Speech) -> str:
    """What keeps the tier and was not there yet when the review was made; "" where nothing does."""
    program = speech.program
    criteria = keeping(program, Standing(tier_id))
    if not criteria:
        return ""
    return lacking_text(lacking(ways_to(criteria, figures)[0], figures), program.currency, speech.language)

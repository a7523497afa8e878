"""An intent in words: numbers and days as the language writes them, every value escaped where it becomes HTML.

Templates are filled in one pass, so that a `$` in somebody's name stays a `$`; a value that a template wants and nobody
gives is a defect, and raises KeyError.
"""

from __future__ import annotations

import calendar
import html
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from quen.errors import RewardNotFoundError
from quen.messages.gifts import gift_text, wish_text
from quen.messages.model import MARKETING, Intent, Template
from quen.messages.templates import FALLBACK_LOCALE, TEMPLATES, WORDS
from quen.messages.texting import texted
from quen.money import Money, format_integer, format_money
from quen.program.model import Program
from quen.tiers.model import Figures, Standing, lacking, ways_to
from quen.tiers.model.reviews import keeping
from quen.tiers.sentences import lacking_text


@dataclass(frozen=True, slots=True)
class Content:
    """A message in words: a mail's subject, text and HTML, and the text of an SMS. All of it or what the channel needs.

    Of the SMS also its `encoding` (GSM-7 or UCS-2), `segments`, and `price` in the currency's smallest unit, where somebody
    counted them. `zalo_template` is the number of the notice that Zalo has approved ("": none), `values` what fills it.
    """

    subject: str
    text: str
    html: str
    sms: str
    encoding: str = ""
    segments: int = 0
    price: int | None = None
    zalo_template: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


def render(
    intent: Intent,
    program: Program,
    name: str | None,
    locale: str,
    unsubscribe_url: str = "",
) -> Content:
    """The message in that language (one of the program's; words that we do not have are said in English)."""
    language = language_of(locale)
    words = WORDS[language]
    values = _values(intent, program, locale, language) | {"program": program.name, "name": name or words.nobody}
    template = _template(intent, values, language)
    paragraphs = [words.greeting, *template.paragraphs, words.closing]
    subject = _filled(template.subject, values)
    text = "\n\n".join(_filled(paragraph, values) for paragraph in paragraphs) + "\n"
    escaped = {key: html.escape(value) for key, value in values.items()}
    body = "".join(f"<p>{_filled(paragraph, escaped).replace(chr(10), '<br>')}</p>" for paragraph in paragraphs)
    page = (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{html.escape(subject)}</title></head>'
        f'<body style="font-family: sans-serif; line-height: 1.5">{body}</body></html>'
    )
    by_sms = texted(
        _filled(template.sms, values),
        program,
        is_marketing=intent.kind in MARKETING,
        locale=locale,
        unsubscribe_url=unsubscribe_url,
    )
    own = program.messages.wordings.get(intent.kind, {}).get(locale)
    return Content(
        subject,
        text,
        page,
        by_sms.text,
        by_sms.size.encoding,
        by_sms.size.segments,
        by_sms.price,
        (own and own.zalo_template) or "",
        values,
    )


def language_of(locale: str) -> str:
    """The language of ours that serves a locale."""
    language = locale.partition("-")[0].lower()
    return language if language in TEMPLATES else FALLBACK_LOCALE


def _template(intent: Intent, values: Mapping[str, str], language: str) -> Template:
    """A welcome without points, a redemption without a reward, one of a gift, and a full card that gives none say something
    else, and so does a tier that is for good, or that nothing is known to keep.
    """
    said: str = intent.kind
    if intent.kind == "welcome" and not intent.data["points"]:
        said = "joined"
    if intent.kind == "redeemed" and "reward_id" not in intent.data:
        said = "spent"
    if intent.kind in {"reserved", "redeemed"} and not intent.data["points"]:
        said = f"gift_{intent.kind}"
    if intent.kind == "tier_upgraded" and "last_day" not in intent.data:
        said = "tier_upgraded_for_good"
    if intent.kind == "tier_at_risk" and not values["lacking"]:
        said = "tier_ending"
    if intent.kind == "payment_failed" and "last_day" not in intent.data:
        said = "payment_failed_for_good"
    if intent.kind == "membership_ended" and not intent.data["amount"]:
        said = "membership_over"
    if intent.kind == "card_complete" and "reward_id" not in intent.data:
        said = "card_full"
    return TEMPLATES[language][said]


def _values(intent: Intent, program: Program, locale: str, language: str) -> dict[str, str]:
    data = intent.data
    values = {name: format_integer(data[name], language) for name in ("points", "balance") if name in data}
    if "reward_id" in data:
        values["reward"] = _reward_name(data["reward_id"], program, locale, language)
    if "card_id" in data:
        card = program.find_card(data["card_id"])
        values["card"] = card.name_in(locale) if card else WORDS[language].some_card
    if "plan_id" in data:
        plan = program.find_plan(data["plan_id"])
        values["plan"] = plan.name_in(locale) if plan else WORDS[language].some_plan
        values["amount"] = format_money(Money(data["amount"], program.currency), language)
    if "on" in data:
        values["on"] = _day(date.fromisoformat(data["on"]), language)
    if "until" in data:
        until = datetime.fromisoformat(data["until"]).astimezone(program.time_zone)
        joint = " ngày " if language == "vi" else " on "
        values["until"] = f"{until:%H:%M}{joint}{_day(until.date(), language)}"
    if intent.kind in {"birthday", "holiday"}:
        values["gift"] = gift_text(data, program, locale, language, lambda day: _day(date.fromisoformat(day), language))
    if "holiday_id" in data:
        values["holiday"], values["wish"] = wish_text(data["holiday_id"], program, locale, language)
    if "last_day" in data:
        values["last_day"] = _day(date.fromisoformat(data["last_day"]), language)
    values |= {name: _tier_name(data[name], program, locale, language) for name in ("tier", "before") if name in data}
    if "figures" in data:
        values["lacking"] = _lacking(data["tier"], data["figures"], program, language)
    return values


def _tier_name(tier_id: str, program: Program, locale: str, language: str) -> str:
    """Nothing is the entry tier; of a tier that is no more nobody knows the name."""
    tier = program.tier_of(tier_id)
    return tier.name_in(locale) if tier and tier_id in {"", tier.id} else WORDS[language].some_tier


def _lacking(tier_id: str, figures: Figures, program: Program, language: str) -> str:
    """What keeps the tier and was not there yet when the review was made; "" where nothing does."""
    criteria = keeping(program, Standing(tier_id))
    return lacking_text(lacking(ways_to(criteria, figures)[0], figures), program.currency, language) if criteria else ""


def _reward_name(reward_id: str, program: Program, locale: str, language: str) -> str:
    try:
        return program.load_reward(reward_id).name_in(locale)
    except RewardNotFoundError:
        return WORDS[language].some_reward


def _day(day: date, language: str) -> str:
    return f"{day:%d/%m/%Y}" if language == "vi" else f"{day.day} {calendar.month_name[day.month]} {day.year}"


def _filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its values, each on one line: no name of anything may begin a new header or paragraph."""
    lines = {name: " ".join(value.split()) for name, value in values.items()}
    return string.Template(text).substitute(lines)

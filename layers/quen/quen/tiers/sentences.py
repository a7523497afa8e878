"""What members are told of their way, in words: "2 more visits until Gold". Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from quen.money import Money, format_integer, format_money
from quen.program.model import Measure, Program
from quen.tiers.model import Figures, Progress

LOCALES = ("vi", "en")

_MEASURES: Sequence[Measure] = ("qualifying", "spend", "visits", "purchases")
"""In which order things are named that are lacking."""
_COUNTED: Mapping[str, Mapping[Measure, tuple[str, str]]] = {
    "vi": {
        "qualifying": ("điểm xét hạng", "điểm xét hạng"),
        "visits": ("lượt ghé", "lượt ghé"),
        "purchases": ("lần mua hàng", "lần mua hàng"),
    },
    "en": {
        "qualifying": ("more qualifying point", "more qualifying points"),
        "visits": ("more visit", "more visits"),
        "purchases": ("more purchase", "more purchases"),
    },
}

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def progress_sentence(program: Program, progress: Progress, tier_id: str) -> Mapping[str, str]:
    """Where the member stands, by locale: at risk, on the way to the next tier, or at the top."""
    return {locale: _sentence(program, progress, tier_id, locale) for locale in LOCALES}


def lacking_text(missing: Figures, currency: str, locale: str) -> str:
    """What is lacking: `200.000 ₫ và 2 lượt ghé`, `200,000 VND more and 2 more visits`; "" where nothing is."""
    parts = [_part(measure, missing[measure], currency, locale) for measure in _MEASURES if missing.get(measure)]
    last = " và " if locale == "vi" else " and "
    return last.join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def day_text(day: date, locale: str) -> str:
    """The day as people write it: `31/12/2026`, `31 December 2026`."""
    return f"{day:%d/%m/%Y}" if locale == "vi" else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _sentence(program: Program, progress: Progress, tier_id: str, locale: str) -> str:
    if progress.at_risk:
        return _at_risk(program, progress, locale)
    if progress.next is None:
        name = _name_of(program, tier_id, locale)
        return f"Bạn đang ở hạng cao nhất: {name}" if locale == "vi" else f"You are at the top: {name}"
    name, lacks = progress.next.name_in(locale), lacking_text(progress.missing, program.currency, locale)
    if not lacks:
        return f"Lần mua hàng tới sẽ lên hạng {name}" if locale == "vi" else f"{name} with your next purchase"
    return f"Còn {lacks} nữa là lên hạng {name}" if locale == "vi" else f"{lacks} until {name}"


def _at_risk(program: Program, progress: Progress, locale: str) -> str:
    """What keeps the tier, and until when; only until when where nothing does."""
    name = _name_of(program, progress.earned, locale)
    day = day_text(date.fromisoformat(progress.until), locale)
    if progress.keep_missing is None:
        return f"Hạng {name} kết thúc ngày {day}" if locale == "vi" else f"{name} ends on {day}"
    lacks = lacking_text(progress.keep_missing, program.currency, locale)
    if locale == "vi":
        return f"Cần thêm {lacks} đến hết ngày {day} để giữ hạng {name}"
    return f"{lacks} by {day} to keep {name}"


def _part(measure: Measure, amount: int, currency: str, locale: str) -> str:
    if measure == "spend":
        money = format_money(Money(amount, currency), locale)
        return money if locale == "vi" else f"{money} more"
    one, many = _COUNTED[locale][measure]
    return f"{format_integer(amount, locale)} {one if amount == 1 else many}"


def _name_of(program: Program, tier_id: str, locale: str) -> str:
    tier = program.tier_of(tier_id)
    return tier.name_in(locale) if tier else tier_id

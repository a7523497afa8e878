"""Why a purchase earned what it did: every rule of its day's program, what it gave or why it gave nothing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from quen.earning.model import Purchase, price_purchase
from quen.money import format_integer
from quen.program.model import EarningRule, Program, Wallet

Verdict = Literal["applied", "capped", "cap_used_up", "below_one_point", "other_weekday"]

_BOUNDLESS = 10**15
_WALLETS: Mapping[Wallet, Mapping[str, str]] = {
    "points": {"vi": "điểm", "en": "points"},
    "qualifying": {"vi": "điểm xét hạng", "en": "qualifying points"},
    "stamps": {"vi": "tem", "en": "stamps"},
}


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """What one rule made of a purchase. `without_cap` is what it would have given if nothing had capped it."""

    rule_id: str
    wallet: Wallet
    verdict: Verdict
    points: int
    without_cap: int


def explain_purchase(program: Program, purchase: Purchase, given: Mapping[str, int]) -> list[RuleVerdict]:
    """A verdict for every purchase rule of the program that decided; `given` is what each rule gave, by its entry."""
    rules = [rule for rule in program.earning if rule.on == "purchase"]
    boundless = {rule.id: _BOUNDLESS for rule in rules if rule.cap_per == "day"}
    free = price_purchase(_without_caps_per_purchase(program), purchase, rooms=boundless)
    would = {share.rule_id: share.points for share in free.explanation}
    return [_verdict(rule, program, purchase, given.get(rule.id, 0), would.get(rule.id, 0)) for rule in rules]


def sentences(verdict: RuleVerdict) -> dict[str, str]:
    """The verdict as a person is told."""
    points, would = _amounts(verdict.wallet, verdict.points), _amounts(verdict.wallet, verdict.without_cap)
    return {
        "applied": {"vi": f"Cho {points['vi']}.", "en": f"Gave {points['en']}."},
        "capped": {
            "vi": f"Cho {points['vi']} thay vì {would['vi']}: đã đến mức tối đa.",
            "en": f"Gave {points['en']} instead of {would['en']}: its limit was reached.",
        },
        "cap_used_up": {
            "vi": "Không cho gì: mức tối đa đã dùng hết trước đó.",
            "en": "Gave nothing: its limit had been used up before.",
        },
        "below_one_point": {
            "vi": "Không cho gì: chưa đủ cho một đơn vị.",
            "en": "Gave nothing: not enough for a whole one.",
        },
        "other_weekday": {
            "vi": "Không áp dụng vào ngày này trong tuần.",
            "en": "Does not apply on this day of the week.",
        },
    }[verdict.verdict]


def _amounts(wallet: Wallet, number: int) -> dict[str, str]:
    """So many of a wallet's unit, by language."""
    unit = _WALLETS[wallet]
    english = unit["en"].removesuffix("s") if number == 1 else unit["en"]
    return {"vi": f"{format_integer(number, 'vi')} {unit['vi']}", "en": f"{format_integer(number, 'en')} {english}"}


def _verdict(rule: EarningRule, program: Program, purchase: Purchase, points: int, would: int) -> RuleVerdict:
    if not rule.applies_on(program.local_day(purchase.occurred_at)):
        return RuleVerdict(rule.id, rule.wallet, "other_weekday", 0, 0)
    if rule.cap_points is not None and points < would:
        return RuleVerdict(rule.id, rule.wallet, "capped" if points else "cap_used_up", points, would)
    return RuleVerdict(rule.id, rule.wallet, "applied" if points else "below_one_point", points, points)


def _without_caps_per_purchase(program: Program) -> Program:
    rules = (
        replace(rule, cap_points=None, cap_per=None) if rule.cap_per == "purchase" else rule for rule in program.earning
    )
    return replace(program, earning=tuple(rules))

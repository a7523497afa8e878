"""The samples: bills of three sizes, and one for whatever the rules of either program ask about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from quen.money import AMOUNT_MAX, CURRENCY_DIGITS
from quen.planning.model.drafts import Draft, fitted, holding
from quen.program.model import (
    FIRST_PURCHASE,
    AllOf,
    AtTimes,
    Condition,
    EarningRule,
    Facts,
    NthPurchase,
    OnWeekdays,
    Program,
    WithGoods,
    leaves,
)

BASKETS_MAX = 80
Names = Mapping[str, str]

_WEEKDAYS = (
    ("mon", "thứ Hai", "Monday"),
    ("tue", "thứ Ba", "Tuesday"),
    ("wed", "thứ Tư", "Wednesday"),
    ("thu", "thứ Năm", "Thursday"),
    ("fri", "thứ Sáu", "Friday"),
    ("sat", "thứ Bảy", "Saturday"),
    ("sun", "Chủ Nhật", "Sunday"),
)
_SIZES: Sequence[tuple[str, str, str, int]] = (
    ("small", "Hoá đơn nhỏ", "A small bill", 5),
    ("usual", "Hoá đơn thường", "A usual bill", 25),
    ("large", "Hoá đơn lớn", "A large bill", 250),
)
"""How many halves of the amount that a rule gives points for."""


class Basket(Struct, frozen=True):
    """One sample. `basket_id` says what it is for: `usual`, `weekday:mon`, `category:drinks`, `rule:happy-hour` …"""

    basket_id: str
    name: Names
    draft: Draft


def sample_baskets(programs: Sequence[Program], day: date) -> list[Basket]:
    """The samples for these programs (the new one first), on that day or later; no two of them alike. What is special in
    the program comes first; there is one more than BASKETS_MAX where there are more than are shown.
    """
    plain = _plain(programs, day)
    sizes = [_sized(plain, programs[0], *size) for size in _SIZES]
    usual = sizes[1].draft
    makers: Sequence[Callable[[Program, Draft], Iterator[Basket]]] = (
        _of_campaigns,
        _of_tiers,
        _of_perks,
        _of_weekdays,
        _of_categories,
        _of_rules,
    )
    found = {basket.basket_id: basket for basket in sizes}
    drafts = {basket.draft for basket in sizes}
    for basket in (basket for make in makers for program in programs for basket in make(program, usual)):
        if basket.basket_id not in found and basket.draft not in drafts:
            found[basket.basket_id] = basket
            drafts.add(basket.draft)
        if len(found) > BASKETS_MAX:
            break
    return list(found.values())


def _plain(programs: Sequence[Program], day: date) -> Draft:
    """A purchase of which nothing is special: on the first day of a week, at the first hour, that no rule names."""
    asked = [leaf for program in programs for condition in _conditions(program) for leaf in leaves(condition)]
    days = [day + timedelta(days=step) for step in range(7)]
    named = frozenset().union(*(leaf.weekdays for leaf in asked if isinstance(leaf, OnWeekdays)))
    times = [leaf for leaf in asked if isinstance(leaf, AtTimes)]
    numbers = [leaf for leaf in asked if isinstance(leaf, NthPurchase)]
    draft = Draft(next((one for one in days if one.weekday() not in named), day), 1)
    hours = (replace(draft, minute=hour % 24 * 60) for hour in range(12, 36))
    draft = next((one for one in hours if all(time.failure(one.occasion()) for time in times)), draft)
    counts = (replace(draft, facts=Facts(nth=nth)) for nth in range(2, 1000))
    return next((one for one in counts if all(number.failure(one.occasion()) for number in numbers)), draft)


def _sized(plain: Draft, program: Program, basket_id: str, vi: str, en: str, halves: int) -> Basket:
    """A bill of that size, of something that earns, by a member of the first tier."""
    rules = program.purchase_rules
    digits = CURRENCY_DIGITS[program.currency]
    pers = [rule.per for rule in rules if rule.per and rule.wallet == "points"]
    pers = pers or [10 * 10**digits if digits else 10_000]
    amount = min(AMOUNT_MAX, max(1, max(pers) * halves // 2))
    tier = program.tiers[0].id if program.tiers else ""
    draft = replace(plain, amount=amount, facts=replace(plain.facts, tier=tier))
    bases = [rule for rule in rules if rule.wallet == "points" and rule.multiplier is None and not rule.is_bonus]
    draft = holding(draft, bases[0].goods) if bases and all(rule.goods for rule in bases) else draft
    return Basket(basket_id, {"vi": vi, "en": en}, draft)


def _of_campaigns(program: Program, usual: Draft) -> Iterator[Basket]:
    """A bill inside the window of every campaign that is not over."""
    for campaign in program.campaigns:
        if draft := fitted(usual, campaign.condition):
            vi, en = _texts(campaign.name)
            yield Basket(f"campaign:{campaign.id}", {"vi": f"Trong dịp {vi}", "en": f"During {en}"}, draft)


def _of_tiers(program: Program, usual: Draft) -> Iterator[Basket]:
    for tier in program.tiers:
        draft = replace(usual, facts=replace(usual.facts, tier=tier.id))
        vi, en = _texts(tier.name)
        yield Basket(f"tier:{tier.id}", {"vi": f"Khách hạng {vi}", "en": f"A member of {en}"}, draft)


def _of_perks(program: Program, usual: Draft) -> Iterator[Basket]:
    """A bill of somebody who has a perk that multiplies points."""
    for perk in program.perks:
        if perk.multiplies:
            draft = replace(usual, facts=replace(usual.facts, perks=frozenset({perk.id})))
            vi, en = _texts(perk.name)
            yield Basket(f"perk:{perk.id}", {"vi": f"Khách có “{vi}”", "en": f"Somebody with “{en}”"}, draft)


def _of_weekdays(program: Program, usual: Draft) -> Iterator[Basket]:
    asked = [leaf for condition in _conditions(program) for leaf in leaves(condition)]
    for number in sorted(frozenset().union(*(leaf.weekdays for leaf in asked if isinstance(leaf, OnWeekdays)))):
        name, vi, en = _WEEKDAYS[number]
        draft = fitted(usual, OnWeekdays(frozenset({number})))
        if draft:
            names = {"vi": f"Hoá đơn thường, {vi}", "en": f"A usual bill on a {en}"}
            yield Basket(f"weekday:{name}", names, draft)


def _of_categories(program: Program, usual: Draft) -> Iterator[Basket]:
    asked = [leaf for condition in _conditions(program) for leaf in leaves(condition)]
    goods = [leaf.goods for leaf in asked if isinstance(leaf, WithGoods)]
    goods += [rule.goods for rule in program.purchase_rules if rule.goods]
    goods += [program.basis.without_goods] if program.basis.without_goods else []
    for category in sorted(frozenset().union(*(one.categories for one in goods))):
        names = {"vi": f"Mua hàng {category}", "en": f"Goods of {category}"}
        yield Basket(f"category:{category}", names, replace(usual, goods=(("", category),)))


def _of_rules(program: Program, usual: Draft) -> Iterator[Basket]:
    """For every rule a bill that it is for, unless it asks for no more than goods of a category."""
    for rule in program.purchase_rules:
        condition = _condition_of(rule, program)
        if condition is None and (rule.goods is None or rule.goods.categories):
            continue
        if draft := fitted(usual, condition):
            vi, en = _texts(rule.name) if rule.name else (rule.id, rule.id)
            names = {"vi": f"Đủ điều kiện “{vi}”", "en": f"What “{en}” is for"}
            yield Basket(f"rule:{rule.id}", names, holding(draft, rule.goods))


def _condition_of(rule: EarningRule, program: Program) -> Condition | None:
    """All that must be so for the rule."""
    campaign = program.find_campaign(rule.campaign)
    parts = [campaign.condition] if campaign else []
    parts += [FIRST_PURCHASE] if rule.on == "first_purchase" else []
    parts += [rule.when] if rule.when else []
    return AllOf(tuple(parts)) if parts else None


def _conditions(program: Program) -> Iterator[Condition]:
    for rule in program.purchase_rules:
        if condition := _condition_of(rule, program):
            yield condition


def _texts(name: Names) -> tuple[str, str]:
    """The name in Vietnamese and in English; where there is but one, that one."""
    first = next(iter(name.values()))
    return name.get("vi", first), name.get("en", first)

"""What the till prints or shows after a purchase: short sentences, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from quen.cards.model import CardMark
from quen.earning.model import RuleShare
from quen.earning.reach import NextReward
from quen.money import format_integer, format_money
from quen.program.model import Program, PunchCard, Tier, text_in
from quen.tiers.sentences import day_text

NOTHING_STAMPED: Mapping[str, CardMark] = MappingProxyType({})


def receipt_text(
    program: Program,
    points: int,
    *,
    active: int,
    active_on: date | None = None,
    shares: Sequence[RuleShare] = (),
    following: NextReward | None = None,
    expiring: tuple[date, int] | None = None,
    cards: Mapping[str, CardMark] = NOTHING_STAMPED,
) -> dict[str, str]:
    """The sentences by language.

    `points` is what the purchase earned, `active` what the member can spend afterwards, `active_on` the day on which the
    points become active, where they wait. Of `shares`, rules that have a name for members, the member's tier and perks are
    named with what they gave; `following` is the next reward, `expiring` the day on which points expire soon, and how many;
    `cards` are the marks of the cards that were stamped.
    """
    worth = program.worth(active)
    earned_vi = _earned_vi(points, active_on, _named(program, shares, "vi"))
    earned_en = _earned_en(points, active_on, _named(program, shares, "en"))
    worth_vi, worth_en = format_money(worth, "vi"), format_money(worth, "en")
    vi = [f"{earned_vi} Hiện có {format_integer(active, 'vi')} điểm, trị giá {worth_vi}."]
    en = [f"{earned_en} You have {_points_en(active)}, worth {worth_en}."]
    told = [(card, cards[card.id]) for card in program.cards if card.id in cards]
    vi += [_stamped_vi(program, card, mark) for card, mark in told]
    en += [_stamped_en(program, card, mark) for card, mark in told]
    if following:
        name = following.reward.name_in
        vi.append(f"Còn {format_integer(following.missing, 'vi')} điểm nữa là đổi được {name('vi')}.")
        en.append(f"{_points_en(following.missing)} more, and you can have {name('en')}.")
    if expiring:
        day, soon = expiring
        vi.append(f"{format_integer(soon, 'vi')} điểm hết hạn sau ngày {day:%d/%m/%Y}.")
        en.append(f"{_points_en(soon)} can be spent until {day_text(day, 'en')}.")
    return {"vi": " ".join(vi), "en": " ".join(en)}


def return_text(
    program: Program, taken: int, given: int, *, active: int, cards: Mapping[str, CardMark] = NOTHING_STAMPED
) -> dict[str, str]:
    """The same after a return: `taken` is what the goods had earned, `given` what had been paid with points, `cards` the marks
    of the cards from which stamps were taken.
    """
    told = [(card, cards[card.id]) for card in program.cards if card.id in cards]
    on_cards = {
        "vi": "".join(f" {_stamped_vi(program, card, mark)}" for card, mark in told),
        "en": "".join(f" {_stamped_en(program, card, mark)}" for card, mark in told),
    }
    worth = program.worth(active)
    back = {
        "vi": f" Hoàn lại {format_integer(given, 'vi')} điểm đã dùng." if given else "",
        "en": f" You get back {_points_en(given)} that you paid with." if given else "",
    }
    return {
        "vi": f"Trả hàng: trừ {format_integer(taken, 'vi')} điểm.{back['vi']}"
        f" Hiện có {format_integer(active, 'vi')} điểm, trị giá {format_money(worth, 'vi')}.{on_cards['vi']}",
        "en": f"Goods returned: {_points_en(taken)} taken back.{back['en']}"
        f" You have {_points_en(active)}, worth {format_money(worth, 'en')}.{on_cards['en']}",
    }


def _stamped_vi(program: Program, card: PunchCard, mark: CardMark) -> str:
    full = " Thẻ đã đầy, bắt đầu thẻ mới." if any(one.at == card.stamps for one in mark.reached) else ""
    won = _won(program, mark, "vi")
    return f"Thẻ {card.name_in('vi')}: {mark.stamps}/{card.stamps} tem.{full}" + (f" Quà tặng: {won}." if won else "")


def _stamped_en(program: Program, card: PunchCard, mark: CardMark) -> str:
    full = " One card is full, and a new one begins." if any(one.at == card.stamps for one in mark.reached) else ""
    won = _won(program, mark, "en")
    card_en = f"{card.name_in('en')} card: {mark.stamps} of {card.stamps} stamps."
    return f"{card_en}{full}" + (f" Your gift: {won}." if won else "")


def _won(program: Program, mark: CardMark, locale: str) -> str:
    """What milestones gave."""
    names = {reward.id: reward.name_in(locale) for reward in program.rewards} if mark.reached else {}
    told = [(one.times, names[one.reward_id]) for one in mark.reached if one.reward_id in names]
    return ", ".join(name if times == 1 else f"{times} × {name}" for times, name in told)


def _named(program: Program, shares: Sequence[RuleShare], locale: str) -> str:
    """What rules with a name, the tier and perks gave, in brackets."""
    names = {rule.id: text_in(rule.name, locale) for rule in program.earning if rule.name}
    names |= {f"tier:{tier.id}": _tier_name(tier, locale) for tier in program.tiers}
    names |= {f"perk:{perk.id}": perk.name_in(locale) for perk in program.perks}
    told = [
        f"{names[share.rule_id]}: {format_integer(share.points, locale)}"
        for share in shares
        if share.wallet == "points" and share.points and share.rule_id in names
    ]
    return f" ({', '.join(told)})" if told else ""


def _tier_name(tier: Tier, locale: str) -> str:
    return f"Hạng {tier.name_in(locale)}" if locale == "vi" else f"{tier.name_in(locale)} tier"


def _earned_vi(points: int, active_on: date | None, named: str) -> str:
    if not points:
        return "Hoá đơn này không tích điểm."
    later = f", dùng được từ ngày {active_on:%d/%m/%Y}" if active_on else ""
    return f"Bạn được tích {format_integer(points, 'vi')} điểm{named}{later}."


def _earned_en(points: int, active_on: date | None, named: str) -> str:
    if not points:
        return "This purchase earns no points."
    later = f", yours to spend from {day_text(active_on, 'en')}" if active_on else ""
    return f"You earned {_points_en(points)}{named}{later}."


def _points_en(points: int) -> str:
    return f"{format_integer(points, 'en')} {'point' if points == 1 else 'points'}"

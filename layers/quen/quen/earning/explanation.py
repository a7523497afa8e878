"""Why a purchase earned what it did: every rule of its day's program, what it gave or why it gave nothing. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from quen.earning.model import Purchase, RuleShare, Skipped, price_purchase, skipped_rules
from quen.money import format_integer
from quen.program.model import Cap, Facts, Program, Wallet, WalletUnit, unit_of_wallet

OUT_OF_REACH = 10**15
_WALLETS: Mapping[WalletUnit, Mapping[str, str]] = {
    "points": {"vi": "điểm", "en": "points"},
    "qualifying": {"vi": "điểm xét hạng", "en": "qualifying points"},
    "stamps": {"vi": "tem", "en": "stamps"},
}
REASONS: Mapping[str, Mapping[str, str]] = {
    "below_one_point": {
        "vi": "Không cho gì: chưa đủ cho một đơn vị.",
        "en": "Gave nothing: not enough for a whole one.",
    },
    "cap_used_up": {
        "vi": "Không cho gì: mức tối đa đã dùng hết trước đó.",
        "en": "Gave nothing: its limit had been used up before.",
    },
    "other_weekday": {
        "vi": "Không áp dụng vào ngày này trong tuần.",
        "en": "Does not apply on this day of the week.",
    },
    "other_time": {"vi": "Không áp dụng vào giờ này.", "en": "Does not apply at this time of day."},
    "other_date": {"vi": "Không áp dụng vào ngày này.", "en": "Does not apply on this date."},
    "other_lunar_day": {
        "vi": "Không áp dụng vào ngày âm lịch này.",
        "en": "Does not apply on this day of the lunar calendar.",
    },
    "campaign_not_running": {
        "vi": "Chương trình không diễn ra vào ngày này.",
        "en": "Its campaign did not run that day.",
    },
    "other_store": {"vi": "Không áp dụng tại cửa hàng này.", "en": "Does not apply at this store."},
    "amount_too_small": {"vi": "Hoá đơn chưa đủ lớn.", "en": "The bill is too small for it."},
    "amount_too_large": {"vi": "Hoá đơn vượt mức áp dụng.", "en": "The bill is too large for it."},
    "other_goods": {"vi": "Hoá đơn không có mặt hàng được áp dụng.", "en": "None of its goods are on the bill."},
    "other_tender": {
        "vi": "Không áp dụng cho cách thanh toán này.",
        "en": "Does not apply to how the bill was paid.",
    },
    "other_tier": {"vi": "Không dành cho hạng thành viên này.", "en": "Is for members of another tier."},
    "other_segment": {"vi": "Dành cho nhóm khách hàng khác.", "en": "Is for another group of members."},
    "other_birthday_month": {
        "vi": "Chỉ áp dụng trong tháng sinh nhật.",
        "en": "Counts only in the month of the member's birthday.",
    },
    "other_purchase_number": {
        "vi": "Lần mua này không thuộc các lần được áp dụng.",
        "en": "It was not the purchase that counts for it.",
    },
    "other_rule_gives_more": {
        "vi": "Không áp dụng: quy tắc khác cho nhiều hơn.",
        "en": "Does not apply: another rule gives more for the same goods.",
    },
    "none_of_these": {"vi": "Không thoả điều kiện nào.", "en": "None of its conditions holds."},
    "ruled_out": {"vi": "Rơi vào trường hợp bị loại trừ.", "en": "Is ruled out by one of its exceptions."},
}
"""The sentences of every reason why a rule gave nothing; a test holds them to the codes that conditions give."""


class RuleVerdict(Struct, frozen=True):
    """What one rule made of a purchase: `applied`, `capped`, or the code of the reason why it gave nothing.

    `basis` is the amount that it looked at; `exact` what it gave before rounding; `without_cap` what it would have given if
    nothing had capped it.
    """

    rule_id: str
    wallet: Wallet
    verdict: str
    points: int
    without_cap: int
    basis: int = 0
    exact: str = "0"


def explain_purchase(
    program: Program, purchase: Purchase, facts: Facts, shares: Sequence[RuleShare]
) -> list[RuleVerdict]:
    """A verdict for every rule of the program that decided, in its order; `shares` are what its entry says it gave."""
    skipped = dict(not_applied(program, purchase, facts, shares))
    free = price_purchase(_without_caps(program), purchase, facts=facts)
    would = {share.rule_id: share.points for share in free.explanation}
    given = {share.rule_id: share for share in shares}
    verdicts = []
    for rule in program.purchase_rules:
        if rule.id in given:
            verdicts.append(_verdict(given[rule.id], would))
        else:
            reason = skipped.get(rule.id, "below_one_point")
            verdicts.append(RuleVerdict(rule.id, rule.wallet, reason, 0, 0))
    known = {rule.id for rule in program.purchase_rules}
    return verdicts + [_verdict(share, would) for share in shares if share.rule_id not in known]


def not_applied(program: Program, purchase: Purchase, facts: Facts, shares: Sequence[RuleShare]) -> Sequence[Skipped]:
    """The rules that did not apply, and why not; `shares` are of those that did."""
    if {rule.id for rule in program.purchase_rules} <= {share.rule_id for share in shares}:
        return ()
    return skipped_rules(program, purchase, facts=facts)


def _verdict(share: RuleShare, would: Mapping[str, int]) -> RuleVerdict:
    """What a rule that applied has given; `would` is what the rules would have given if nothing had capped any of them."""
    free = max(share.points, would.get(share.rule_id, 0))
    given, withheld = ("capped" if free > share.points else "applied"), ("cap_used_up" if free else "below_one_point")
    verdict = given if share.points else withheld
    exact = share.exact or str(share.points)
    return RuleVerdict(share.rule_id, share.wallet, verdict, share.points, free, share.basis, exact)


def _without_caps(program: Program) -> Program:
    """The program with every limit out of reach. A rule with one is still rounded by itself, as it was."""
    rules = tuple(replace(rule, caps=_lifted(rule.caps)) for rule in program.earning)
    campaigns = tuple(
        replace(campaign, caps=_lifted(campaign.caps), budget=campaign.budget and OUT_OF_REACH)
        for campaign in program.campaigns
    )
    return replace(program, earning=rules, campaigns=campaigns, caps=())


def _lifted(caps: Sequence[Cap]) -> tuple[Cap, ...]:
    return tuple(replace(cap, points=OUT_OF_REACH) for cap in caps)


def sentences(verdict: RuleVerdict) -> Mapping[str, str]:
    """The verdict as a person is told."""
    points, would = _amounts(verdict.wallet, verdict.points), _amounts(verdict.wallet, verdict.without_cap)
    if verdict.verdict == "applied":
        return {"vi": f"Cho {points['vi']}.", "en": f"Gave {points['en']}."}
    if verdict.verdict == "capped":
        return {
            "vi": f"Cho {points['vi']} thay vì {would['vi']}: đã đến mức tối đa.",
            "en": f"Gave {points['en']} instead of {would['en']}: its limit was reached.",
        }
    return REASONS[verdict.verdict]


def _amounts(wallet: Wallet, number: int) -> dict[str, str]:
    """So many of a wallet's unit, by language."""
    unit = _WALLETS[unit_of_wallet(wallet)]
    english = unit["en"].removesuffix("s") if number == 1 else unit["en"]
    return {"vi": f"{format_integer(number, 'vi')} {unit['vi']}", "en": f"{format_integer(number, 'en')} {english}"}

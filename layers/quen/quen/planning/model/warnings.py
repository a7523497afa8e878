"""What whoever changes the program should know: what a change does to members who are there already, and what it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from quen.planning.model.comparison import BasketPlan
from quen.program.model import Program, Reward


class Warned(Struct, frozen=True):
    """One thing to know: `code` is stable, `path` leads to what it is about, `text` says it in every language."""

    code: str
    path: str
    text: Mapping[str, str]


def warnings_of(before: Program, after: Program, baskets: Sequence[BasketPlan]) -> list[Warned]:
    """All there is to know about that change, in the order of the document."""
    looks: Sequence[Callable[[Program, Program], Iterator[Warned]]] = (
        _about_the_calendar,
        _about_the_worth,
        _about_expiry,
        _about_campaigns,
        _about_tiers,
        _about_perks,
        _about_rewards,
        _about_other_wallets,
    )
    return [warned for look in looks for warned in look(before, after)] + list(_about_baskets(baskets))


def _warned(code: str, path: str, vi: str, en: str) -> Warned:
    return Warned(code, path, {"vi": vi, "en": en})


def _about_the_calendar(before: Program, after: Program) -> Iterator[Warned]:
    if before.currency != after.currency:
        yield _warned(
            "other_currency",
            "/program/currency",
            "Tiền tệ thay đổi: điểm đã có được tính theo tiền tệ mới, nên không so sánh được.",
            "The currency changes: points that members hold are worth the new one, so nothing can be compared.",
        )
    if before.time_zone.key != after.time_zone.key:
        yield _warned(
            "days_move",
            "/program/time_zone",
            "Múi giờ thay đổi: ngày bắt đầu vào giờ khác, nên hạn điểm và hạn mức trong ngày cũng dịch theo.",
            "The time zone changes: days begin at another hour, and with them expiry and limits per day.",
        )


def _about_the_worth(before: Program, after: Program) -> Iterator[Warned]:
    if before.currency != after.currency:
        return
    was, will = (Fraction(one.points.worth_money, one.points.worth_points) for one in (before, after))
    if was > will:
        yield _warned(
            "points_worth_less",
            "/points/worth",
            "Điểm mất giá: cả số điểm khách đang giữ cũng đổi được ít tiền hơn.",
            "Points are worth less money: those that members hold already, too.",
        )
    if was < will:
        yield _warned(
            "points_worth_more",
            "/points/worth",
            "Điểm có giá hơn: cửa hàng nợ nhiều hơn cho số điểm khách đang giữ.",
            "Points are worth more money: the shop owes more for those that members hold already.",
        )


def _about_expiry(before: Program, after: Program) -> Iterator[Warned]:
    if before.points.expiry != after.points.expiry:
        yield _warned(
            "lots_keep_their_last_day",
            "/points/expiry",
            "Hạn điểm mới chỉ áp dụng cho điểm mới: điểm khách đang giữ không bao giờ bị rút ngắn hạn.",
            "The new expiry is for new points: those that members hold never lose a day of their life.",
        )


def _about_campaigns(before: Program, after: Program) -> Iterator[Warned]:
    for campaign in before.campaigns:
        now = after.find_campaign(campaign.id)
        lowered = now and now.budget is not None and (campaign.budget is None or now.budget < campaign.budget)
        if lowered:
            yield _warned(
                "budget_lowered",
                f"/campaigns/{campaign.id}/budget",
                "Ngân sách thấp hơn: nếu đã cho nhiều hơn mức mới, chương trình dừng ngay.",
                "The budget is lower: where more has been given already, the campaign stops at once.",
            )


def _about_tiers(before: Program, after: Program) -> Iterator[Warned]:
    kept = {tier.id for tier in after.tiers}
    for tier in before.tiers:
        if tier.id not in kept:
            everybody = after.tiers[0].id if after.tiers else ""
            yield _warned(
                "tier_removed",
                f"/tiers/{tier.id}",
                f"Khách đang ở hạng này sẽ được tính như {f'hạng {everybody}' if everybody else 'không có hạng'}.",
                f"Members of this tier then count as {f'members of {everybody}' if everybody else 'having none'}.",
            )
    if before.tiers and after.tiers and before.tiers != after.tiers:
        yield _warned(
            "members_keep_their_tier",
            "/tiers",
            "Khách giữ hạng đang có cho đến hết kỳ của mình: thay đổi này không hạ hạng ai trước đó.",
            "Members keep the tier that they have to the end of their period: nobody goes down before.",
        )


def _about_perks(before: Program, after: Program) -> Iterator[Warned]:
    """A perk that is gone counts no more from that moment; one with fewer uses stands as it is for who has used more."""
    for perk in before.perks:
        path, now = f"/perks/{perk.id}", after.find_perk(perk.id)
        if now is None:
            yield _warned(
                "perk_removed",
                path,
                "Khách mất quyền lợi này ngay; lượt đã giữ chỗ vẫn dùng được.",
                "Members lose this perk at once; what is reserved can still be used.",
            )
        elif perk.quota and now.quota and perk.quota.per != now.quota.per:
            yield _warned(
                "perk_counted_anew",
                f"{path}/quota/per",
                "Kỳ đếm thay đổi: số lượt đã dùng được đếm lại từ đầu.",
                "The period is another one: uses are counted anew.",
            )


def _about_rewards(before: Program, after: Program) -> Iterator[Warned]:
    now = {reward.id: reward for reward in after.rewards}
    for reward in before.rewards:
        path = f"/rewards/{reward.id}"
        if reward.id not in now:
            yield _warned(
                "reward_removed",
                path,
                "Không đổi mới được nữa; ai đã đổi và chưa nhận vẫn nhận được cho đến hết hạn.",
                "It cannot be had any more; who has one that is not collected yet can still collect it in time.",
            )
        elif raised := _raised(reward, now[reward.id]):
            was, will = raised
            yield _warned(
                "price_raised",
                path,
                f"Giá tăng từ {was} lên {will} điểm, kể cả với khách đang để dành điểm.",
                f"The price rises from {was} to {will} points, for who is saving up for it too.",
            )


def _raised(before: Reward, after: Reward) -> tuple[int, int] | None:
    """The price before and after, where it rises: for everybody, or else for members of some tier."""
    tiers = ("", *sorted({*before.price_by_tier, *after.price_by_tier}))
    prices = ((before.price_for(tier), after.price_for(tier)) for tier in tiers)
    return next(((was, will) for was, will in prices if will > was), None)


def _about_other_wallets(before: Program, after: Program) -> Iterator[Warned]:
    if before.stored_value and not after.stored_value:
        yield _warned(
            "stored_value_stays",
            "/stored_value",
            "Không nạp thêm tiền được nữa; tiền khách đang gửi vẫn dùng và hoàn được.",
            "No more money can be loaded; what members keep with the shop can still be spent and refunded.",
        )


def _about_baskets(baskets: Sequence[BasketPlan]) -> Iterator[Warned]:
    differences = [plan.points_difference for plan in baskets if plan.points_difference is not None]
    fewer = sum(difference < 0 for difference in differences)
    if fewer:
        yield _warned(
            "baskets_earn_less",
            "/earning",
            f"{fewer} trong {len(differences)} hoá đơn mẫu được ít điểm hơn trước.",
            f"{fewer} of {len(differences)} sample baskets earn fewer points than before.",
        )

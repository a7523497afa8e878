"""One version of the program, and which version is in force when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import force_setattr

from quen.business_days import local_day
from quen.errors import RewardNotFoundError
from quen.money import Money
from quen.program.model.announcements import Announcement
from quen.program.model.cards import PunchCard
from quen.program.model.conditions import (
    Condition,
    InBirthdayMonth,
    InSegments,
    InTiers,
    NthPurchase,
    WithGoods,
    leaves,
)
from quen.program.model.earning import EVENTS, BasisPolicy, Campaign, Cap, EarningRule
from quen.program.model.memberships import Plan
from quen.program.model.messaging import MessagePolicy
from quen.program.model.occasions import Birthday, Holiday
from quen.program.model.payment import PaymentPolicy
from quen.program.model.perks import Perk
from quen.program.model.points import PointsPolicy
from quen.program.model.policies import AdjustmentPolicy, StoredValuePolicy, TransferPolicy
from quen.program.model.rewards import Reward
from quen.program.model.segments import Segment, linked
from quen.program.model.tiers import Measure, Tier, TierPolicy, measures_of
from quen.program.model.win_back import WinBackPolicy

_NO_MESSAGES = MessagePolicy()
_WHOLE_BILL = BasisPolicy()
_NO_LIMITS = AdjustmentPolicy()
_BY_CALENDAR_YEAR = TierPolicy()


class Program(Struct, frozen=True, dict=True):
    """One version of the stack's loyalty program, in force from an instant until the next version's.

    `accepted_days` is how many days late a receipt may come; `claim_days` for how many one that names no member can be
    claimed; `grace_days` how long returned points live at least;
    `undo_days` how long a merge of members can be undone; `basis` which part of a bill earns; `caps` limit what all rules
    together give to one member; `tiers` go from everybody's to the highest, `tiering` says over which periods; `plans` are
    paid memberships; `events` are the types of events of its own that
    partners report; entries stay in the table for `entries_kept_months` whole months (None: for ever).
    """

    id: str
    name: str
    time_zone: ZoneInfo
    currency: str
    locales: tuple[str, ...]
    version: int
    effective_from: datetime
    points: PointsPolicy
    earning: tuple[EarningRule, ...] = ()
    birthday: Birthday | None = None
    rewards: tuple[Reward, ...] = ()
    payment: PaymentPolicy | None = None
    messages: MessagePolicy = _NO_MESSAGES
    reservation_minutes: int = 15
    accepted_days: int = 90
    claim_days: int = 30
    grace_days: int = 14
    undo_days: int = 30
    transfers: TransferPolicy | None = None
    stored_value: StoredValuePolicy | None = None
    adjustments: AdjustmentPolicy = _NO_LIMITS
    entries_kept_months: int | None = None
    basis: BasisPolicy = _WHOLE_BILL
    campaigns: tuple[Campaign, ...] = ()
    tiers: tuple[Tier, ...] = ()
    tiering: TierPolicy = _BY_CALENDAR_YEAR
    perks: tuple[Perk, ...] = ()
    cards: tuple[PunchCard, ...] = ()
    plans: tuple[Plan, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    announcements: tuple[Announcement, ...] = ()
    win_back: WinBackPolicy | None = None
    caps: tuple[Cap, ...] = ()
    segments: tuple[Segment, ...] = ()
    events: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Let every segment know what its own question does not say."""
        force_setattr(self, "segments", linked(self.segments))

    @cached_property
    def purchase_rules(self) -> tuple[EarningRule, ...]:
        """Of `earning`, what a purchase is asked about."""
        return tuple(rule for rule in self.earning if rule.is_for_purchases)

    @cached_property
    def asked(self) -> frozenset[type]:
        """The kinds of questions that rules and campaigns ask: what nobody asks need not be known or kept."""
        asked: set[type] = {type(leaf) for leaf in self._questions}
        if any(rule.on == "first_purchase" for rule in self.earning):
            asked.add(NthPurchase)
        if any(tier.multiplier != 1 for tier in self.tiers):
            asked.add(InTiers)
        if any(perk.multiplies for perk in self.perks):
            asked.add(Perk)
        if self.basis.without_goods or any(rule.goods for rule in self.earning):
            asked.add(WithGoods)
        return frozenset(asked)

    @cached_property
    def asked_segments(self) -> frozenset[str]:
        """The segments that rules and campaigns ask about."""
        return frozenset[str]().union(*(leaf.segments for leaf in self._questions if isinstance(leaf, InSegments)))

    @cached_property
    def has_reachable_tiers(self) -> bool:
        """Whether members can reach a tier by themselves."""
        return any(tier.reach and not tier.is_retired for tier in self.tiers)

    @cached_property
    def asked_measures(self) -> frozenset[Measure]:
        """The measures that some tier asks for."""
        return frozenset(
            measure for tier in self.tiers for each in (tier.reach, tier.keep) for measure in measures_of(each)
        )

    @property
    def _questions(self) -> list[Condition]:
        conditions = [rule.when for rule in self.earning] + [campaign.when for campaign in self.campaigns]
        return [leaf for condition in conditions for leaf in leaves(condition)]

    @property
    def asks_person(self) -> bool:
        """Whether rules, campaigns or tiers ask what only the profile says."""
        is_asked = any(segment.asks_person for segment in self.segments if segment.id in self.asked_segments)
        return is_asked or InBirthdayMonth in self.asked or self.asks_joining

    @property
    def asks_joining(self) -> bool:
        """Whether tiers ask when the member joined: their own years do."""
        return self.tiering.period == "anniversary" and self.has_reachable_tiers

    def worth(self, points: int) -> Money:
        """What that many points are worth at the till, rounded down: the shop never owes a part of a dong."""
        return Money(points * self.points.worth_money // self.points.worth_points, self.currency)

    def local_day(self, instant: datetime) -> date:
        """The program's own calendar day at that instant."""
        return local_day(instant, self.time_zone)

    def locale_for(self, wanted: str | None) -> str:
        """The program's locale that serves somebody who asks for `wanted`: it, its language, or the first one."""
        if wanted in self.locales:
            return str(wanted)
        language = (wanted or "").partition("-")[0].lower()
        return language if language in self.locales else self.locales[0]

    def knows_event(self, type_: str) -> bool:
        """Whether partners may report events of that type."""
        return type_ in EVENTS or type_ in self.events

    def find_announcement(self, announcement_id: str) -> Announcement | None:
        """The announcement of that id, where there is one."""
        return next((said for said in self.announcements if said.id == announcement_id), None)

    def find_campaign(self, campaign_id: str | None) -> Campaign | None:
        """The campaign of that id, where there is one."""
        return next((campaign for campaign in self.campaigns if campaign.id == campaign_id), None)

    def find_card(self, card_id: str) -> PunchCard | None:
        """The punch card of that id, where there is one."""
        return next((card for card in self.cards if card.id == card_id), None)

    def find_holiday(self, holiday_id: str) -> Holiday | None:
        """The holiday of that id, where there is one."""
        return next((holiday for holiday in self.holidays if holiday.id == holiday_id), None)

    def find_plan(self, plan_id: str) -> Plan | None:
        """The paid membership of that id, where there is one."""
        return next((plan for plan in self.plans if plan.id == plan_id), None)

    def tier_of(self, tier_id: str) -> Tier | None:
        """The tier of that id, or the first one where there is no such tier (any more); None where the program has none."""
        return next((tier for tier in self.tiers if tier.id == tier_id), self.tiers[0] if self.tiers else None)

    def rank_of(self, tier_id: str) -> int:
        """How high that tier is: 0 for everybody's, and for one that there is not (any more)."""
        return next((rank for rank, tier in enumerate(self.tiers) if tier.id == tier_id), 0)

    def find_perk(self, perk_id: str) -> Perk | None:
        """The perk of that id, where there is one."""
        return next((perk for perk in self.perks if perk.id == perk_id), None)

    def load_reward(self, reward_id: str) -> Reward:
        """The reward of the catalogue; raises RewardNotFoundError."""
        for reward in self.rewards:
            if reward.id == reward_id:
                return reward
        raise RewardNotFoundError


class VersionMark(Struct, frozen=True):
    """That a version exists, and from when it counts."""

    version: int
    effective_from: datetime


def version_at(marks: Sequence[VersionMark], instant: datetime) -> int | None:
    """The version in force at that instant: the last to have begun by then (of two at one instant, the later decision).

    What happened before the program began goes by its first version. None where there is no version at all.
    """
    begun = [mark for mark in marks if mark.effective_from <= instant]
    if begun:
        return max(begun, key=lambda mark: (mark.effective_from, mark.version)).version
    first = min(marks, key=lambda mark: (mark.effective_from, -mark.version), default=None)
    return first.version if first else None

"""A program as the rest of the house sees it: the values of one version of the document, and the plain sums they decide.

Integers and fractions only; a float in here is a defect. A `Program` is never changed: a change is a new version, and
an entry keeps the number of the version that decided it.
"""

from quen.program.model.cards import PunchCard
from quen.program.model.conditions import (
    AllOf,
    AnyOf,
    AtStores,
    AtTimes,
    Condition,
    Facts,
    InBirthdayMonth,
    InSegments,
    InTiers,
    NotThis,
    NthPurchase,
    Occasion,
    OfAmount,
    OnDates,
    OnLunarDays,
    OnWeekdays,
    PaidWith,
    WithGoods,
    leaves,
)
from quen.program.model.earning import (
    EVENTS,
    FIRST_PURCHASE,
    BasisPolicy,
    Campaign,
    Cap,
    Combine,
    Each,
    EarningRule,
    Period,
    Wallet,
    Weekday,
    WhenReached,
    last_day_of,
)
from quen.program.model.goods import Goods
from quen.program.model.memberships import Plan
from quen.program.model.occasions import Holiday
from quen.program.model.payment import PaymentPolicy, TierDiscount
from quen.program.model.perks import Perk, PerkKind, Quota, QuotaPeriod
from quen.program.model.points import Activity, EndOf, Expiry, ExpiryKind, PointsPolicy, Rounding
from quen.program.model.policies import (
    LEAP_DAY,
    AdjustmentPolicy,
    Birthday,
    Channel,
    Feb29,
    MessagePolicy,
    StoredValuePolicy,
    TransferPolicy,
)
from quen.program.model.program import Program, VersionMark, version_at
from quen.program.model.rewards import Reward, VoucherTerms
from quen.program.model.segmented import segment_holds, segments_held
from quen.program.model.segments import Segment
from quen.program.model.texts import text_in
from quen.program.model.tiers import Criteria, Descent, Measure, Tier, TierPeriod, TierPolicy

__all__ = [
    "EVENTS",
    "FIRST_PURCHASE",
    "LEAP_DAY",
    "Activity",
    "AdjustmentPolicy",
    "AllOf",
    "AnyOf",
    "AtStores",
    "AtTimes",
    "BasisPolicy",
    "Birthday",
    "Campaign",
    "Cap",
    "Channel",
    "Combine",
    "Condition",
    "Criteria",
    "Descent",
    "Each",
    "EarningRule",
    "EndOf",
    "Expiry",
    "ExpiryKind",
    "Facts",
    "Feb29",
    "Goods",
    "Holiday",
    "InBirthdayMonth",
    "InSegments",
    "InTiers",
    "Measure",
    "MessagePolicy",
    "NotThis",
    "NthPurchase",
    "Occasion",
    "OfAmount",
    "OnDates",
    "OnLunarDays",
    "OnWeekdays",
    "PaidWith",
    "PaymentPolicy",
    "Period",
    "Perk",
    "PerkKind",
    "Plan",
    "PointsPolicy",
    "Program",
    "PunchCard",
    "Quota",
    "QuotaPeriod",
    "Reward",
    "Rounding",
    "Segment",
    "StoredValuePolicy",
    "Tier",
    "TierDiscount",
    "TierPeriod",
    "TierPolicy",
    "TransferPolicy",
    "VersionMark",
    "VoucherTerms",
    "Wallet",
    "Weekday",
    "WhenReached",
    "WithGoods",
    "last_day_of",
    "leaves",
    "segment_holds",
    "segments_held",
    "text_in",
    "version_at",
]

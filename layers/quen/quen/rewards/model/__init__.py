"""Rewards, pure: what can be wanted, who may have it, what is left of it, and what it takes off a bill.

wanted      what is asked for: a reward, or points for part of a bill
asked       the command that it is, and what is kept of it
gates       windows and stores
bills       points that pay for part of a bill, and what a tier has off one
offers      how the catalogue is ordered
"""

from quen.rewards.model.asked import Asked
from quen.rewards.model.bills import (
    PayablePoints,
    bill_less,
    check_bill,
    check_lines,
    check_payable,
    check_payment,
    paid_with,
    payable_points,
    taken_off_by,
    tier_discount,
)
from quen.rewards.model.gates import ANNOUNCED_DAYS, check_gates, is_shown
from quen.rewards.model.offers import Offer, by_reach, is_available, money_value
from quen.rewards.model.wanted import (
    PointsWanted,
    RewardWanted,
    Wanted,
    display_code,
    lapse_of,
    parse_redemption_id,
)

__all__ = [
    "ANNOUNCED_DAYS",
    "Asked",
    "Offer",
    "PayablePoints",
    "PointsWanted",
    "RewardWanted",
    "Wanted",
    "bill_less",
    "by_reach",
    "check_bill",
    "check_gates",
    "check_lines",
    "check_payable",
    "check_payment",
    "display_code",
    "is_available",
    "is_shown",
    "lapse_of",
    "money_value",
    "paid_with",
    "parse_redemption_id",
    "payable_points",
    "taken_off_by",
    "tier_discount",
]

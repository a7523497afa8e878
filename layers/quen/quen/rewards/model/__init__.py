"""Rewards, pure: what can be wanted, who may have it, what is left of it, and what it takes off a bill.

wanted      what is asked for: a reward, or points for part of a bill
asked       the command that it is, and what is kept of it
gates       windows, stores, gifts
bills       points that pay for part of a bill, and what a tier has off one
perks       what perks take off one
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
from quen.rewards.model.gates import ANNOUNCED_DAYS, check_gates, check_gift, check_perk, early_perks, is_shown
from quen.rewards.model.offers import Offer, by_reach, is_available, money_value
from quen.rewards.model.perks import PerkOff, Relief, perk_off, relief
from quen.rewards.model.wanted import (
    ExchangeWanted,
    PerkWanted,
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
    "ExchangeWanted",
    "Offer",
    "PayablePoints",
    "PerkOff",
    "PerkWanted",
    "PointsWanted",
    "Relief",
    "RewardWanted",
    "Wanted",
    "bill_less",
    "by_reach",
    "check_bill",
    "check_gates",
    "check_gift",
    "check_lines",
    "check_payable",
    "check_payment",
    "check_perk",
    "display_code",
    "early_perks",
    "is_available",
    "is_shown",
    "lapse_of",
    "money_value",
    "paid_with",
    "parse_redemption_id",
    "payable_points",
    "perk_off",
    "relief",
    "taken_off_by",
    "tier_discount",
]

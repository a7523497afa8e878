"""Pricing: what a purchase or an event earns by one version of the program. Pure, exact, rounded once.

values    purchases, and awards with their reasons
basis     which part of a bill earns, line by line
limits    caps per period, and the budgets of campaigns
eligibility, exact, rounding, pricing   the one order in which a purchase is priced
occasions   joining, and events that partners report
"""

from quen.earning.model.basis import Basis, basis_of, in_proportion
from quen.earning.model.eligibility import eligible, occasion_of
from quen.earning.model.exact import won_lines
from quen.earning.model.limits import Limit, ends_on, limits_on, rooms_had
from quen.earning.model.occasions import price_enrolment, price_event
from quen.earning.model.pricing import NO_FACTS, price_purchase, skipped_rules
from quen.earning.model.values import (
    NOTHING,
    Award,
    MemberEvent,
    Purchase,
    PurchaseLine,
    RuleShare,
    Skipped,
    Tender,
    stamps_by_card,
)

__all__ = [
    "NOTHING",
    "NO_FACTS",
    "Award",
    "Basis",
    "Limit",
    "MemberEvent",
    "Purchase",
    "PurchaseLine",
    "RuleShare",
    "Skipped",
    "Tender",
    "basis_of",
    "eligible",
    "ends_on",
    "in_proportion",
    "limits_on",
    "occasion_of",
    "price_enrolment",
    "price_event",
    "price_purchase",
    "rooms_had",
    "skipped_rules",
    "stamps_by_card",
    "won_lines",
]

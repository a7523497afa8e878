"""Eligibility: which rules apply to a purchase or an event, and of the others, why not."""

from __future__ import annotations

from msgspec import Struct

from quen.earning.model.basis import Basis
from quen.earning.model.limits import Limit, rule_limits
from quen.earning.model.values import MemberEvent, Purchase, Skipped
from quen.program.model import FIRST_PURCHASE, Campaign, EarningRule, Facts, Goods, Occasion, OnDates, Program


class Applying(Struct, frozen=True):
    """A rule that applies: `covered` are the lines that count for it (None: all), `limits` what limits it beyond the
    purchase.
    """

    rule: EarningRule
    covered: frozenset[int] | None
    limits: tuple[Limit, ...]


def occasion_of(program: Program, purchase: Purchase, facts: Facts) -> Occasion:
    """What conditions may ask about a purchase. What paid nothing is no tender."""
    local = purchase.occurred_at.astimezone(program.time_zone)
    return Occasion(
        day=local.date(),
        minute=local.hour * 60 + local.minute,
        store=purchase.store_id,
        amount=purchase.total.amount,
        goods=[(line.sku, line.category) for line in purchase.lines],
        tenders={tender.type for tender in purchase.tenders if tender.amount.amount},
        facts=facts,
    )


def event_occasion(program: Program, event: MemberEvent, facts: Facts) -> Occasion:
    """What conditions may ask about an event."""
    local = event.occurred_at.astimezone(program.time_zone)
    return Occasion(local.date(), local.hour * 60 + local.minute, event.store_id, facts=facts)


def eligible(program: Program, occasion: Occasion, basis: Basis) -> tuple[list[Applying], list[Skipped]]:
    """The rules for purchases that apply, as the document orders them, and why the others do not."""
    campaigns = {campaign.id: campaign for campaign in program.campaigns}
    lines: dict[Goods | None, frozenset[int] | None] = {None: None}
    applying: list[Applying] = []
    skipped: list[Skipped] = []
    for rule in program.purchase_rules:
        campaign = campaigns.get(rule.campaign) if rule.campaign else None
        if rule.goods not in lines:
            lines[rule.goods] = basis.covered(rule.goods)
        covered = lines[rule.goods]
        reason = why_not(rule, campaign, occasion)
        if reason is None and covered is not None and not covered:
            reason = "other_goods"
        if reason is None:
            applying.append(Applying(rule, covered, rule_limits(rule, campaign, occasion.day, occasion.store)))
        else:
            skipped.append(Skipped(rule.id, reason))
    return applying, skipped


def why_not(rule: EarningRule, campaign: Campaign | None, occasion: Occasion) -> str | None:
    """Why the rule does not apply; None where it does."""
    if campaign is not None:
        if OnDates(campaign.first, campaign.last).failure(occasion):
            return "campaign_not_running"
        if campaign.when is not None and (reason := campaign.when.failure(occasion)):
            return reason
    if rule.on == "first_purchase" and (reason := FIRST_PURCHASE.failure(occasion)):
        return reason
    return rule.when.failure(occasion) if rule.when is not None else None

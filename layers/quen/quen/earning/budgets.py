"""Campaigns' budgets: points that a campaign may give to all members together, and never a point more.

What is given is counted in shards, as a limited reward's stock is, so that a rush does not queue at one item; a purchase
takes its part in its own transaction. What is left is looked at before, for the budget may have been lowered since: no shard
can tell by itself what others have given beyond their share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from quen.earning.model import RuleShare
from quen.program.model import Program
from quen.shards.model import capacities, plan_pieces
from quen.writes import Write

Taken = Mapping[str, Mapping[str, int]]
"""What every shard of every budget has given."""


class BudgetCounts(Protocol):
    """Where what budgets have given is counted."""

    def take(self, campaign_id: str, shard: str, points: int, capacity: int) -> Write:
        """The write that takes points, refused where the shard would then have given more than its capacity."""

    def give_back(self, campaign_id: str, shard: str, points: int) -> Write:
        """The write that puts points back."""

    def count_taken(self, campaign_ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """What every shard of these campaigns has given, read consistently."""


class Budgets:
    """What campaigns may still give."""

    def __init__(self, counts: BudgetCounts) -> None:
        self._counts = counts

    def look(self, program: Program, day: date) -> Taken:
        """What has been taken of the budgets of the campaigns that run on that local day; of others nothing is."""
        limited = [
            campaign.id for campaign in program.campaigns if campaign.budget is not None and campaign.runs_on(day)
        ]
        return self._counts.count_taken(limited) if limited else {}

    def take(self, program: Program, plan: Mapping[str, Mapping[str, int]], taken: Taken) -> list[Write]:
        """The writes that take what was planned by these counts."""
        budgets = {campaign.id: campaign.budget or 0 for campaign in program.campaigns}
        writes = []
        for campaign_id, shards in plan.items():
            capacity = capacities(budgets[campaign_id], taken[campaign_id])
            writes += [
                self._counts.take(campaign_id, shard, points, capacity[shard]) for shard, points in shards.items()
            ]
        return writes

    def give_back(self, kept: Mapping[str, Mapping[str, int]], points: Mapping[str, int]) -> list[Write]:
        """The writes that put points back, each campaign's into the shard from which most had come: it is the sum over the
        shards that never passes the budget.
        """
        return [
            self._counts.give_back(campaign_id, max(kept[campaign_id], key=kept[campaign_id].__getitem__), given)
            for campaign_id, given in points.items()
            if given and kept.get(campaign_id)
        ]


def rooms_left(program: Program, taken: Taken) -> dict[str, int]:
    """What each budget whose counts are known may still give, by the name of its limit."""
    return {
        f"@{campaign.id}": max(0, campaign.budget - sum(taken[campaign.id].values()))
        for campaign in program.campaigns
        if campaign.budget is not None and campaign.id in taken
    }


def plan_use(program: Program, shares: Sequence[RuleShare], taken: Taken, purchase: str) -> dict[str, dict[str, int]]:
    """From which shards what a purchase got from campaigns with a budget is taken, by campaign."""
    campaigns = {rule.id: rule.campaign for rule in program.earning if rule.campaign}
    used: dict[str, int] = {}
    for share in shares:
        campaign_id = campaigns.get(share.rule_id)
        if campaign_id and share.wallet == "points" and share.points:
            used[campaign_id] = used.get(campaign_id, 0) + share.points
    plans: dict[str, dict[str, int]] = {}
    for campaign in program.campaigns:
        if campaign.budget is not None and campaign.id in used:
            given = taken[campaign.id]
            plan = plan_pieces(capacities(campaign.budget, given), given, used[campaign.id], purchase)
            # What is not there any more is asked for all the same: the refusal says so, and all is read again.
            plans[campaign.id] = plan or {"0": used[campaign.id]}
    return plans

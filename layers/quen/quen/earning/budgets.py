"""Campaigns' budgets: points that a campaign may give to all members together, and never a point more.

What is given is counted in shards, as a limited reward's stock is, so that a rush does not queue at one item; a purchase
takes its part in its own transaction. The first try takes from what there is in all; where that is refused, the budget is
nearly used up, and the purchase is decided again with what is left of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from quen.earning.model import RuleShare
from quen.program.model import Program
from quen.rewards.model import plan_pieces
from quen.writes import Write

Taken = Mapping[str, Mapping[str, int]]
"""What every shard of every budget has given."""


class BudgetCounts(Protocol):
    """Where what budgets have given is counted."""

    def take(self, campaign_id: str, budget: int, shard: str, points: int) -> Write:
        """The write that takes points, refused where the shard has not that many left."""

    def give_back(self, campaign_id: str, shard: str, points: int) -> Write:
        """The write that puts points back."""

    def count_taken(self, campaign_ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """What every shard of these campaigns has given, read consistently."""


class Budgets:
    """What campaigns may still give. A process that has met a budget's end looks before it takes."""

    def __init__(self, counts: BudgetCounts) -> None:
        self._counts = counts
        self._nearly_used_up: set[str] = set()

    def look(self, program: Program, *, refused: bool) -> Taken:
        """What has been taken of the program's budgets, where that must be known: after a refusal, or near the end."""
        limited = [campaign.id for campaign in program.campaigns if campaign.budget is not None]
        if refused:
            self._nearly_used_up.update(limited)
        wanted = [campaign_id for campaign_id in limited if campaign_id in self._nearly_used_up]
        return self._counts.count_taken(wanted) if wanted else {}

    def count(self, program: Program) -> Taken:
        """What has been taken of all budgets of the program."""
        limited = [campaign.id for campaign in program.campaigns if campaign.budget is not None]
        return self._counts.count_taken(limited) if limited else {}

    def take(self, program: Program, plan: Mapping[str, Mapping[str, int]]) -> list[Write]:
        """The writes that take what was planned."""
        budgets = {campaign.id: campaign.budget or 0 for campaign in program.campaigns}
        return [
            self._counts.take(campaign_id, budgets[campaign_id], shard, points)
            for campaign_id, shards in plan.items()
            for shard, points in shards.items()
        ]

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
            plan = plan_pieces(campaign.budget, taken.get(campaign.id, {}), used[campaign.id], purchase)
            # What is not there any more is asked for all the same: the refusal says so, and all is read again.
            plans[campaign.id] = plan or {"0": used[campaign.id]}
    return plans

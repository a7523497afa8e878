"""Limits that reach beyond one purchase: caps per period for one member, and the budgets of campaigns for all together.

A limit's name says whose it is: `double-star` (that rule, per day), `double-star~month`, `stop-by~visit@district-1` (a
visit to that store), `@tet~week` (a campaign), `*~year` (all rules), and `@tet` alone for a campaign's budget. The account
counts what is used by the last day of the period and the name: `2026-11-30/double-star`, and for longer periods, which are kept
longer, `~2026-11-30/double-star~month`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct

from quen.earning.model.values import RuleShare
from quen.program.model import Campaign, Cap, EarningRule, Program, WhenReached, last_day_of

ALL_RULES = "*"


class Limit(Struct, frozen=True):
    """At most `points` under that name; `key` is where the account counts it, empty for a budget."""

    name: str
    key: str
    points: int
    when_reached: WhenReached = "cap"


def rule_limits(rule: EarningRule, campaign: Campaign | None, day: date, store: str | None) -> tuple[Limit, ...]:
    """Everything beyond the purchase itself that limits what the rule gives on that day."""
    if not rule.caps and campaign is None and rule.each != "visit":
        return ()
    limits = [_limit(rule.id, cap, day) for cap in rule.caps if cap.per != "purchase"]
    if rule.each == "visit":
        name = f"{rule.id}~visit@{store or ''}"
        limits.append(Limit(name, f"{day}/{name}", rule.fixed, "reject"))
    if campaign is not None and rule.wallet == "points":
        limits += [_limit(f"@{campaign.id}", cap, day) for cap in campaign.caps]
        if campaign.budget is not None:
            limits.append(Limit(f"@{campaign.id}", "", campaign.budget))
    return tuple(limits)


def program_limits(program: Program, day: date) -> tuple[Limit, ...]:
    """What limits all rules together, beyond the purchase itself."""
    return tuple(_limit(ALL_RULES, cap, day) for cap in program.caps if cap.per != "purchase")


def limits_on(program: Program, day: date, store: str | None) -> Iterator[Limit]:
    """Every limit of the program that counts on that day; a campaign's own may come more than once."""
    campaigns = {campaign.id: campaign for campaign in program.campaigns}
    for rule in program.earning:
        yield from rule_limits(rule, campaigns.get(rule.campaign or ""), day, store)
    yield from program_limits(program, day)


def rooms_had(
    program: Program, day: date, store: str | None, used: Mapping[str, int], shares: Sequence[RuleShare]
) -> dict[str, int]:
    """The room that every limit had before a purchase: `used` is what the account counts with it, by key, and `shares` what
    was given for it. A budget had what it gave: it is asked no more.
    """
    given = {share.rule_id: share.points for share in shares}
    campaigns = {campaign.id: campaign for campaign in program.campaigns}
    took: dict[Limit, int] = {}
    for rule in program.earning:
        for limit in rule_limits(rule, campaigns.get(rule.campaign or ""), day, store):
            took[limit] = took.get(limit, 0) + given.get(rule.id, 0)
    points = sum(share.points for share in shares if share.wallet == "points")
    took |= dict.fromkeys(program_limits(program, day), points)
    rooms = {limit.name: max(0, limit.points - used[limit.key] + took[limit]) for limit in took if limit.key in used}
    return rooms | {limit.name: spent for limit, spent in took.items() if not limit.key and spent}


def ends_on(key: str) -> str:
    """The last day of the period that a key of the account counts."""
    return key.removeprefix("~").partition("/")[0]


def _limit(owner: str, cap: Cap, day: date) -> Limit:
    if cap.per == "day" and not owner.startswith(("@", ALL_RULES)):
        return Limit(owner, f"{day}/{owner}", cap.points, cap.when_reached)
    name = f"{owner}~{cap.per}"
    last = last_day_of(cap.per, day)
    mark = "" if cap.per == "day" else "~"
    return Limit(name, f"{mark}{last}/{name}", cap.points, cap.when_reached)

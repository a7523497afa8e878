"""What is given for what a member did that is no purchase: joining, and events that partners report. Whole points."""

from __future__ import annotations

from collections.abc import Mapping

from quen.earning.model.eligibility import event_occasion, why_not
from quen.earning.model.limits import rule_limits
from quen.earning.model.pricing import NO_FACTS, within
from quen.earning.model.values import NOTHING, Award, MemberEvent, RuleShare, Skipped
from quen.program.model import Facts, Program

ENROLMENT = "enrolment"


def price_enrolment(program: Program) -> Award:
    """What joining earns: the points of every enrolment rule. They never wait."""
    rules = [rule for rule in program.earning if rule.on == ENROLMENT]
    shares = tuple(RuleShare(rule.id, program.version, 0, rule.fixed) for rule in rules)
    return Award(shares, waits={0: sum(share.points for share in shares)})


def price_event(
    program: Program, event: MemberEvent, *, facts: Facts = NO_FACTS, rooms: Mapping[str, int] = NOTHING
) -> Award:
    """What an event earns: the points of every rule for events of its type. They wait only where the rule says so."""
    occasion = event_occasion(program, event, facts)
    left = dict(rooms)
    shares: list[RuleShare] = []
    skipped: list[Skipped] = []
    capped: dict[str, int] = {}
    waits: dict[int, int] = {}
    for rule in program.earning:
        if rule.on != event.type:
            continue
        campaign = program.find_campaign(rule.campaign)
        if reason := why_not(rule, campaign, occasion):
            skipped.append(Skipped(rule.id, reason))
            continue
        limits = rule_limits(rule, campaign, occasion.day, occasion.store)
        points = within(rule.fixed, limits, left)
        exact = "" if points == rule.fixed else str(rule.fixed)
        shares.append(RuleShare(rule.id, program.version, 0, points, rule.wallet, exact))
        for limit in limits:
            capped[limit.name] = capped.get(limit.name, 0) + points
        if rule.wallet == "points" and points:
            waits[rule.pending_days or 0] = waits.get(rule.pending_days or 0, 0) + points
    return Award(tuple(shares), capped, waits, skipped=tuple(skipped))

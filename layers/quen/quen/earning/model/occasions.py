"""What is given for what a member did that is no purchase: joining, and events that partners report. Whole points."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from quen.earning.model.eligibility import event_occasion, why_not
from quen.earning.model.exact import Share
from quen.earning.model.limits import program_limits, rule_limits
from quen.earning.model.pricing import NO_FACTS, awarded, limit_all, rooms_of, within
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
    """What an event earns: the points of every rule for events of its type. They wait only where the rule says so.

    `rooms` is how many points each limit may still give, as for a purchase.
    """
    occasion = event_occasion(program, event, facts)
    left = dict(rooms)
    shares: list[Share] = []
    skipped: list[Skipped] = []
    for rule in program.earning:
        if rule.on != event.type:
            continue
        campaign = program.find_campaign(rule.campaign)
        if reason := why_not(rule, campaign, occasion):
            skipped.append(Skipped(rule.id, reason))
            continue
        limits = rule_limits(rule, campaign, occasion.day, occasion.store)
        share = Share(rule.id, rule.wallet, 0, 1, rule.fixed, rule.fixed, limits, rule.pending_days)
        share.points = within(rule.fixed, limits, left)
        shares.append(share)
    limits = program_limits(program, occasion.day)
    limit_all(rooms_of(limits, rooms), shares)
    return replace(awarded(program, shares, limits, unsaid_wait=0), skipped=tuple(skipped))

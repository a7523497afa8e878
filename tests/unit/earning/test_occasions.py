"""What events earn: whole points of every rule for their type, by the same conditions and limits as purchases."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from msgspec.structs import replace

from factories import make_event, make_program
from quen.earning.model import Skipped, price_event
from quen.program.model import (
    Campaign,
    Cap,
    EarningRule,
    Facts,
    InTiers,
    OnWeekdays,
    Program,
    Tier,
    WhenReached,
)

SUNDAY = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
VISIT = EarningRule("stop-by", "visit", points=5)


def given(program: Program, **asked: object) -> dict[str, int]:
    """What each rule gives for a visit."""
    award = price_event(program, make_event("visit"), **asked)  # type: ignore[arg-type] # facts and rooms
    return {share.rule_id: share.points for share in award.explanation}


def test_an_event_earns_by_every_rule_of_its_type_and_by_no_other() -> None:
    review = EarningRule("review", "review", points=20)
    program = make_program(earning=(*make_program().earning, VISIT, review, replace(VISIT, id="also", points=2)))
    assert given(program) == {"stop-by": 5, "also": 2}
    assert given(make_program()) == {}


def test_what_a_rule_says_of_weekdays_is_asked_of_the_day_in_the_program_s_zone() -> None:
    program = make_program(earning=(replace(VISIT, when=OnWeekdays(frozenset({0}))),))
    assert price_event(program, make_event("visit", at=MONDAY)).points == 5
    award = price_event(program, make_event("visit", at=SUNDAY))
    assert (award.points, award.skipped) == (0, (Skipped("stop-by", "other_weekday"),))
    late_on_sunday = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)  # Monday, 00:00 in Saigon
    assert price_event(program, make_event("visit", at=late_on_sunday)).points == 5


def test_what_a_rule_says_of_tiers_is_asked_of_the_member_and_no_tier_multiplies_events() -> None:
    tiers = (Tier("member", {"en": "Member"}), Tier("gold", {"en": "Gold"}, Fraction(2)))
    for_gold = replace(VISIT, id="gold-visit", when=InTiers(frozenset({"gold"})))
    program = make_program(tiers=tiers, earning=(VISIT, for_gold))
    assert given(program, facts=Facts(tier="gold")) == {"stop-by": 5, "gold-visit": 5}
    assert given(program, facts=Facts(tier="member")) == {"stop-by": 5}


@pytest.mark.parametrize(("when_reached", "points"), [("cap", 3), ("reject", 0)])
def test_a_limit_gives_what_is_left_of_it_or_nothing(when_reached: WhenReached, points: int) -> None:
    program = make_program(earning=(replace(VISIT, caps=(Cap(10, "week", when_reached),)),))
    award = price_event(program, make_event("visit"), rooms={"stop-by~week": 3})
    assert (award.points, award.capped) == (points, {"stop-by~week": points})
    [share] = award.explanation
    assert share.exact == "5"


@pytest.mark.parametrize(
    ("when_reached", "given_then"), [("cap", {"stop-by": 5, "also": 1}), ("reject", {"stop-by": 0, "also": 0})]
)
def test_what_all_rules_together_give_is_limited_for_events_too(
    when_reached: WhenReached, given_then: dict[str, int]
) -> None:
    program = make_program(
        earning=(VISIT, replace(VISIT, id="also"), replace(VISIT, id="stamp", wallet="stamps", points=1)),
        caps=(Cap(100, "month", when_reached), Cap(2, "purchase")),
    )
    assert given(program, rooms={"*~month": 6}) == given_then | {"stamp": 1}
    assert given(program) == {"stop-by": 5, "also": 5, "stamp": 1}


def test_a_campaign_s_budget_and_window_hold_for_events() -> None:
    campaign = Campaign("open-days", {"en": "Open days"}, SUNDAY.date(), SUNDAY.date(), budget=100)
    program = make_program(campaigns=(campaign,), earning=(replace(VISIT, campaign="open-days"),))
    award = price_event(program, make_event("visit", at=SUNDAY), rooms={"@open-days": 2})
    assert (award.points, award.capped) == (2, {"@open-days": 2})
    assert price_event(program, make_event("visit", at=MONDAY)).skipped == (Skipped("stop-by", "campaign_not_running"),)


def test_points_wait_only_where_the_rule_says_so() -> None:
    program = make_program(earning=(VISIT, replace(VISIT, id="later", points=7, pending_days=14)))
    program = replace(program, points=replace(program.points, pending_days=3))
    assert price_event(program, make_event("visit")).waits == {0: 5, 14: 7}

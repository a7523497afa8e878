"""Who has which perk on a day, through what, how often, and what opens early."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from msgspec.structs import replace

from factories import make_program
from quen.perks.model import (
    Holder,
    find_held,
    multipliers_held,
    opens_early,
    perks_held,
    saves_money,
    sources_of,
    uses_of,
)
from quen.program.model import Perk, Quota, Reward
from quen.program.model.rewards import DayWindow

NAME = {"en": "It"}
DAY = date(2026, 11, 22)
PERK = Perk("it", NAME, tiers=("gold",), plans=("vip",))


def holder(**changes: object) -> Holder:
    return replace(Holder(DAY), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("has", "through"),
    [
        ({}, ()),
        ({"tier": "silver", "plan": "basic"}, ()),
        ({"tier": "gold"}, ("tier",)),
        ({"plan": "vip"}, ("membership",)),
        ({"granted": {"it": "2026-11-22"}}, ("granted",)),
        ({"granted": {"it": "2026-11-21", "other": "2026-12-31"}}, ()),
        ({"tier": "gold", "plan": "vip", "granted": {"it": "2026-11-30"}}, ("tier", "membership", "granted")),
    ],
)
def test_a_perk_is_had_through_a_tier_a_membership_or_a_grant(has: dict[str, object], through: tuple[str, ...]) -> None:
    assert sources_of(PERK, holder(**has)) == through
    assert saves_money(PERK, holder(**has)) is (through == ("membership",))


def test_a_perk_of_no_tier_and_no_plan_is_only_for_who_it_was_given_to() -> None:
    perk = Perk("it", NAME)
    assert sources_of(perk, holder()) == ()  # no tier and no plan are no tier and no plan of its own
    assert sources_of(perk, holder(granted={"it": "2026-11-22"})) == ("granted",)


def test_an_invitation_is_had_to_the_end_of_the_events_local_day() -> None:
    evening = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)  # past midnight in Saigon
    program = make_program(perks=(replace(PERK, kind="event_invitation", at=evening),))
    days = [date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24)]
    held = [find_held(program, "it", holder(day=day, tier="gold")) is not None for day in days]
    assert held == [True, True, False]


def test_only_perks_that_multiply_are_kept_with_a_purchase() -> None:
    double = replace(PERK, id="double", kind="multiplier", multiplier=Fraction(2))
    program = make_program(perks=(PERK, double, replace(double, id="other", tiers=("silver",))))
    assert [perk.id for perk in perks_held(program, holder(tier="gold"))] == ["it", "double"]
    assert multipliers_held(program, holder(tier="gold")) == {"double"}


@pytest.mark.parametrize(
    ("has", "limit"),
    [
        ({"tier": "gold"}, 3),
        ({"plan": "vip"}, 5),
        ({"tier": "gold", "plan": "vip"}, 5),
        ({"tier": "gold", "granted": {"it": "2026-12-31"}}, 3),
        ({"granted": {"it": "2026-12-31"}}, 1),
    ],
)
def test_of_all_through_which_it_is_had_the_most_generous_counts(has: dict[str, object], limit: int) -> None:
    perk = replace(PERK, tiers=("silver", "gold", "none"))
    quota = Quota("month", by_holder={"none": 0, "silver": 1, "gold": 3, "vip": 5})
    assert uses_of(perk, quota, holder(**has)) == (limit, "2026-11-30/month")
    assert uses_of(perk, Quota("month", 2), holder(**has)).limit == 2


@pytest.mark.parametrize(
    ("per", "period"),
    [
        ("day", "2026-11-22/day"),
        ("week", "2026-11-22/week"),
        ("month", "2026-11-30/month"),
        ("year", "2026-12-31/year"),
        ("membership_period", "2026-12-09/membership_period"),
    ],
)
def test_a_period_is_named_by_its_last_day(per: str, period: str) -> None:
    uses = uses_of(PERK, Quota(per, 1), holder(plan="vip", plan_until="2026-12-09"))  # type: ignore[arg-type]
    assert (uses.period, uses.last_day) == (period, period.partition("/")[0])


def test_a_perk_of_memberships_that_was_given_counts_to_the_day_to_which_it_was() -> None:
    uses = uses_of(PERK, Quota("membership_period", 1), holder(granted={"it": "2026-12-31"}))
    assert uses.period == "2026-12-31/membership_period"


@pytest.mark.parametrize(
    ("day", "is_open"),
    [(date(2026, 11, 27), False), (date(2026, 11, 28), True), (date(2026, 11, 30), True), (date(2026, 12, 1), False)],
)
def test_early_access_is_the_days_before_a_window_begins(day: date, is_open: bool) -> None:
    early = replace(PERK, kind="early_access", early_days=3)
    cake = Reward("cake", NAME, 10, window=DayWindow(date(2026, 12, 1)))
    assert opens_early(early, cake, day) is is_open
    assert not opens_early(replace(early, rewards=("tea",)), cake, day)
    assert not opens_early(early, replace(cake, window=DayWindow(None, date(2026, 12, 1))), day)

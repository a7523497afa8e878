"""A merge and its undoing, where one of the two owes, waits, or has what only activity keeps alive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from factories import NOON, make_program
from quen.errors import InsufficientPointsError
from quen.ledger.model import (
    Account,
    Adjust,
    behaviour_of,
)
from quen.ledger.model.fold import counter_of
from quen.program.model import Expiry
from till import Till, merge, undo

PROGRAM = make_program()
WAITING = replace(PROGRAM, points=replace(PROGRAM.points, pending_days=5))
BY_ACTIVITY = replace(
    PROGRAM, points=replace(PROGRAM.points, expiry=Expiry("inactive_months", 1, activities=frozenset({"purchase"})))
)


def two(program: Any = PROGRAM) -> tuple[Till, Till]:
    return Till(program, Account("mem_a")), Till(program, Account("mem_b"))


def indebted(till: Till, points: int) -> Till:
    """Who has bought, spent what it gave, and brought the goods back."""
    till.buy(points * 10_000, "B-debt", till.now)
    till.now += timedelta(days=till.program.points.pending_days)
    till.keep_up()
    till.do(Adjust("adj_spent", -points, "spent"))
    till.bring_back(points * 10_000, "B-debt")
    assert till.account.debt == points
    return till


def shown(till: Till) -> Mapping[str, int]:
    account = till.account
    return {"active": account.active, "pending": account.pending_points, "debt": account.debt}


def test_what_paid_back_the_survivor_s_debt_goes_back_and_is_owed_again() -> None:
    survivor, merged = two()
    indebted(survivor, 50)
    merged.do(Adjust("adj_1", 30, "goodwill"))
    undoing = merge(survivor, merged)
    assert shown(survivor) == {"active": 0, "pending": 0, "debt": 20}
    undo(survivor, merged, undoing)
    assert shown(survivor) == {"active": 0, "pending": 0, "debt": 50}
    assert shown(merged) == {"active": 30, "pending": 0, "debt": 0}


def test_no_more_is_owed_again_than_was_owed_before() -> None:
    survivor, merged = two()
    indebted(survivor, 50)
    merged.do(Adjust("adj_1", 130, "goodwill"))
    undoing = merge(survivor, merged)
    survivor.do(Adjust("adj_2", -80, "spent"))
    with pytest.raises(InsufficientPointsError):
        undo(survivor, merged, undoing)
    survivor.do(Adjust("adj_3", 80, "goodwill"))
    undo(survivor, merged, undoing)
    assert (shown(survivor)["debt"], shown(merged)["active"]) == (50, 130)


def test_a_debt_that_came_along_is_owed_again_though_points_that_came_have_become_active() -> None:
    """The debt that goes back and the points that go back meet in one lot; neither hides the other."""
    survivor, merged = two(WAITING)
    indebted(merged, 50)
    survivor.now = merged.now
    merged.buy(800_000, "B-2")
    undoing = merge(survivor, merged)
    assert shown(survivor) == {"active": 0, "pending": 80, "debt": 50}
    for till in (survivor, merged):
        till.now += timedelta(days=5)
        till.keep_up()
    assert shown(survivor) == {"active": 30, "pending": 0, "debt": 0}
    undo(survivor, merged, undoing)
    assert shown(survivor) == {"active": 0, "pending": 0, "debt": 0}
    assert shown(merged) == {"active": 30, "pending": 0, "debt": 0}


def test_points_that_the_survivor_s_activity_has_kept_alive_go_back() -> None:
    survivor, merged = two(BY_ACTIVITY)
    merged.do(Adjust("adj_1", 30, "goodwill", (NOON + timedelta(days=3)).date()))
    undoing = merge(survivor, merged)
    survivor.buy(100_000, "B-1")
    for till in (survivor, merged):
        till.now += timedelta(days=10)
        till.keep_up()
    undo(survivor, merged, undoing)
    assert (shown(survivor)["active"], shown(merged)["active"]) == (10, 30)


def test_habits_add_up_in_the_survivor_and_part_again() -> None:
    survivor, merged = two()
    survivor.buy(100_000, "B-1", NOON - timedelta(days=40), "HCM-01")
    merged.buy(50_000, "B-2", NOON - timedelta(days=70), "HN-02")
    merged.buy(70_000, "B-3", NOON - timedelta(days=40), "HCM-01")
    ours, theirs = survivor.account, merged.account
    undoing = merge(survivor, merged)
    both = behaviour_of(survivor.account, make_program(), NOON.date())
    assert both.months == {"2026-09": (1, 50_000, 1), "2026-10": (2, 170_000, 2)}
    assert (both.first_on, both.stores) == ((NOON - timedelta(days=70)).date(), ("HN-02", "HCM-01"))
    assert (merged.account.habits, merged.account.seen) == ({}, {})
    survivor.buy(30_000, "B-4", NOON, "HCM-01")
    undo(survivor, merged, undoing)
    assert survivor.account.habits == {"2026-10": [1, 100_000, 1], "2026-11": [1, 30_000, 1]}
    assert survivor.account.seen == ours.seen | {"@HCM-01": NOON.date().isoformat()}
    assert (merged.account.habits, merged.account.seen) == (theirs.habits, theirs.seen)


def test_what_came_back_to_the_survivor_does_not_go_back_and_nobody_is_below_zero() -> None:
    survivor, merged = two()
    survivor.do(Adjust("adj_1", 10, "goodwill"))
    merged.buy(50_000, "B-1")
    undoing = merge(survivor, merged)
    survivor.sales, survivor.returns = dict(merged.sales), dict(merged.returns)
    survivor.bring_back(20_000, "B-1")
    undo(survivor, merged, undoing)
    assert (survivor.account.habits, merged.account.habits) == ({}, {"2026-11": [1, 30_000, 1]})


def test_what_was_merged_before_goes_along_and_comes_back_with_who_had_it() -> None:
    survivor, merged = two()
    third = Till(PROGRAM, Account("mem_c"))
    third.buy(50_000, "B-3", NOON - timedelta(days=70), "HN-02")
    merged.buy(10_000, "B-2", NOON, "HN-02")
    merge(merged, third)
    before = merged.account
    undoing = merge(survivor, merged)
    assert survivor.account.purchases == 2
    assert survivor.account.seen == {"mrg_1/@HN-02": "2026-11-22", "mrg_1/first": "2026-09-13"}
    undo(survivor, merged, undoing)
    assert (survivor.account.habits, survivor.account.seen) == ({}, {})
    assert (merged.account.habits, merged.account.seen) == (before.habits, before.seen)


@pytest.mark.parametrize(
    ("counters", "key", "place"),
    [
        ({"qualifying/2026-11": 5, "qualifying/earlier": 9}, "qualifying/2026-11", "qualifying/2026-11"),
        ({"qualifying/2026-11": 5, "qualifying/earlier": 9}, "qualifying/2026-10", "qualifying/2026-10"),
        ({"qualifying/2026-11": 5, "qualifying/earlier": 9}, "qualifying/2021-10", "qualifying/earlier"),
        ({"qualifying/earlier": 9}, "qualifying/2021-10", "qualifying/earlier"),
        ({"qualifying/2026-11": 5}, "qualifying/2021-10", "qualifying/2021-10"),
        ({"stamps": 5}, "stored_value", "stored_value"),
    ],
)
def test_a_month_stands_under_earlier_only_once_it_is_no_longer_told_apart(
    counters: Mapping[str, int], key: str, place: str
) -> None:
    assert counter_of(counters, key) == place

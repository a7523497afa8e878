"""A plan as people read it on the terminal: whom it brings to another tier."""

from __future__ import annotations

from typing import Any

import pytest

from local.plan_printing import print_plan

PLAN: dict[str, Any] = {
    "version": 2,
    "effective_from": "2027-03-10T00:00:00Z",
    "compared_with": 1,
    "unchanged": False,
    "changes": [],
    "baskets": [],
    "tier_moves": {
        "members": 1_201,
        "is_all": False,
        "counts": [
            {"from": "gold", "to": "gold", "planned": 1_200, "instead": 1_201},
            {"from": "gold", "to": "silver", "planned": 1, "instead": 0},
        ],
        "moves": [
            {
                "member_id": "mem_7k3wq2m9xv4bt8dz",
                "from": "gold",
                "planned": {"tier": "silver", "on": "2028-01-01"},
                "instead": {"tier": "gold", "on": None},
            }
        ],
    },
    "warnings": [],
}


def test_who_moves_is_told_in_counts_and_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    print_plan(PLAN)
    told = capsys.readouterr().out
    assert "1,201 members above the entry tier:" in told
    rows = [line.split() for line in told.splitlines() if "→" in line]
    assert rows == [["gold", "→", "gold", "1,200", "1,201"], ["gold", "→", "silver", "1", "0"]]
    assert "mem_7k3wq2m9xv4bt8dz: gold, then silver on 2028-01-01 instead of gold" in told
    assert told.rstrip().endswith("… and more")


def test_a_plan_that_changes_no_tier_says_nothing_of_members(capsys: pytest.CaptureFixture[str]) -> None:
    print_plan({**PLAN, "tier_moves": None})
    assert "member" not in capsys.readouterr().out

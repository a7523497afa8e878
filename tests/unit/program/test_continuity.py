"""What a program keeps while it is in force: no tier goes that members may have reached, unless it was retired before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from quen.errors import ValidationFailedError
from quen.program.continuity import check_tiers

MEMBER: dict[str, Any] = {"id": "member"}
SILVER: dict[str, Any] = {"id": "silver", "reach": {"visits": 5}}
GOLD: dict[str, Any] = {"id": "gold", "reach": {"visits": 10}, "retired": False}
STAFF_ONLY: dict[str, Any] = {"id": "friend"}


def document(*tiers: dict[str, Any]) -> dict[str, Any]:
    return {"tiers": list(tiers)} if tiers else {}


def nobody_asks() -> Iterable[dict[str, Any]]:
    raise AssertionError("the earlier versions are not asked")


def removed(before: dict[str, Any], after: dict[str, Any], *earlier: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailedError) as refused:
        check_tiers(before, after, lambda: earlier)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_a_tier_that_can_be_reached_is_not_removed() -> None:
    before = document(MEMBER, SILVER, GOLD)
    assert removed(before, document(MEMBER, SILVER)) == [("/tiers", "tier_removed")]
    assert removed(before, document(MEMBER)) == [("/tiers", "tier_removed")] * 2
    assert removed(before, document()) == [("/tiers", "tier_removed")] * 2


def test_one_that_is_retired_is_removed_in_a_later_version() -> None:
    retired = GOLD | {"retired": True}
    check_tiers(document(MEMBER, GOLD), document(MEMBER, retired), nobody_asks)
    check_tiers(document(MEMBER, retired), document(MEMBER), nobody_asks)


def test_one_that_staff_alone_gave_is_removed_at_once() -> None:
    before = document(MEMBER, STAFF_ONLY)
    check_tiers(before, document(MEMBER), lambda: [before])


def test_one_that_could_be_reached_in_an_earlier_version_still_counts() -> None:
    earlier, before = document(MEMBER, GOLD), document(MEMBER, {"id": "gold"})
    assert removed(before, document(MEMBER), earlier, before) == [("/tiers", "tier_removed")]


def test_another_order_another_name_and_a_first_tier_table_are_no_removal() -> None:
    check_tiers(document(MEMBER, SILVER, GOLD), document(MEMBER, GOLD, SILVER), nobody_asks)
    check_tiers(document(), document(MEMBER, GOLD), nobody_asks)

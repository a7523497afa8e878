"""Paid memberships in the document: taken whole, and every fault named where it stands."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from quen.program.compiled import canonical_text, compile_program
from quen.program.document import parse_document
from quen.program.model import Plan
from unit.program.documents import faults_of, make_document

NAMES = {"vi": "Thành viên VIP", "en": "VIP"}
VIP = {"id": "vip", "name": NAMES, "price": 59_000, "period": {"months": 1}}


def document(*plans: dict[str, Any]) -> dict[str, Any]:
    """The coffee shop with these memberships."""
    return make_document() | {"memberships": list(plans)}


def compiled(*plans: dict[str, Any]) -> tuple[Plan, ...]:
    content = json.loads(canonical_text(parse_document(document(*plans)).content))
    return compile_program(content, 1, datetime(2026, 11, 22, tzinfo=UTC)).plans


def test_a_plan_is_read_with_what_goes_without_saying() -> None:
    [plan] = compiled(VIP)
    assert plan == Plan("vip", NAMES, 59_000, months=1, trial_days=0, grace_days=7, notice_days=3)
    assert plan.retry_days == (1, 3, 5)


def test_a_plan_says_its_own_days() -> None:
    said = {"period": {"days": 30}, "trial": {"days": 14}, "grace_days": 3, "retry_days": [2], "terms": NAMES}
    [plan] = compiled(VIP | said | {"renewal_notice_days": 0})
    assert (plan.months, plan.days, plan.trial_days, plan.grace_days) == (0, 30, 14, 3)
    assert (plan.retry_days, plan.notice_days, plan.terms) == ((2,), 0, NAMES)


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        ({"price": 0}, ("/memberships/0/price", "out_of_range")),
        ({"period": {}}, ("/memberships/0/period", "exactly_one")),
        ({"period": {"months": 1, "days": 30}}, ("/memberships/0/period", "exactly_one")),
        ({"period": {"months": 13}}, ("/memberships/0/period/months", "out_of_range")),
        ({"period": {"days": 6}}, ("/memberships/0/period/days", "out_of_range")),
        ({"period": {"days": 367}}, ("/memberships/0/period/days", "out_of_range")),
        ({"trial": {"days": 0}}, ("/memberships/0/trial/days", "out_of_range")),
        ({"grace_days": 61}, ("/memberships/0/grace_days", "out_of_range")),
        ({"retry_days": [7]}, ("/memberships/0/retry_days/0", "never")),
        ({"grace_days": 0, "retry_days": [1]}, ("/memberships/0/retry_days/0", "never")),
        ({"retry_days": [1, 3, 3]}, ("/memberships/0/retry_days/2", "not_in_order")),
        ({"retry_days": [0]}, ("/memberships/0/retry_days/0", "out_of_range")),
        ({"name": {"vi": "VIP"}}, ("/memberships/0/name/en", "missing")),
        ({"terms": {"en": "No refunds"}}, ("/memberships/0/terms/vi", "missing")),
        ({"period": {"days": 7}, "renewal_notice_days": 7}, ("/memberships/0/renewal_notice_days", "contradiction")),
        ({"colour": "gold"}, ("/memberships/0/colour", "unknown")),
    ],
)
def test_a_plan_that_cannot_stand_is_named(plan: dict[str, Any], fault: tuple[str, str]) -> None:
    assert faults_of(document(VIP | plan)) == [fault]


def test_a_plan_stands_once_and_costs_something() -> None:
    assert faults_of(document(VIP, VIP)) == [("/memberships/1/id", "duplicate")]
    free = {name: value for name, value in VIP.items() if name != "price"}
    assert faults_of(document(free)) == [("/memberships/0/price", "missing")]

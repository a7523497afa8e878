"""Paid memberships in the document: taken whole, defaults written out, and every fault named where it stands."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from quen.program.compiled import canonical_text, compile_program
from quen.program.document import parse_document
from quen.program.model import Plan
from unit.program.documents import faults_of, make_document

NAMES = {"vi": "Quen VIP", "en": "Quen VIP"}
VIP: dict[str, Any] = {"id": "vip", "name": NAMES, "price": 49_000, "period": {"months": 1}}
PLAN = "/memberships/0"


def document(*plans: Any) -> dict[str, Any]:
    """The demo program with these plans, and without its perks, which name its own."""
    return without_plans() | {"memberships": list(plans)}


def without_plans() -> dict[str, Any]:
    return {name: value for name, value in make_document().items() if name not in {"memberships", "perks"}}


def compiled(*plans: dict[str, Any]) -> tuple[Plan, ...]:
    content = json.loads(canonical_text(parse_document(document(*plans)).content))
    return compile_program(content, 1, datetime(2026, 11, 22, tzinfo=UTC)).plans


def test_what_a_plan_does_not_say_goes_without_saying() -> None:
    [plan] = compiled(VIP)
    assert plan == Plan("vip", NAMES, 49_000, months=1, notice_days=3, grace_days=7, retry_days=(1, 3, 5))
    [kept] = parse_document(document(VIP)).content["memberships"]
    assert (kept["renewal_notice_days"], kept["grace_days"]) == (3, 7)


def test_a_plan_says_all_that_it_can() -> None:
    said = {
        "period": {"days": 30},
        "trial": {"days": 14},
        "renewal_notice_days": 0,
        "grace_days": 10,
        "retry_days": [2, 9],
        "terms": NAMES,
    }
    assert compiled(VIP | said) == (
        Plan("vip", NAMES, 49_000, 0, 30, 14, notice_days=0, grace_days=10, retry_days=(2, 9), terms=NAMES),
    )


@pytest.mark.parametrize(("grace", "retries"), [(0, ()), (1, ()), (3, (1,)), (5, (1, 3)), (60, (1, 3, 5))])
def test_unsaid_tries_are_those_within_the_wait(grace: int, retries: tuple[int, ...]) -> None:
    [plan] = compiled(VIP | {"grace_days": grace})
    assert plan.retry_days == retries


def test_a_plan_that_is_never_tried_again_says_so() -> None:
    [plan] = compiled(VIP | {"retry_days": []})
    assert plan.retry_days == ()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"price": 0}, (f"{PLAN}/price", "out_of_range")),
        ({"price": "49000"}, (f"{PLAN}/price", "type")),
        ({"period": {}}, (f"{PLAN}/period", "exactly_one")),
        ({"period": {"months": 1, "days": 30}}, (f"{PLAN}/period", "exactly_one")),
        ({"period": {"months": 13}}, (f"{PLAN}/period/months", "out_of_range")),
        ({"period": {"days": 6}, "renewal_notice_days": 1}, (f"{PLAN}/period/days", "out_of_range")),
        ({"period": {"days": 367}}, (f"{PLAN}/period/days", "out_of_range")),
        ({"period": None}, (f"{PLAN}/period", "type")),
        ({"trial": {"days": 0}}, (f"{PLAN}/trial/days", "out_of_range")),
        ({"trial": {}}, (f"{PLAN}/trial/days", "missing")),
        ({"renewal_notice_days": 28}, (f"{PLAN}/renewal_notice_days", "contradiction")),
        ({"period": {"days": 7}, "renewal_notice_days": 7}, (f"{PLAN}/renewal_notice_days", "contradiction")),
        ({"grace_days": 61}, (f"{PLAN}/grace_days", "out_of_range")),
        ({"retry_days": [0]}, (f"{PLAN}/retry_days/0", "out_of_range")),
        ({"retry_days": [1, 7]}, (f"{PLAN}/retry_days/1", "never")),
        ({"grace_days": 0, "retry_days": [1]}, (f"{PLAN}/retry_days/0", "never")),
        ({"retry_days": [3, 1]}, (f"{PLAN}/retry_days/1", "not_in_order")),
        ({"retry_days": [3, 3]}, (f"{PLAN}/retry_days/1", "not_in_order")),
        ({"name": {"vi": "Quen VIP"}}, (f"{PLAN}/name/en", "missing")),
        ({"terms": {"en": "Renewed"}}, (f"{PLAN}/terms/vi", "missing")),
        ({"colour": "gold"}, (f"{PLAN}/colour", "unknown")),
    ],
)
def test_every_fault_is_named_where_it_stands(changes: dict[str, Any], fault: tuple[str, str]) -> None:
    assert faults_of(document(VIP | changes)) == [fault]


def test_a_plan_is_there_once() -> None:
    assert faults_of(document(VIP, VIP)) == [("/memberships/1/id", "duplicate")]


@pytest.mark.parametrize("odd", [None, 7, "vip", [], {"period": 3, "retry_days": {"a": 1}, "grace_days": "x"}])
def test_plans_of_any_shape_are_looked_at_without_breaking(odd: Any) -> None:
    assert faults_of(document(odd))


def test_a_document_of_before_has_no_plans() -> None:
    content = parse_document(without_plans()).content
    assert compile_program(content, 1, datetime(2026, 11, 22, tzinfo=UTC)).plans == ()

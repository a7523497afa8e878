"""Tiers in a document: what reaches and keeps them, over which periods; and every fault that an author can make."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest

from quen.program.compiled import compile_program
from quen.program.document import json_schema, parse_document
from quen.program.model import Criteria, TierPolicy
from unit.program.documents import faults_of, make_document


def tier(name: str, **said: Any) -> dict[str, Any]:
    return {"id": name, "name": {"vi": name, "en": name}, **said}


def document(*tiers: dict[str, Any], tiering: Any = None) -> dict[str, Any]:
    """The demo program with these tiers above everybody's."""
    made = make_document() | {"tiers": [tier("everybody"), *tiers]}
    made.pop("tiering", None)
    return made | ({"tiering": tiering} if tiering is not None else {})


GOLD = tier("gold", reach={"visits": 3})


def test_criteria_and_periods_are_compiled_as_they_are_said() -> None:
    reach = {"visits": 3, "all": [{"spend": 5}, {"any": [{"purchases": 1}, {"qualifying": 2}]}], "any": [{"visits": 4}]}
    tiering = {"period": "program_year", "starts": 4, "down": "to_earned", "notice_days": 14, "grace_days": 7}
    made = document(
        tier("gold", reach=reach, keep={"visits": 2}), tier("old", reach={"visits": 9}, retired=True), tiering=tiering
    )
    parsed = parse_document(made)
    program = compile_program(parsed.content, 1, datetime(2026, 1, 1, tzinfo=UTC))
    assert program.tiers[1].reach == Criteria(
        {"visits": 3},
        (Criteria({"spend": 5}), Criteria({}, (), (Criteria({"purchases": 1}), Criteria({"qualifying": 2})))),
        (Criteria({"visits": 4}),),
    )
    assert (program.tiers[1].keep, program.tiers[1].is_retired, program.tiers[2].is_retired) == (
        Criteria({"visits": 2}),
        False,
        True,
    )
    assert program.tiering == TierPolicy("program_year", 4, 12, "to_earned", 14, 7)
    assert program.has_reachable_tiers


@pytest.mark.parametrize("tiering", [None, {}, {"period": "calendar_year"}])
def test_left_out_periods_are_calendar_years_with_a_month_of_notice_and_no_grace(tiering: Any) -> None:
    program = compile_program(
        parse_document(document(GOLD, tiering=tiering)).content, 1, datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert program.tiering == TierPolicy("calendar_year", 1, 12, "one_level", 30, 0)


def test_a_document_of_an_earlier_version_without_any_of_it_still_compiles() -> None:
    content = parse_document(document(tier("gold"))).content
    program = compile_program(content, 1, datetime(2026, 1, 1, tzinfo=UTC))
    assert (program.tiers[1].reach, program.has_reachable_tiers, program.tiering) == (None, False, TierPolicy())


FAULTS: list[tuple[list[dict[str, Any]], Any, str, str]] = [
    ([tier("gold", reach={})], None, "/tiers/1/reach", "asks_nothing"),
    ([tier("gold", reach={"all": [{}]})], None, "/tiers/1/reach/all/0", "asks_nothing"),
    (
        [tier("gold", reach={"any": [{"all": [{"any": [{"visits": 1}]}]}]})],
        None,
        "/tiers/1/reach/any/0/all/0/any/0",
        "too_deep",
    ),
    ([tier("gold", keep={"visits": 1})], None, "/tiers/1/keep", "contradiction"),
    ([GOLD, tier("diamond", reach={"visits": 3})], None, "/tiers/1/reach", "never"),
    ([tier("gold", reach={"visits": 3, "spend": 5}), tier("top", reach={"spend": 4})], None, "/tiers/1/reach", "never"),
    ([GOLD], {"starts": 4}, "/tiering/starts", "contradiction"),
    ([GOLD], {"period": "calendar_year", "months": 12}, "/tiering/months", "contradiction"),
    ([GOLD], {"period": "program_year", "starts": 4, "months": 12}, "/tiering/months", "contradiction"),
    ([GOLD], {"period": "program_year"}, "/tiering/starts", "missing"),
    ([GOLD], {"period": "rolling", "months": 1, "notice_days": 28}, "/tiering/notice_days", "contradiction"),
    ([tier("gold")], {"period": "lifetime"}, "/tiering", "never"),
    ([GOLD], {"period": "weekly"}, "/tiering/period", "not_allowed"),
    ([GOLD], {"period": "rolling", "months": 19}, "/tiering/months", "out_of_range"),
    ([GOLD], {"notice_days": 91}, "/tiering/notice_days", "out_of_range"),
    ([GOLD], {"grace_days": 61}, "/tiering/grace_days", "out_of_range"),
    ([tier("gold", reach={"points": 1})], None, "/tiers/1/reach/points", "unknown"),
    ([tier("gold", reach={"visits": 0})], None, "/tiers/1/reach/visits", "out_of_range"),
]


@pytest.mark.parametrize(("tiers", "tiering", "pointer", "code"), FAULTS, ids=lambda each: str(each)[:40])
def test_what_cannot_stand_is_named(tiers: list[dict[str, Any]], tiering: Any, pointer: str, code: str) -> None:
    assert faults_of(document(*tiers, tiering=tiering)) == [(pointer, code)]


@pytest.mark.parametrize(("name", "value"), [("reach", {"visits": 1}), ("keep", {"visits": 1}), ("retired", True)])
def test_the_first_tier_is_everybody_s(name: str, value: Any) -> None:
    made = document(GOLD)
    made["tiers"][0][name] = value
    assert ("/tiers/0/" + name, "not_allowed") in faults_of(made)


def test_qualifying_points_that_no_rule_gives_are_a_fault() -> None:
    made = document(tier("gold", reach={"any": [{"visits": 9}, {"qualifying": 100}]}))
    assert faults_of(made) == []
    made["earning"] = [rule for rule in made["earning"] if rule.get("wallet") != "qualifying"]
    assert faults_of(made) == [("/tiers/1/reach/any/1/qualifying", "never")]


def test_a_tier_that_asks_otherwise_or_is_retired_overtakes_none() -> None:
    higher = [
        tier("top", reach={"visits": 4}),
        tier("top", reach={"spend": 1}),
        tier("top", reach={"visits": 3}, retired=True),
        tier("top", reach={"any": [{"visits": 3}]}),
        tier("top"),
    ]
    assert [faults_of(document(GOLD, each)) for each in higher] == [[]] * len(higher)


def test_the_schema_takes_what_the_code_takes() -> None:
    nested = tier("gold", reach={"all": [{"any": [{"visits": 1}]}]})
    made = document(nested, tiering={"period": "rolling", "months": 18, "grace_days": 60})
    assert faults_of(made) == []
    assert jsonschema_rs.is_valid(json_schema(), made)

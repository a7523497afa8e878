"""Birthdays and holidays in a document: every fault is named by its place, and what is valid becomes the gift it says."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import jsonschema_rs
import pytest

from quen.program.compiled import compile_program
from quen.program.document import json_schema, parse_document
from quen.program.model import (
    Birthday,
    EveryLunarYear,
    EveryYear,
    Gift,
    Gifts,
    Holiday,
    OneDay,
    PerkGift,
    Program,
    RewardGift,
)
from unit.program.documents import faults_of, make_document

NAMES = {"vi": "Tết", "en": "Tet"}
TET = {"id": "tet", "name": NAMES, "on": {"lunar": "01-01"}, "points": 20}
REWARD = {"id": "free-coffee", "valid_days": 30}
MONTH = {"id": "ten-off", "for": "month"}
WEEK = {"id": "ten-off", "for": {"days": 7}}


def make_occasions(birthday: Any = None, holidays: Any = None) -> dict[str, Any]:
    """The demo program with two tiers, a perk and a segment, and these occasions."""
    document = make_document() | {
        "tiers": [{"id": "member", "name": NAMES}, {"id": "gold", "name": NAMES}],
        "perks": [{"id": "ten-off", "name": NAMES, "kind": "text", "terms": NAMES}],
        "segments": [{"id": "women", "name": NAMES, "when": {"tag": ["woman"]}}],
    }
    return deepcopy(document | {"birthday": birthday} | ({"holidays": holidays} if holidays else {}))


def compiled(document: dict[str, Any]) -> Program:
    return compile_program(parse_document(document).content, 1, datetime(2026, 1, 1, tzinfo=UTC))


VALID: list[tuple[Any, Any]] = [
    ({"points": 50}, None),
    ({"reward": REWARD}, None),
    ({"perk": MONTH}, None),
    ({"points": 50, "reward": REWARD, "perk": WEEK, "known_days": 30}, None),
    ({"by_tier": {"gold": {"points": 100}}}, None),
    ({"points": 50, "by_tier": {"gold": {"points": 100, "perk": MONTH}}, "channels": ["sms"]}, None),
    (None, [TET]),
    (None, [TET | {"on": {"date": "03-08"}, "segment": "women", "days_before": 3, "channels": ["email"]}]),
    (None, [TET | {"on": {"day": "2027-02-17"}, "tags": ["woman"], "message": NAMES}]),
    (None, [TET, TET | {"id": "eve", "on": {"lunar": "12-30"}, "points": None, "reward": REWARD}]),
]


@pytest.mark.parametrize(("birthday", "holidays"), VALID)
def test_what_gives_something_on_some_day_is_valid_for_the_code_and_for_the_schema(
    birthday: Any, holidays: Any
) -> None:
    document = make_occasions(birthday, holidays)
    assert faults_of(document) == []
    assert jsonschema_rs.is_valid(json_schema(), document)


@pytest.mark.parametrize(
    ("birthday", "faults"),
    [
        ({}, [("/birthday", "gives_nothing")]),
        ({"channels": ["sms"]}, [("/birthday", "gives_nothing")]),
        ({"points": 0}, [("/birthday/points", "out_of_range")]),
        ({"reward": {"id": "tea", "valid_days": 1}}, [("/birthday/reward/id", "unknown_reward")]),
        ({"reward": REWARD | {"valid_days": 0}}, [("/birthday/reward/valid_days", "out_of_range")]),
        ({"reward": {"id": "free-coffee"}}, [("/birthday/reward/valid_days", "missing")]),
        ({"perk": {"id": "half", "for": "month"}}, [("/birthday/perk/id", "unknown_perk")]),
        ({"perk": MONTH | {"for": "year"}}, [("/birthday/perk/for", "not_allowed")]),
        ({"perk": MONTH | {"for": {}}}, [("/birthday/perk/for/days", "missing")]),
        ({"points": 1, "by_tier": {}}, [("/birthday/by_tier", "length")]),
        ({"points": 1, "by_tier": {"gold": {}}}, [("/birthday/by_tier/gold", "gives_nothing")]),
        ({"points": 1, "by_tier": {"silver": {"points": 1}}}, [("/birthday/by_tier/silver", "unknown_tier")]),
        ({"by_tier": {"gold": {"perk": MONTH | {"id": "x"}}}}, [("/birthday/by_tier/gold/perk/id", "unknown_perk")]),
        ({"points": 1, "known_days": 61}, [("/birthday/known_days", "out_of_range")]),
    ],
)
def test_a_birthday_that_cannot_stand_is_named(birthday: Any, faults: list[tuple[str, str]]) -> None:
    assert faults_of(make_occasions(birthday)) == faults


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"on": {}}, [("/on", "exactly_one")]),
        ({"on": {"date": "03-08", "lunar": "08-15"}}, [("/on", "exactly_one")]),
        ({"on": {"date": "02-29"}}, [("/on/date", "format")]),
        ({"on": {"lunar": "13-01"}}, [("/on/lunar", "format")]),
        ({"on": {"day": "2027-02-30"}}, [("/on/day", "format")]),
        ({"points": None}, [("", "gives_nothing")]),
        ({"reward": REWARD | {"id": "tea"}}, [("/reward/id", "unknown_reward")]),
        ({"segment": "men"}, [("/segment", "unknown_segment")]),
        ({"segment": "women", "tags": ["woman"]}, [("/tags", "contradiction")]),
        ({"tags": ["woman", "woman"]}, [("/tags/1", "duplicate")]),
        ({"channels": ["sms", "sms"]}, [("/channels/1", "duplicate")]),
        ({"name": {"vi": "Tết"}}, [("/name/en", "missing")]),
        ({"message": {"en": "Happy new year"}}, [("/message/vi", "missing")]),
        ({"message": NAMES | {"vi": "x" * 161}}, [("/message/vi", "length")]),
        ({"days_before": 61}, [("/days_before", "out_of_range")]),
    ],
)
def test_a_holiday_that_cannot_stand_is_named(change: Any, faults: list[tuple[str, str]]) -> None:
    document = make_occasions({"points": 1}, [TET | change])
    assert faults_of(document) == [(f"/holidays/0{place}", code) for place, code in faults]


def test_two_holidays_of_one_id_would_be_given_once() -> None:
    assert faults_of(make_occasions(None, [TET, TET])) == [("/holidays/1/id", "duplicate")]


def test_what_a_document_says_is_what_is_given() -> None:
    birthday = {"points": 50, "perk": WEEK, "by_tier": {"gold": {"reward": REWARD, "perk": MONTH}}, "known_days": 30}
    holidays = [TET | {"message": NAMES}, TET | {"id": "women", "on": {"date": "03-08"}, "tags": ["woman"]}]
    program = compiled(make_occasions(birthday, [*holidays, TET | {"id": "once", "on": {"day": "2027-02-17"}}]))
    gold = Gift(reward=RewardGift("free-coffee", 30), perk=PerkGift("ten-off"))
    assert program.birthday == Birthday(50, perk=PerkGift("ten-off", 7), by_tier={"gold": gold}, known_days=30)
    assert program.birthday.gifts.for_tier("gold") == gold
    assert program.birthday.gifts.for_tier("member") == Gift(50, perk=PerkGift("ten-off", 7))
    twenty = Gifts(Gift(20))
    assert program.holidays == (
        Holiday("tet", NAMES, EveryLunarYear(1, 1), twenty, message=NAMES),
        Holiday("women", NAMES, EveryYear(3, 8), twenty, tags=frozenset({"woman"})),
        Holiday("once", NAMES, OneDay(date(2027, 2, 17)), twenty),
    )


def test_a_birthday_that_was_stored_long_ago_means_the_points_that_it_says() -> None:
    content = parse_document(make_document()).content
    content["birthday"] = {"points": 50, "days_before": 7, "feb_29": "mar_1", "channels": ["email"]}
    program = compile_program(content, 1, datetime(2026, 1, 1, tzinfo=UTC))
    assert program.birthday == Birthday(50, 7, "mar_1", ("email",))
    assert program.birthday.gifts == Gifts(Gift(50))

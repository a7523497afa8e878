"""Every fault of a program's segments is named by pointer and code, in a sentence that a shop owner understands."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest

from quen.errors import ValidationFailedError
from quen.program.compiled import canonical_text
from quen.program.document import parse_document
from unit.program.documents import changed, faults_of, make_document

NAMES = {"vi": "Nhóm", "en": "Group"}


def named(segment_id: str, when: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": segment_id, "name": NAMES, "when": when}


def with_segments(*segments: Mapping[str, Any]) -> dict[str, Any]:
    """The demo program with tiers and these segments."""
    tiers = [{"id": "everybody", "name": NAMES}, {"id": "gold", "name": NAMES}]
    return make_document() | {"tiers": tiers, "segments": list(segments)}


def asking(when: object) -> dict[str, Any]:
    """The demo program with one segment that asks this, beside one that can be asked about."""
    return with_segments({"id": "asked", "name": NAMES, "when": when}, named("vip", {"tag": ["vip"]}))


EVERYTHING = {
    "last_purchase": {"days_ago": {"at_least": 30, "at_most": 90}},
    "first_purchase": {"days_ago": {"at_least": 365}},
    "purchases": {"at_least": 1, "months": 24},
    "spend": {"at_most": 1_000_000, "months": 3},
    "visits": {"at_least": 1, "at_most": 30},
    "store": ["Q1"],
    "tag": ["press", "vip"],
    "birthday_month": [1, 12],
    "consent": ["marketing_email", "birthday"],
    "joined": {"days_ago": {"at_most": 3650}},
    "tier": ["gold"],
    "segment": ["vip"],
    "all": [{"birthday_month": "current"}, {"purchases": {"at_most": 9}}],
    "any": [{"store": ["Q1"]}, {"store": ["Q3"]}],
    "not": {"never_bought": True},
}


def test_a_segment_may_ask_everything_at_once() -> None:
    assert faults_of(asking(EVERYTHING)) == []


def test_a_segment_stands_in_the_canonical_text_as_it_was_written() -> None:
    content = parse_document(asking(EVERYTHING)).content
    assert content["segments"][0]["when"] == EVERYTHING
    assert parse_document(canonical_text(content)).content == content


def test_a_program_without_segments_has_the_text_that_it_always_had() -> None:
    assert "segments" not in parse_document(make_document()).content


@pytest.mark.parametrize(
    ("when", "pointer", "code"),
    [
        # what the shape says
        ("vip", "", "type"),
        ({"lastPurchase": {}}, "/lastPurchase", "unknown"),
        ({"never_bought": False}, "/never_bought", "not_allowed"),
        ({"birthday_month": [0]}, "/birthday_month/0", "out_of_range"),
        ({"birthday_month": [1, 13]}, "/birthday_month/1", "out_of_range"),
        ({"birthday_month": []}, "/birthday_month", "length"),
        ({"birthday_month": "next"}, "/birthday_month", "type"),
        ({"birthday_month": ["11"]}, "/birthday_month/0", "type"),
        ({"purchases": {"at_least": 1, "months": 0}}, "/purchases/months", "out_of_range"),
        ({"purchases": {"at_least": 1, "months": 25}}, "/purchases/months", "out_of_range"),
        ({"spend": {"at_least": 1.5}}, "/spend/at_least", "type"),
        ({"spend": {"at_least": 0}}, "/spend/at_least", "out_of_range"),
        ({"visits": {"at_most": -1}}, "/visits/at_most", "out_of_range"),
        ({"last_purchase": {}}, "/last_purchase/days_ago", "missing"),
        ({"joined": {"days_ago": {"at_least": 3651}}}, "/joined/days_ago/at_least", "out_of_range"),
        ({"consent": ["Marketing"]}, "/consent/0", "format"),
        ({"store": []}, "/store", "length"),
        ({"tag": ["VIP"]}, "/tag/0", "format"),
        ({"store": [" Q1"]}, "/store/0", "format"),
        # what says nothing
        ({}, "", "asks_nothing"),
        ({"tag": None}, "", "asks_nothing"),
        ({"not": {}}, "/not", "asks_nothing"),
        ({"any": [{"tag": ["a"]}, {}]}, "/any/1", "asks_nothing"),
        ({"visits": {}}, "/visits", "asks_nothing"),
        ({"visits": {"months": 3}}, "/visits", "asks_nothing"),
        ({"joined": {"days_ago": {}}}, "/joined/days_ago", "asks_nothing"),
        # names that nothing has
        ({"tier": ["gold", "platinum"]}, "/tier/1", "unknown_tier"),
        ({"segment": ["vips"]}, "/segment/0", "unknown_segment"),
        ({"all": [{"not": {"segment": ["vips"]}}]}, "/all/0/not/segment/0", "unknown_segment"),
        # a segment by way of itself
        ({"segment": ["asked"]}, "/segment/0", "cycle"),
        ({"any": [{"tag": ["a"]}, {"not": {"segment": ["vip", "asked"]}}]}, "/any/1/not/segment/1", "cycle"),
        # ranges without a number
        ({"visits": {"at_least": 3, "at_most": 2}}, "/visits/at_most", "never"),
        (
            {"last_purchase": {"days_ago": {"at_least": 31, "at_most": 30}}},
            "/last_purchase/days_ago/at_most",
            "never",
        ),
        ({"not": {"spend": {"at_least": 2, "at_most": 1}}}, "/not/spend/at_most", "never"),
        # what can never all be so
        ({"never_bought": True, "spend": {"at_least": 1}}, "/never_bought", "never"),
        ({"never_bought": True, "all": [{"purchases": {"at_least": 1, "months": 3}}]}, "/never_bought", "never"),
        ({"never_bought": True, "last_purchase": {"days_ago": {"at_least": 9}}}, "/never_bought", "never"),
        ({"never_bought": True, "store": ["Q1"]}, "/never_bought", "never"),
        ({"purchases": {"at_most": 0}, "spend": {"at_least": 1}}, "/spend", "never"),
        ({"purchases": {"at_most": 1, "months": 3}, "visits": {"at_least": 2, "months": 3}}, "/visits", "never"),
        ({"all": [{"visits": {"at_least": 2}}, {"visits": {"at_most": 1}}]}, "", "never"),
        (
            {"spend": {"at_most": 9}, "all": [{"spend": {"at_least": 10, "months": 1}}]},
            "/spend",
            "never",
        ),
        (
            {"last_purchase": {"days_ago": {"at_least": 93}}, "purchases": {"at_least": 1, "months": 3}},
            "/purchases",
            "never",
        ),
        (
            {"first_purchase": {"days_ago": {"at_most": 9}}, "last_purchase": {"days_ago": {"at_least": 10}}},
            "/first_purchase",
            "never",
        ),
        ({"tier": ["gold"], "all": [{"tier": ["everybody"]}]}, "/tier", "never"),
        ({"all": [{"birthday_month": [1]}, {"birthday_month": [2]}]}, "", "never"),
        ({"any": [{"all": [{"birthday_month": [1]}, {"birthday_month": [2]}]}]}, "/any/0", "never"),
    ],
)
def test_a_question_that_cannot_stand_is_named_and_nothing_else_is(when: object, pointer: str, code: str) -> None:
    assert faults_of(asking(when)) == [(f"/segments/0/when{pointer}", code)]


@pytest.mark.parametrize(
    "when",
    [
        {"never_bought": True, "spend": {"at_most": 5}},
        {"purchases": {"at_least": 1}, "visits": {"at_most": 0}},
        {"spend": {"at_least": 10}, "all": [{"spend": {"at_most": 9, "months": 1}}]},
        {"last_purchase": {"days_ago": {"at_least": 92}}, "purchases": {"at_least": 1, "months": 3}},
        {"last_purchase": {"days_ago": {"at_most": 9}}, "purchases": {"at_most": 0}},
        {"first_purchase": {"days_ago": {"at_least": 10}}, "last_purchase": {"days_ago": {"at_most": 9}}},
        {"any": [{"never_bought": True}, {"spend": {"at_least": 1}}]},
        {"never_bought": True, "not": {"spend": {"at_least": 1}}},
        {"all": [{"tag": ["a"]}, {"tag": ["b"]}]},
        {"all": [{"birthday_month": "current"}, {"birthday_month": [2]}]},
    ],
)
def test_what_somebody_may_be_is_no_fault(when: Mapping[str, Any]) -> None:
    assert faults_of(asking(when)) == []


def test_segments_that_are_there_twice_or_lack_a_name_are_named() -> None:
    twice = with_segments(named("vip", {"tag": ["a"]}), named("vip", {"tag": ["b"]}))
    assert faults_of(twice) == [("/segments/1/id", "duplicate")]
    nameless = with_segments(named("vip", {"tag": ["a"]}) | {"name": {"vi": "Nhóm"}})
    assert faults_of(nameless) == [("/segments/0/name/en", "missing")]


def test_a_list_of_segments_has_some_and_not_too_many() -> None:
    assert faults_of(with_segments()) == [("/segments", "length")]
    assert faults_of(with_segments(*(named(f"s{number}", {"tag": ["a"]}) for number in range(100)))) == []
    assert faults_of(with_segments(*(named(f"s{number}", {"tag": ["a"]}) for number in range(101)))) == [
        ("/segments", "length")
    ]


def test_a_circle_of_segments_is_named_at_every_name_that_closes_it_and_nowhere_else() -> None:
    document = with_segments(
        named("one", {"all": [{"tag": ["a"]}, {"segment": ["leaf", "two"]}]}),
        named("two", {"not": {"segment": ["three"]}}),
        named("three", {"any": [{"segment": ["one"]}, {"tag": ["a"]}]}),
        named("leaf", {"tag": ["a"]}),
        named("outside", {"segment": ["one"]}),
    )
    assert faults_of(document) == [
        ("/segments/0/when/all/1/segment/1", "cycle"),
        ("/segments/1/when/not/segment/0", "cycle"),
        ("/segments/2/when/any/0/segment/0", "cycle"),
    ]


def test_a_diamond_of_segments_is_no_circle() -> None:
    document = with_segments(
        named("top", {"segment": ["left", "right"]}),
        named("left", {"segment": ["bottom"]}),
        named("right", {"not": {"segment": ["bottom"]}}),
        named("bottom", {"tag": ["a"]}),
    )
    assert faults_of(document) == []


def test_a_circle_is_told_in_words_of_the_shop() -> None:
    document = with_segments(named("one", {"segment": ["two"]}), named("two", {"segment": ["one"]}))
    with pytest.raises(ValidationFailedError) as refused:
        parse_document(document)
    sentence = (
        "This segment and the one named here ask about each other, be it by way of others, so nobody could say who is in"
        " them: take the name out of one of the two."
    )
    assert [fault.message for fault in refused.value.faults] == [sentence, sentence]


def test_a_rule_may_name_a_segment_that_the_program_has_and_no_other() -> None:
    rule = {"id": "for-vips", "on": "purchase", "multiplier": "2", "when": {"segment": ["vip"]}}
    document = asking({"tag": ["a"]})
    document["earning"] = [*document["earning"], rule]
    assert faults_of(document) == []
    del document["segments"]
    assert faults_of(document) == [("/earning/5/when/segment/0", "unknown_segment")]


@pytest.mark.parametrize("wrong", [None, 7, "text", {}, [None], [7], [[]], [{"when": []}], [{"when": {"all": {}}}]])
def test_what_is_no_segment_at_all_is_refused_not_a_defect(wrong: object) -> None:
    faults = faults_of(changed("/segments", wrong))
    assert all(pointer.startswith("/segments") for pointer, _ in faults)
    assert bool(faults) is (wrong is not None)


def test_many_questions_that_must_all_hold_are_looked_through_in_no_time() -> None:
    ranges = [{"visits": {"at_least": 1, "at_most": 9, "months": 1 + number % 24}} for number in range(20)]
    began = time.process_time()
    assert faults_of(asking({"all": [{"all": [{"all": ranges}] * 20}] * 3})) == []
    assert time.process_time() - began < 5  # pair by pair it would be minutes

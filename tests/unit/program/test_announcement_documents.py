"""Announcements in a document: every fault is named by its place, and what is valid becomes the words it says."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime, time
from string import Template
from typing import Any

import jsonschema_rs
import pytest

from quen.program.compiled import compile_program
from quen.program.document import json_schema, parse_document
from quen.program.document.checks.announcements import PLACEHOLDERS
from quen.program.model import Announcement, AnnouncementText, Program
from unit.program.documents import faults_of, make_document

NAMES = {"vi": "Quán mới", "en": "New shop"}
VI = {
    "locale": "vi",
    "subject": "Quán mới của $program",
    "body": ["$name ơi, mời bạn ghé."],
    "sms": "$program: Quán mới!",
}
EN = {
    "locale": "en",
    "subject": "A new shop",
    "body": ["Dear $name,", "Come by: $$5 off."],
    "sms": "$program: New shop!",
}
SHOP = {"id": "new-shop", "on": "2026-12-20", "channels": ["email", "sms"], "texts": [EN, VI]}


def make_announcing(*announcements: Any) -> dict[str, Any]:
    """The coffee shop's program with a tier and a segment, and these announcements."""
    document = make_document() | {
        "tiers": [{"id": "member", "name": NAMES}, {"id": "gold", "name": NAMES}],
        "segments": [{"id": "women", "name": NAMES, "when": {"tag": ["woman"]}}],
    }
    return deepcopy(document | {"announcements": [*announcements]})


def saying(words: str) -> dict[str, Any]:
    """The announcement with these words in one of its paragraphs."""
    return SHOP | {"texts": [EN, VI | {"body": ["Chào bạn.", words]}]}


def compiled(document: dict[str, Any]) -> Program:
    return compile_program(parse_document(document).content, 1, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "said", [SHOP, SHOP | {"name": NAMES, "segment": "women"}, SHOP | {"tags": ["woman"], "tiers": ["gold"]}]
)
def test_what_is_valid_has_no_fault_and_fits_the_schema(said: dict[str, Any]) -> None:
    document = make_announcing(said)
    assert faults_of(document) == []
    jsonschema_rs.validator_for(json_schema()).validate(document)


def test_an_announcement_is_told_in_the_language_that_is_asked_for_or_the_first_one() -> None:
    program = compiled(make_announcing(SHOP | {"at": "09:00", "tiers": ["gold"]}))
    said = program.find_announcement("new-shop")
    vietnamese = AnnouncementText(VI["subject"], tuple(VI["body"]), VI["sms"])
    english = AnnouncementText(EN["subject"], tuple(EN["body"]), EN["sms"])
    assert said == Announcement(
        "new-shop",
        date(2026, 12, 20),
        {"vi": vietnamese, "en": english},
        ("email", "sms"),
        tiers=frozenset({"gold"}),
        at=time(9),
    )
    asked = [said.text_in(locale) for locale in ("en", "en-GB", "vi", "fr", None)]
    assert asked == [english, english, vietnamese, vietnamese, vietnamese]
    assert program.find_announcement("no-such") is None


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"segment": "men"}, [("/segment", "unknown_segment")]),
        ({"segment": "women", "tags": ["vip"]}, [("/tags", "contradiction")]),
        ({"tiers": ["gold", "iron", "gold"]}, [("/tiers/2", "duplicate"), ("/tiers/1", "unknown_tier")]),
        ({"channels": ["sms", "sms"]}, [("/channels/1", "duplicate")]),
        ({"channels": []}, [("/channels", "length")]),
        ({"name": {"vi": "Quán mới"}}, [("/name/en", "missing")]),
        ({"texts": [VI]}, [("/texts", "missing")]),
        ({"texts": [VI, EN, VI]}, [("/texts/2/locale", "duplicate")]),
        ({"on": "2026-02-30"}, [("/on", "format")]),
    ],
)
def test_an_announcement_that_cannot_stand_is_named(change: Any, faults: list[tuple[str, str]]) -> None:
    found = faults_of(make_announcing(SHOP | change))
    assert sorted(found) == sorted((f"/announcements/0{place}", code) for place, code in faults)


def test_two_announcements_of_one_id_would_be_told_once() -> None:
    assert faults_of(make_announcing(SHOP, SHOP)) == [("/announcements/1/id", "duplicate")]


def test_a_language_that_the_program_does_not_speak_is_named() -> None:
    document = make_announcing(SHOP)
    document["program"]["locales"] = ["vi"]
    assert ("/announcements/0/texts/0/locale", "not_found") in faults_of(document)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Chào $nmae", "placeholder_unknown"),
        ("Chào ${name}", "placeholder_malformed"),
        ("Chỉ $5 thôi", "placeholder_malformed"),
        ("Chào ${name", "placeholder_malformed"),
        ("Giá: 5$", "placeholder_malformed"),
        ("Chào ${name.__class__}", "placeholder_malformed"),
    ],
)
def test_what_nothing_fills_in_is_named_where_it_stands(words: str, code: str) -> None:
    assert faults_of(make_announcing(saying(words))) == [("/announcements/0/texts/1/body/1", code)]


@pytest.mark.parametrize("words", ["$name", "$$name", "$name.", "$program$$", "không có gì"])
def test_what_has_no_fault_can_be_filled_in(words: str) -> None:
    assert faults_of(make_announcing(saying(words))) == []
    Template(words).substitute(dict.fromkeys(PLACEHOLDERS, "x"))

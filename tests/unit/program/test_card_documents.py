"""Punch cards in the document: taken whole, and every fault named where it stands."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from quen.program.compiled import canonical_text, compile_program
from quen.program.document import parse_document
from quen.program.model import Milestone, Program
from unit.program.documents import faults_of, make_document

NAMES = {"vi": "Cà phê", "en": "Coffee"}
COFFEE = {"id": "coffee", "name": NAMES, "stamps": 12, "milestones": [{"at": 12, "reward": "free-coffee"}]}
TEA = COFFEE | {"id": "tea"}
STAMP = {"id": "stamp", "on": "purchase", "points": 1, "wallet": "stamps"}


MUG = {"id": "mug", "name": {"vi": "Cốc sứ", "en": "Mug"}, "points": 30, "stock": 100}


def document(*cards: dict[str, Any], rules: Any = (STAMP,)) -> dict[str, Any]:
    """The demo program with these cards and rules, and a reward of which there are only so many."""
    demo = make_document()
    return demo | {"cards": list(cards), "earning": [*rules], "rewards": [*demo["rewards"], MUG]}


def compiled(source: dict[str, Any]) -> Program:
    content = json.loads(canonical_text(parse_document(source).content))
    return compile_program(content, 1, datetime(2026, 11, 22, tzinfo=UTC))


def test_a_card_is_read_with_its_milestones_and_how_long_it_lives() -> None:
    milestones = [{"at": 5, "reward": "free-coffee", "valid_days": 30}, {"at": 12, "reward": "free-coffee"}]
    [card] = compiled(document(COFFEE | {"milestones": milestones, "expires": {"months": 1}})).cards
    assert (card.id, card.stamps, card.name_in("en")) == ("coffee", 12, "Coffee")
    assert card.milestones == {5: Milestone("free-coffee", 30), 12: Milestone("free-coffee", 90)}
    assert card.last_day_from(date(2027, 1, 31)) == "2027-02-28"
    [card] = compiled(document(COFFEE | {"expires": {"days": 10}})).cards
    assert card.last_day_from(date(2026, 12, 31)) == "2027-01-10"
    [card] = compiled(document(COFFEE)).cards
    assert card.last_day_from(date(2026, 12, 31)) == ""


def test_stamps_go_on_the_card_that_is_named_or_on_the_only_one_there_is() -> None:
    def wallets(*cards: dict[str, Any], **members: Any) -> list[str]:
        return [rule.wallet for rule in compiled(document(*cards, rules=(STAMP | members,))).earning]

    assert wallets(COFFEE) == ["stamps/coffee"]
    assert wallets(COFFEE, TEA, card="tea") == ["stamps/tea"]
    without = make_document() | {"earning": [STAMP, {"id": "q", "on": "purchase", "points": 1, "wallet": "qualifying"}]}
    assert [rule.wallet for rule in compiled(without).earning] == ["stamps", "qualifying"]


@pytest.mark.parametrize(
    ("card", "fault"),
    [
        ({"stamps": 1, "milestones": [{"at": 1, "reward": "free-coffee"}]}, ("/cards/0/stamps", "out_of_range")),
        ({"stamps": 101}, ("/cards/0/stamps", "out_of_range")),
        ({"milestones": []}, ("/cards/0/milestones", "length")),
        ({"milestones": [{"at": 13, "reward": "free-coffee"}]}, ("/cards/0/milestones/0/at", "never")),
        ({"milestones": [{"at": 0, "reward": "free-coffee"}]}, ("/cards/0/milestones/0/at", "out_of_range")),
        ({"milestones": [{"at": 5, "reward": "free-coffee"}] * 2}, ("/cards/0/milestones/1/at", "duplicate")),
        ({"milestones": [{"at": 5, "reward": "gone"}]}, ("/cards/0/milestones/0/reward", "unknown_reward")),
        ({"milestones": [{"at": 5, "reward": "mug"}]}, ("/cards/0/milestones/0/reward", "limited_stock")),
        (
            {"milestones": [{"at": 5, "reward": "free-coffee", "valid_days": 0}]},
            ("/cards/0/milestones/0/valid_days", "out_of_range"),
        ),
        ({"expires": {}}, ("/cards/0/expires", "exactly_one")),
        ({"expires": {"days": 1, "months": 1}}, ("/cards/0/expires", "exactly_one")),
        ({"name": {"vi": "Cà phê"}}, ("/cards/0/name/en", "missing")),
        ({"colour": "red"}, ("/cards/0/colour", "unknown")),
    ],
)
def test_a_card_that_cannot_stand_is_named(card: dict[str, Any], fault: tuple[str, str]) -> None:
    assert faults_of(document(COFFEE | card)) == [fault]


def test_a_card_stands_once() -> None:
    assert faults_of(document(COFFEE, COFFEE, rules=(STAMP | {"card": "coffee"},))) == [("/cards/1/id", "duplicate")]


@pytest.mark.parametrize(
    ("rule", "cards", "fault"),
    [
        ({}, (COFFEE, TEA), ("/earning/0/card", "missing")),
        ({"card": "milk"}, (COFFEE,), ("/earning/0/card", "unknown_card")),
        ({"card": "coffee", "wallet": "qualifying"}, (COFFEE,), ("/earning/0/card", "contradiction")),
        ({"card": "coffee", "wallet": "points", "per": 10_000}, (COFFEE,), ("/earning/0/card", "contradiction")),
    ],
)
def test_a_rule_whose_stamps_go_nowhere_is_named(
    rule: dict[str, Any], cards: tuple[dict[str, Any], ...], fault: tuple[str, str]
) -> None:
    assert faults_of(document(*cards, rules=(STAMP | rule,))) == [fault]


def test_a_card_without_a_document_s_cards_is_unknown() -> None:
    source = make_document() | {"earning": [STAMP | {"card": "coffee"}]}
    assert faults_of(source) == [("/earning/0/card", "unknown_card")]


@pytest.mark.parametrize(
    ("base", "twice", "faults"),
    [
        ({"card": "coffee"}, {"card": "coffee"}, []),
        ({"card": "coffee"}, {"card": "tea"}, [("/earning/1/multiplier", "nothing_to_multiply")]),
    ],
)
def test_a_multiplier_multiplies_the_stamps_of_its_own_card(base: Any, twice: Any, faults: Any) -> None:
    double = {"id": "twice", "on": "purchase", "multiplier": "2", "wallet": "stamps"}
    assert faults_of(document(COFFEE, TEA, rules=(STAMP | base, double | twice))) == faults


def test_with_one_card_a_rule_may_name_it_and_another_one_not() -> None:
    double = {"id": "twice", "on": "purchase", "multiplier": "2", "wallet": "stamps"}
    for base, twice in (({"card": "coffee"}, {}), ({}, {"card": "coffee"})):
        assert faults_of(document(COFFEE, rules=(STAMP | base, double | twice))) == []

"""What words may name: one table, held against the words that Quen brings and asked by the check of a program's own."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from quen.messages.words import TEMPLATES
from quen.program.document.checks.messages import check_messages
from quen.program.model import MessageKind, Wording
from quen.program.model.placeholders import (
    PLACEHOLDERS,
    SAYINGS,
    Pattern,
    is_well_formed,
    names_in,
    names_of,
    names_of_saying,
    serves,
)

ALL = [(kind, said) for kind, sayings in SAYINGS.items() for said in sayings]


def faults_of(template: Any) -> list[tuple[str, str]]:
    document = {"program": {"locales": ["vi", "en"]}, "messages": {"templates": [template]}}
    return [(fault.pointer, fault.code) for fault in check_messages(document)]


def test_every_kind_says_something_first_of_all_what_it_is_called_by() -> None:
    assert set(SAYINGS) == {*get_args(MessageKind)}
    assert [next(iter(sayings)) for sayings in SAYINGS.values()] == [*SAYINGS]


def test_no_two_sayings_are_called_the_same_and_every_name_has_a_meaning() -> None:
    assert len({said for _, said in ALL}) == len(ALL)
    used = {name for kind, said in ALL for name in names_of_saying(kind, said)}
    assert used == set(PLACEHOLDERS)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_there_are_words_for_every_saying_that_use_only_its_names(language: str) -> None:
    assert TEMPLATES[language].keys() == {said for _, said in ALL}
    for kind, said in ALL:
        template = TEMPLATES[language][said]
        facts = [text for fact in template.facts for text in fact]
        texts = [template.subject, *template.paragraphs, template.sms, *facts]
        assert all(is_well_formed(text) for text in texts)
        assert names_in(texts) <= names_of_saying(kind, said), (kind, said)


def test_an_sms_of_quen_carries_nobodys_name() -> None:
    assert all("name" not in names_in([template.sms]) for words in TEMPLATES.values() for template in words.values())


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("$name", "Hoa $points"),
        ("$$name", "$name"),
        ("$name$name", "Hoa $pointsHoa $points"),
        ("$nameđ", "Hoa $pointsđ"),
        ("5$$", "5$"),
    ],
)
def test_a_text_is_filled_in_one_pass(text: str, filled: str) -> None:
    assert is_well_formed(text)
    assert Pattern(text).substitute(name="Hoa $points", points="7") == filled


@pytest.mark.parametrize("text", ["$", "5 $", "$ name", "${name}", "${", "$1", "$điểm", "$$$", "$name.$", "$(name)"])
def test_no_dollar_stands_for_nothing(text: str) -> None:
    assert not is_well_formed(text)
    assert faults_of({"kind": "welcome", "locale": "vi", "sms": text}) == [
        ("/messages/templates/0/sms", "placeholder_malformed")
    ]


def test_a_name_has_no_attributes_and_no_items() -> None:
    text = "$name.__class__ $name[0] $name()"
    assert names_in([text]) == {"name"}
    assert Pattern(text).substitute(name="Hoa") == "Hoa.__class__ Hoa[0] Hoa()"


def test_a_name_that_the_kind_does_not_have_is_a_fault_where_it_stands() -> None:
    template = {
        "kind": "welcome",
        "locale": "vi",
        "subject": "$program",
        "body": ["$points", "$balance"],
        "sms": "$Points",
    }
    unknown = "placeholder_unknown"
    assert faults_of(template) == [
        ("/messages/templates/0/sms", unknown),
        ("/messages/templates/0/body/1", unknown),
    ]


def test_the_fault_names_what_the_kind_has_and_nothing_that_was_written() -> None:
    document = {"program": {"locales": ["vi"]}, "messages": {"templates": [
        {"kind": "expired", "locale": "vi", "subject": "$S3CRET"}]}}  # fmt: skip
    [fault] = check_messages(document)
    assert fault.message == "Such words may use: $program, $name, $points, $balance, $on."


@pytest.mark.parametrize(
    "template", [None, 7, "x", {}, {"kind": []}, {"kind": "x", "sms": "$"}, {"kind": "welcome", "body": 3}]
)
def test_what_is_no_template_is_left_to_the_shape(template: object) -> None:
    assert faults_of(template) == []


def test_words_serve_only_what_has_all_of_their_names() -> None:
    gift = Wording(body=("$points điểm",))
    plain = Wording(subject="Chào $name", sms="$program")
    assert [serves(gift, "welcome", said) for said in SAYINGS["welcome"]] == [True, False]
    assert [serves(plain, "welcome", said) for said in SAYINGS["welcome"]] == [True, True]


def test_names_are_listed_in_one_order_whatever_the_kind() -> None:
    assert names_of("announcement") == ("program", "name")
    assert names_of("redeemed") == ("program", "name", "points", "balance", "reward")

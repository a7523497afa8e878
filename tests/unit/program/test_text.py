"""Program text gives plain values or one clear refusal: none of YAML's and JSON's surprises."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml

from quen.errors import ValidationFailedError
from quen.program.document import read_text
from unit.program.documents import make_document


def read(text: str | bytes) -> Any:
    document, faults = read_text(text)
    assert not faults
    return document


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("22:00", "22:00"),
        ("07:00", "07:00"),
        ("12", 12),
        ("-3", -3),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1.5", "1.5"),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("2026-12-01", "2026-12-01"),
        ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("null", None),
        ("~", None),
        ("", None),
        ('"12"', "12"),
        ("'null'", "null"),
        ("9" * 30, "9" * 30),
        ("=", "="),
    ],
)
def test_a_plain_scalar_is_null_a_boolean_a_whole_number_or_its_text(scalar: str, value: object) -> None:
    result = read(f"a: {scalar}")["a"]
    assert result == value
    assert type(result) is type(value)


def test_a_program_that_was_printed_as_yaml_is_read_back_as_it_was() -> None:
    document = make_document() | {"version": 3, "effective_from": "2026-11-22T05:00:00Z"}
    assert read(yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)) == document


def test_the_names_of_members_are_always_text() -> None:
    assert read("on: 1\nyes: 2\n12: 3\nnull: 4\n<<: 5") == {"on": 1, "yes": 2, "12": 3, "null": 4, "<<": 5}


@pytest.mark.parametrize("text", ["a: 1\nb: {c: 2, c: 3}\na: 4", '{"a": 1, "b": {"c": 2, "c": 3}, "a": 4}'])
def test_a_member_that_stands_twice_is_named_wherever_it_is(text: str) -> None:
    _, faults = read_text(text)
    assert {(fault.pointer, fault.code) for fault in faults} == {("/a", "duplicate"), ("/b/c", "duplicate")}


UNREADABLE: dict[str, str | bytes] = {
    "aliases": "a: &x [1]\nb: *x",
    "an anchor": "a: &x 1",
    "a tag": "a: !!python/object/apply:os.system ['true']",
    "a harmless tag": "a: !!str 1",
    "a merge by alias": "x: &x {a: 1}\ny: {<<: *x}",
    "broken YAML": "a: [1, 2",
    "a tab as indentation": "a:\n\tb: 1",
    "two documents": "a: 1\n---\nb: 2",
    "a mapping as a name": "? {a: 1}\n: 2",
    "an undefined alias": "a: *nothing",
    "control characters": "a: \x00",
    "deep YAML": "[" * 5000,
    "deep JSON": '{"a":' * 20_000,
    "balanced deep JSON": '{"a":' + "[" * 1000 + "]" * 1000 + "}",
    "NaN": '{"a": NaN}',
    "broken JSON": '{"a": 1',
    "a JSON number without end": '{"a": ' + "9" * 10_000 + "}",
    "bytes that are no text": b"a: \xff",
    "a lone surrogate": "a: \ud800",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_one_fault(name: str) -> None:
    started = time.process_time()
    with pytest.raises(ValidationFailedError) as refused:
        read_text(UNREADABLE[name])
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("", "malformed")]
    assert time.process_time() - started < 2


def test_a_text_over_128_kb_is_not_read() -> None:
    with pytest.raises(ValidationFailedError) as refused:
        read_text("# " + "x" * 128 * 1024)
    assert refused.value.faults[0].code == "too_large"


def test_where_the_yaml_breaks_is_told_but_not_what_stands_there() -> None:
    with pytest.raises(ValidationFailedError) as refused:
        read_text("a: 1\nb: !secret x")
    assert "line 2" in refused.value.faults[0].message
    assert "secret" not in refused.value.faults[0].message

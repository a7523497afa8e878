"""The parser takes what RFC 8259 calls interoperable, and refuses everything that two parsers could read in two ways."""

from __future__ import annotations

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quen.http import strict_json
from quen.http.errors import MalformedJsonError
from quen.requests import BodyTooLargeError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" ",
        b"{",
        b"{}{}",
        b"{} x",
        b"{'a': 1}",
        b'{"a": 1,}',
        b"[1,]",
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": 1, "\\u0061": 2}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": -1e999}',
        b'{"a": 01}',
        b'{"a": +1}',
        b'{"a": .5}',
        b'{"a": 0x10}',
        b'{"a": ' + b"9" * 101 + b"}",
        b'{"a": 0.' + b"1" * 200 + b"}",
        b"9" * 5000,
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        '{"a": 1}'.encode("utf-16-le"),
        b'{"a": "\xff"}',
        b'{"a": "\xc0\xaf"}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\udc00\\ud800"}',
        b'{"\\uD83D": 1}',
        b'{"a": "\n"}',
        b'{"a": "\x00"}',
        b'{"a": "\\x41"}',
        b"[" * 33 + b"]" * 33,
        b'{"a":' * 33 + b"1" + b"}" * 33,
        b"[" * 100_000,
        b"[" * 60_000 + b"]" * 60_000,
        b'{"a":' * 20_000,
        b"null null",
        b"/* */ {}",
        b"\x0b{}",
    ],
    ids=lambda text: repr(text[:24]),
)
def test_text_that_is_not_one_plain_json_value_is_malformed(text: bytes) -> None:
    with pytest.raises(MalformedJsonError):
        strict_json.parse(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b' \r\n\t{"a": 1}\n', {"a": 1}),
        ('{"tên": "Cà phê"}'.encode(), {"tên": "Cà phê"}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        (b'{"a": "\\u0000"}', {"a": "\x00"}),
        (b'{"a": 1000000000000000000000}', {"a": 10**21}),
        (b'{"a": 1.5}', {"a": 1.5}),
        (b"[" * 32 + b"]" * 32, json.loads("[" * 32 + "]" * 32)),
        (json.dumps("[" * 50).encode(), "[" * 50),
        (json.dumps(['"]' * 40]).encode(), ['"]' * 40]),
        (b"[" + b"[]," * 40 + b"[]]", [[]] * 41),
        (b"null", None),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_plain_json_is_read(text: bytes, value: object) -> None:
    assert strict_json.parse(text) == value


def test_a_body_of_128_kb_is_read_and_one_byte_more_is_too_large() -> None:
    largest = b'"' + b"a" * (128 * 1024 - 2) + b'"'
    assert strict_json.parse(largest) == "a" * (128 * 1024 - 2)
    with pytest.raises(BodyTooLargeError):
        strict_json.parse(largest + b" ")


@pytest.mark.parametrize("filler", [b'\\"', b'"', b"\\", b'{"', b'"\\'])
def test_the_worst_body_costs_little(filler: bytes) -> None:
    hostile = (b"[" * 32 + b'{"' + filler * (128 * 1024))[: 128 * 1024]
    started = time.process_time()  # what a busy neighbour costs is not the body's
    with pytest.raises(MalformedJsonError):
        strict_json.parse(hostile)
    assert time.process_time() - started < 0.5


@given(VALUES)
def test_what_python_writes_is_read_back(value: object) -> None:
    assert strict_json.parse(json.dumps(value).encode()) == value
    assert strict_json.parse(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=200))
def test_no_bytes_at_all_raise_anything_but_malformed(raw: bytes) -> None:
    with contextlib.suppress(MalformedJsonError):
        strict_json.parse(raw)

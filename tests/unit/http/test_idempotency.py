"""A request's own name, and what stands for its payload."""

from __future__ import annotations

import pytest

from quen.http.errors import IdempotencyKeyInvalidError, IdempotencyKeyMissingError
from quen.http.idempotency import fingerprint, parse_idempotency_key


@pytest.mark.parametrize("header", ["8e03978e-40d5", '"8e03978e-40d5"', " 8e03978e-40d5 "])
def test_quoted_and_bare_are_one_key(header: str) -> None:
    assert parse_idempotency_key(header) == "8e03978e-40d5"


def test_255_characters_are_a_key() -> None:
    assert parse_idempotency_key("k" * 255) == "k" * 255


@pytest.mark.parametrize(
    "header", ["", '""', '"', 'a"', '"a', "a b", "a,b", "é", "a\n", "k" * 256, "a;b", "'a'", "a/b"]
)
def test_anything_else_is_no_key(header: str) -> None:
    with pytest.raises(IdempotencyKeyInvalidError):
        parse_idempotency_key(header)


def test_no_header_is_a_missing_key() -> None:
    with pytest.raises(IdempotencyKeyMissingError):
        parse_idempotency_key(None)


def test_the_fingerprint_is_of_the_value_and_not_of_its_spelling() -> None:
    assert fingerprint({}, {"a": 1, "b": ["é"]}) == fingerprint({}, {"b": ["é"], "a": 1})


@pytest.mark.parametrize(
    ("path", "body"),
    [({}, {"a": 2}), ({}, {"a": "1"}), ({}, {"a": None}), ({}, {}), ({}, [{"a": 1}]), ({"id": "x"}, {"a": 1})],
)
def test_another_payload_or_path_has_another_fingerprint(path: dict[str, str], body: object) -> None:
    assert fingerprint(path, body) != fingerprint({}, {"a": 1})  # type: ignore[arg-type]

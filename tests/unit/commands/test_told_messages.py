"""`quen message list`: found by id or number, read to the last page, shown on one line each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from local.errors import LocalError
from local.told_messages import HEADER, find_member_id, list_told, row
from quen.client import Answer

MESSAGE = {
    "created_at": "2026-12-01T02:00:00Z",
    "kind": "birthday",
    "period": "2026",
    "channel": "email",
    "address_hint": "h***@q***.example",
    "state": "DELIVERED",
    "held_until": None,
    "error": None,
    "complained_at": None,
    "duplicates": 0,
    "segments": None,
}


class FakeStaff:
    """Answers by path, and remembers what was asked."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def request(self, _method: str, path: str, *_: Any, **__: Any) -> Answer:
        self.asked.append(path)
        return Answer(200, {}, json.dumps(self._answers[path]).encode())


def test_an_id_is_taken_as_it_is() -> None:
    assert find_member_id(FakeStaff({}), "mem_7k3w9m2x5t8q4r6s") == "mem_7k3w9m2x5t8q4r6s"


def test_a_number_is_looked_up() -> None:
    path = "/v1/members?phone=%2B84901000001"
    assert find_member_id(FakeStaff({path: {"items": [{"member_id": "mem_1"}]}}), "+84901000001") == "mem_1"
    with pytest.raises(LocalError, match="no member with that number"):
        find_member_id(FakeStaff({path: {"items": []}}), "+84901000001")


def test_all_pages_are_read() -> None:
    first = "/v1/members/mem_1/messages?limit=100"
    pages = {
        first: {"items": [{"n": 1}], "next_cursor": "c1"},
        f"{first}&cursor=c1": {"items": [{"n": 2}], "next_cursor": None},
    }
    assert list_told(FakeStaff(pages), "mem_1") == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({}, ""),
        ({"held_until": "2026-12-02T00:00:00Z"}, "until 2026-12-02T00:00:00Z"),
        ({"error": "outcome_unknown", "duplicates": 1}, "outcome_unknown, maybe twice"),
        ({"segments": 2, "complained_at": "2026-12-02T00:00:00Z"}, "complained, 2 segments"),
    ],
)
def test_a_line_says_what_a_person_would_ask_next(changes: dict[str, Any], more: str) -> None:
    shown = row(MESSAGE | changes)
    assert len(shown) == len(HEADER)
    assert shown[-2:] == ("DELIVERED", more)

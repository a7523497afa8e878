"""The demo's program, bent at any one place, is answered as the contract says: the daily part of `test_every_program`."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from contract.schemas import BEARER, TAKE_A_PROGRAM, open_gateways, read_schema
from served import read_program

GONE = object()


@pytest.fixture(autouse=True)
def served() -> Iterator[None]:
    """Tables of its own each time: moto copies them all for a transaction, so a full house is a slow one."""
    with open_gateways():
        yield


@pytest.mark.parametrize(("path", "method"), TAKE_A_PROGRAM)
def test_the_demo_s_program_bent_at_any_one_place_is_answered_as_it_says(path: str, method: str) -> None:
    admin, demo, statuses = read_schema("admin"), read_program(), set()
    for place in places(demo):
        for document in bent(demo, place):
            case = admin[path][method].Case(body=document, media_type="application/json")
            statuses.add(case.call_and_validate(headers=BEARER).status_code)
    assert statuses >= {200, 422}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything within a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


def bent(document: dict[str, Any], place: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    """The document without what is at the place, and with other things there."""
    for value in (-1, {"unknown": 1}, GONE):
        changed = deepcopy(document)
        parent: Any = changed
        for step in place[:-1]:
            parent = parent[step]
        if value is GONE:
            del parent[place[-1]]
        else:
            parent[place[-1]] = value
        yield changed

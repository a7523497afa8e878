"""Every pair of use cases that move value, on one member, in every order of their DynamoDB calls: as if one came after the other.

After each order the books are proven, and what clients were told and what is in the books must be what one of the two
serial orders gives. So serialisability is tested, not assumed; and a wallet that reads and then writes shows that the test
can fail.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any, NamedTuple

import pytest

from engine.schedule import Play, Stage, TurnstileClient, every_order, not_serialisable
from engine.use_cases import OTHER_CONTENT, USE_CASES, Theatre, UseCase, acted, books, set_scene, told
from tables import create_tables

pytestmark = pytest.mark.engine


class Pair(NamedTuple):
    """Two requests: their use cases, and the key of the second; the first one's is "a"."""

    first: UseCase
    second: UseCase
    key: str = "a"

    def __str__(self) -> str:
        if self.first is not self.second:
            return f"{self.first.name} | {self.second.name}"
        return f"{self.first.name} | {'the same again' if self.key == 'a' else 'another'}"


TWO_OF_A_KIND = (
    *(Pair(use_case, use_case) for use_case in USE_CASES),
    *(Pair(use_case, use_case, "b") for use_case in USE_CASES if use_case.is_keyed),
    *(Pair(use_case, OTHER_CONTENT[use_case.name]) for use_case in USE_CASES if use_case.name in OTHER_CONTENT),
)
PAIRS = (*(Pair(*two) for two in combinations(USE_CASES, 2)), *TWO_OF_A_KIND)
# MiniStack is the quicker one and everywhere. In the long tests both engines play all pairs, in all orders.
QUICK = (*(("ministack", pair) for pair in PAIRS), *(("dynamodb_local", pair) for pair in TWO_OF_A_KIND))


@pytest.fixture(scope="module")
def tables(engine: Any) -> dict[str, str]:
    """One set of tables for all orders: each has a member of its own."""
    return create_tables(engine)


@pytest.fixture(scope="module")
def theatre(engine: Any, tables: dict[str, str]) -> Theatre:
    return Theatre(TurnstileClient(engine), tables)


def played(theatre: Theatre, pair: Pair, *, once_each: bool = False) -> list[Play]:
    keys = {pair.first: {"a"}}
    keys.setdefault(pair.second, set()).add(pair.key)

    def set_stage() -> Stage:
        scene = set_scene(theatre, keys)
        acts = {"A": acted(pair.first, theatre, scene, "a"), "B": acted(pair.second, theatre, scene, pair.key)}

        def observe(answers: Mapping[str, Any]) -> Any:
            return {name: told(answer) for name, answer in answers.items()}, books(theatre, scene)

        return Stage(acts, observe)

    return list(every_order(set_stage, once_each=once_each))


@pytest.mark.parametrize(("engine", "pair"), QUICK, ids=str, indirect=["engine"])
def test_two_requests_at_once_are_as_one_after_the_other(pair: Pair, theatre: Theatre) -> None:
    assert not not_serialisable(played(theatre, pair, once_each=True))


@pytest.mark.long
@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_two_requests_at_once_are_as_one_after_the_other_in_every_order(pair: Pair, theatre: Theatre) -> None:
    assert not not_serialisable(played(theatre, pair))

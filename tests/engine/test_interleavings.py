"""Every pair of use cases that move value, on one member, in every order of their DynamoDB calls: as one after the other.

After each order the books are proven, and what clients were told and what is in the books must be what one of the two
serial orders gives. So serialisability is tested, not assumed; and a wallet that reads and then writes shows that the test
can fail. Of one request made twice, there must be one effect, whatever the serial orders give.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import combinations, count
from math import comb
from typing import Any, NamedTuple

import pytest

from engine.books import Told, books, told
from engine.schedule import Play, Stage, TurnstileClient, every_order, not_serialisable
from engine.theatre import Theatre
from engine.use_cases import OTHER_CONTENT, USE_CASES, UseCase, acted, set_scene
from engine.wallet import BALANCE, NaiveWallet
from quen.errors import (
    EventAlreadyRecordedError,
    IdempotencyKeyReusedError,
    InsufficientPointsError,
    PurchaseAlreadyRecordedError,
    ReturnAlreadyRecordedError,
)
from tables import create_tables

pytestmark = pytest.mark.engine
KEY_TAKEN = {
    IdempotencyKeyReusedError.code,
    PurchaseAlreadyRecordedError.code,
    ReturnAlreadyRecordedError.code,
    EventAlreadyRecordedError.code,
}


class Pair(NamedTuple):
    """Two requests: their use cases, and the key of the second; the first one's is "a"."""

    first: UseCase
    second: UseCase
    key: str = "a"

    def __str__(self) -> str:
        if self.first is not self.second:
            return f"{self.first.name} | {self.second.name}"
        return f"{self.first.name} | {'the same again' if self.key == 'a' else 'another'}"


KEYED = [use_case for use_case in USE_CASES if use_case.is_keyed]
OTHERS = tuple(Pair(use_case, use_case, "b") for use_case in KEYED)
REPEATS = tuple(Pair(use_case, use_case) for use_case in USE_CASES)
REUSES = tuple(Pair(use_case, OTHER_CONTENT[use_case.name]) for use_case in KEYED if use_case.name in OTHER_CONTENT)
MIXED = tuple(Pair(*two) for two in combinations(USE_CASES, 2))
OPPOSITES = {"approve", "reject"}  # of one request: no core, but they decide about the same thing


def is_quick(pair: Pair) -> bool:
    names = {one.name for one in pair[:2]}
    return all(one.is_core for one in pair[:2]) or names == OPPOSITES


CORE = tuple(filter(is_quick, (*MIXED, *OTHERS)))
PAIRS = (*MIXED, *OTHERS, *REPEATS, *REUSES)
# Two of seven calls have thousands of orders, in most of which nobody meets.
MANY_CALLS = {"merge", "undo a merge", "claim a receipt"}
RACED_ELSEWHERE = {"claim a receipt"}  # each time in `test_receipt_races`; here in the long tests
LONG_PAIRS = tuple(pair for pair in PAIRS if {one.name for one in pair[:2]} & MANY_CALLS)
QUICK_REPEATS = tuple(pair for pair in REPEATS if pair.first.is_core or {pair.first.name} & MANY_CALLS)
QUICK_PAIRS = tuple(
    pair for pair in (*CORE, *QUICK_REPEATS, *REUSES) if not {one.name for one in pair[:2]} & RACED_ELSEWHERE
)


@pytest.fixture(scope="module")
def tables(engine: Any) -> dict[str, str]:
    """One set of tables for all orders: each has a member of its own."""
    return create_tables(engine)


@pytest.fixture(scope="module")
def theatre(engine: Any, tables: dict[str, str]) -> Theatre:
    return Theatre(TurnstileClient(engine), tables)


def played(theatre: Theatre, *requests: tuple[UseCase, str], once_each: bool = False) -> list[Play]:
    """The requests at once, use case and key of each, in every order: what each was told, and the books."""
    keys: dict[UseCase, set[str]] = {}
    for use_case, key in requests:
        keys.setdefault(use_case, set()).add(key)

    def set_stage() -> Stage:
        scene = set_scene(theatre, keys)
        acts = {name: acted(*request, theatre, scene) for name, request in zip("AB", requests, strict=False)}

        def observe(answers: Mapping[str, Any]) -> Any:
            return [told(answers[name]) for name in acts], books(theatre, scene)

        return Stage(acts, observe)

    return list(every_order(set_stage, once_each=once_each))


def check(theatre: Theatre, pair: Pair, *, once_each: bool = False) -> None:
    plays = played(theatre, (pair.first, "a"), (pair.second, pair.key), once_each=once_each)
    assert not not_serialisable(plays)
    for play in plays if pair in REUSES else ():
        done, refused = sorted((answer.word for answer in play.outcome[0]), key=KEY_TAKEN.__contains__)
        assert done == "done", play
        assert refused in KEY_TAKEN, play
    if pair in REPEATS:
        check_one_effect(theatre, pair.first, plays)


def check_one_effect(theatre: Theatre, use_case: UseCase, plays: list[Play]) -> None:
    """Two that send one request leave what one leaves, and are told what one is told; a job says it did nothing more."""
    (alone,), effect = played(theatre, (use_case, "a"))[0].outcome
    again = Told("replay", alone.said) if alone.word == "done" else Told("nothing to do", [])
    for play in plays:
        answers, seen = play.outcome
        assert answers in ([alone, again], [again, alone]), play
        assert seen == effect, play


# MiniStack is everywhere, and the quicker one: there pairs are played every time, all of them on both in the long tests.
@pytest.mark.parametrize("engine", ["ministack"], indirect=True)
@pytest.mark.parametrize("pair", QUICK_PAIRS, ids=str)
def test_two_requests_at_once_are_as_one_after_the_other(pair: Pair, theatre: Theatre) -> None:
    check(theatre, pair, once_each=True)


@pytest.mark.parametrize("engine", ["dynamodb_local"], indirect=True)
@pytest.mark.parametrize("pair", [pair for pair in OTHERS if pair in QUICK_PAIRS], ids=str)
def test_two_of_a_kind_at_once_are_as_one_after_the_other(pair: Pair, theatre: Theatre) -> None:
    check(theatre, pair, once_each=True)


@pytest.mark.long
@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair not in LONG_PAIRS], ids=str)
def test_two_requests_at_once_are_as_one_after_the_other_in_every_single_order(pair: Pair, theatre: Theatre) -> None:
    check(theatre, pair)


@pytest.mark.long
@pytest.mark.parametrize("pair", LONG_PAIRS, ids=str)
def test_what_makes_many_calls_and_another_request_at_once_are_as_one_after_the_other(
    pair: Pair, theatre: Theatre
) -> None:
    check(theatre, pair, once_each=True)


def test_a_wallet_that_reads_and_then_writes_spends_twice_in_sixty_of_seventy_orders(
    engine: Any, tables: dict[str, str]
) -> None:
    client = TurnstileClient(engine)
    numbers = count()

    def set_stage() -> Stage:
        wallet = NaiveWallet(client, tables["ledger"], f"naive-{next(numbers)}")
        acts = {name: partial(wallet.spend, name, BALANCE) for name in "AB"}
        return Stage(acts, lambda answers: (answers, wallet.balance()))

    plays = list(every_order(set_stage))
    assert len(plays) == comb(8, 4) == 70
    twice = [play for play in plays if play.outcome == ({"A": "done", "B": "done"}, 0)]
    assert len(twice) == 60
    # Right are only the orders in which one has written the balance, with its third call, before the other reads it.
    assert {play.order for play in plays} - {play.order for play in twice} == {
        play.order for play in plays if play.order.lstrip("A").count("A") <= 1 or play.order.lstrip("B").count("B") <= 1
    }
    assert not_serialisable(plays) == twice


def test_two_reservations_of_one_balance_spend_it_once_in_every_order(theatre: Theatre) -> None:
    reserve = next(use_case for use_case in USE_CASES if use_case.name == "reserve")
    plays = played(theatre, (reserve, "a"), (reserve, "b"))
    assert len(plays) == comb(6, 3) == 20
    for play in plays:
        assert sorted(answer.word for answer in play.outcome[0]) == ["done", InsufficientPointsError.code], play.order

"""Faults at the DynamoDB calls of every use case that moves value, and retries by the client: nothing lost or doubled.

Each use case runs once unharmed to learn what it should leave behind, what its client should be told, and how many calls
it makes. Then fresh members go through the same with calls failing, while the client retries, word for word, until it is
told something final: one fault at every call in every way, and two faults where a seed says.
"""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

import pytest

from engine.books import books, told
from engine.faults import FAULTS, CrashError, Fault, FaultyClient, transaction_conflict
from engine.theatre import Theatre
from engine.use_cases import ENROL, USE_CASES, UseCase, set_scene
from quen.errors import ConflictRetryError, TemporarilyUnavailableError
from quen.ledger.documents import Outcome
from tables import create_tables

pytestmark = pytest.mark.engine
CLIENT_TRIES_MAX = 5
CASES = (ENROL, *USE_CASES)
CLASSICS = [case for case in CASES if case.name in {"enrol", "purchase", "redeem", "return"}]
# Each goes by the same calls as another one that is played each time; these are in the long tests.
ALIKE = {
    *("redeem a perk", "buy a voucher", "use a bought voucher", "load stored value", "refund stored value"),
    *("reserve a voucher", "redeem a reserved voucher", "release a voucher", "refund a voucher", "approve", "reject"),
    *("holiday", "event that counts once", "release the last piece", "adjust down"),
}
QUICK_CASES = [pytest.param(case, marks=pytest.mark.long) if case.name in ALIKE else case for case in CASES]
KEY = "a"
QUICK_SEEDS = range(16)
SEEDS = range(2_000)


class Ended(NamedTuple):
    """What one request came to: how many calls it made in all, what its client was told in the end, what is in the books."""

    calls: int
    answer: Any
    books: Any


class Shop:
    """The use cases over a client whose calls can be made to fail."""

    def __init__(self, engine: Any, tables: dict[str, str]) -> None:
        self.client = FaultyClient(engine)
        self.theatre = Theatre(self.client, tables)
        self._unharmed: dict[UseCase, Ended] = {}

    def unharmed(self, use_case: UseCase) -> Ended:
        """The use case without a fault."""
        if use_case not in self._unharmed:
            self._unharmed[use_case] = self.play(use_case, {})
        return self._unharmed[use_case]

    def play(self, use_case: UseCase, faults: dict[int, Fault]) -> Ended:
        """The use case for a fresh member, tried until its client is told something final."""
        scene = set_scene(self.theatre, {use_case: {KEY}})
        self.client.arm(faults)
        for _ in range(CLIENT_TRIES_MAX):
            try:
                answer = use_case.run(self.theatre, scene, KEY)
            except (TemporarilyUnavailableError, ConflictRetryError, CrashError):
                continue
            break
        else:
            raise AssertionError("the client gave up")
        calls = self.client.calls
        self.client.arm({})
        # The first answer, or the same as a replay. A job that is run again tells only what was left to do.
        said = told(answer).said if isinstance(answer, Outcome) else None
        return Ended(calls, said, books(self.theatre, scene))


@pytest.fixture(scope="module")
def shop(engine: Any) -> Shop:
    return Shop(engine, create_tables(engine))


# MiniStack is everywhere, and the quicker one: there use cases meet every fault each time, on both in the long tests.
@pytest.mark.parametrize("engine", ["ministack"], indirect=True, scope="module")
@pytest.mark.parametrize("use_case", QUICK_CASES, ids=lambda use_case: use_case.name)
def test_a_fault_at_any_call_and_a_retry_leave_exactly_one_effect(use_case: UseCase, shop: Shop) -> None:
    check_every_fault(use_case, shop)


@pytest.mark.parametrize("engine", ["dynamodb_local"], indirect=True, scope="module")
@pytest.mark.parametrize("use_case", CLASSICS, ids=lambda use_case: use_case.name)
def test_on_amazon_s_own_engine_it_is_the_same(use_case: UseCase, shop: Shop) -> None:
    check_every_fault(use_case, shop)


@pytest.mark.long
@pytest.mark.parametrize("engine", ["dynamodb_local"], indirect=True, scope="module")
@pytest.mark.parametrize(
    "use_case", [case for case in CASES if case not in CLASSICS], ids=lambda use_case: use_case.name
)
def test_on_amazon_s_own_engine_the_others_are_the_same(use_case: UseCase, shop: Shop) -> None:
    check_every_fault(use_case, shop)


def check_every_fault(use_case: UseCase, shop: Shop) -> None:
    """One fault at every call, in every way."""
    expected = shop.unharmed(use_case)
    assert expected.calls >= 1
    for kind, fault in FAULTS.items():
        for at in range(1, expected.calls + 1):
            assert shop.play(use_case, {at: fault})[1:] == expected[1:], (kind, at)


def test_two_faults_and_retries_leave_exactly_one_effect(shop: Shop) -> None:
    check_two_faults(shop, QUICK_SEEDS)


@pytest.mark.long
def test_two_faults_and_retries_leave_exactly_one_effect_two_thousand_times(shop: Shop) -> None:
    check_two_faults(shop, SEEDS)


def check_two_faults(shop: Shop, seeds: range) -> None:
    """The first fault is at a call of the first try; the second at a later one, which a retry may make."""
    kinds = FAULTS | {"transaction conflict": transaction_conflict}
    for seed in seeds:
        random = Random(seed)
        use_case = random.choice(CASES)
        expected = shop.unharmed(use_case)
        first = random.randint(1, expected.calls)
        second = first + random.randint(1, expected.calls + 1)
        chosen = {first: random.choice(list(kinds)), second: random.choice(list(kinds))}
        ended = shop.play(use_case, {at: kinds[kind] for at, kind in chosen.items()})
        assert ended[1:] == expected[1:], (seed, use_case.name, chosen)


def test_a_transaction_conflict_is_read_and_decided_again(shop: Shop) -> None:
    use_case = next(use_case for use_case in USE_CASES if use_case.name == "adjust up")
    expected = shop.unharmed(use_case)
    ended = shop.play(use_case, {expected.calls: transaction_conflict})
    assert ended == expected._replace(calls=expected.calls + 2)
